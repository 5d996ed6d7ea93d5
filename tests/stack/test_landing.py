"""Landing on a real broker and the real engine: each record is one row, whatever dies, and when."""

import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.stack.landing import Ground, ground

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

VERDICTS = ("counted", "suppressed", "conflict", "rejected")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Ground]:
    with ground(tmp_path) as found:
        yield found


def check(place: Ground, state: dict[str, Any], expected: Counter[str]) -> None:
    """The ledger is exact: numbers by verdict, one row an offset, one counted row an identity."""
    assert {verdict: state[verdict] for verdict in VERDICTS} == {v: expected[v] for v in VERDICTS}
    assert (state["gaps"], state["stopped"]) == ([], [])
    store = place.ledger()
    rows = store.query(
        "SELECT count(), uniqExact(topic_id, partition, offset), countIf(verdict = 'counted'),"
        " uniqExactIf((source, id), verdict = 'counted') FROM ioc.events"
    )
    store.close()
    records, offsets, counted, identities = rows[0]
    assert records == offsets == sum(expected.values())
    assert counted == identities


def test_killed_between_plan_and_commit(place: Ground) -> None:
    expected: Counter[str] = Counter()
    # Each flow fills at least three partitions, so every failpoint is passed three times however slow we are.
    # `make chaos` has all of them, again and again.
    for seed, failpoint in enumerate(("C4:1", "C5:2")):
        with place.flowing(events=1_500, rate=1_000, seed=80 + seed) as flow:
            assert place.worker(f"{failpoint}:kill").dies() == -signal.SIGKILL
            expected += flow.finished()
    assert place.worker("C7:1:kill").dies() == -signal.SIGKILL
    place.worker()
    check(place, place.settled(expected), expected)


@pytest.mark.slow  # C8 of `make chaos`
def test_killed_while_giving_its_partitions_back(place: Ground) -> None:
    with place.flowing(events=4_000, rate=800, seed=72) as flow:
        worker = place.worker("C8:1:kill")
        place.settled_at_least(500)
        worker.send(signal.SIGTERM)
        assert worker.dies() == -signal.SIGKILL
        last = place.worker()
        expected = flow.finished()
        check(place, place.settled(expected), expected)
    last.send(signal.SIGTERM)
    assert last.dies(within_s=8) in (0, -signal.SIGTERM)


@pytest.mark.slow  # F06 of `make chaos`
def test_the_store_is_killed_again_and_again(place: Ground) -> None:
    worker = place.worker()
    with place.flowing(events=8_000, rate=800, seed=73) as flow:
        for landed in (500, 1_500, 3_000):
            place.settled_at_least(landed)
            place.store.kill()
            place.store.restart()
        expected = flow.finished()
    check(place, place.settled(expected), expected)
    assert worker.process.poll() is None, "the worker must outlive the store"


@pytest.mark.slow  # F08 of `make chaos-full`
def test_a_frozen_worker_wakes_up_after_its_peer_took_over(place: Ground) -> None:
    frozen = place.worker()
    with place.flowing(events=12_000, rate=600, seed=74) as flow:
        place.settled_at_least(500)
        frozen.send(signal.SIGSTOP)
        before = place.landed()
        place.worker(port=1)
        place.settled_at_least(before + 2_000)
        frozen.send(signal.SIGCONT)
        expected = flow.finished()
    check(place, place.settled(expected), expected)


@pytest.mark.slow  # F10 of `make chaos`
def test_the_broker_is_killed_and_comes_back(place: Ground) -> None:
    worker = place.worker()
    with place.flowing(events=3_000, rate=1_500, seed=75) as flow:
        expected = flow.finished()
    place.settled_at_least(1_000)
    assert place.broker.child is not None
    place.broker.child.kill()
    place.broker.start()
    with place.flowing(events=3_000, rate=1_500, seed=76) as flow:
        expected += flow.finished()
    check(place, place.settled(expected), expected)
    assert worker.process.poll() is None, "the worker must outlive the broker"
