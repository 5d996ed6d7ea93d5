"""Scenes that landing must survive, each told once by itself: what chance may take long to find."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from storage.ledger import COUNTED, REJECTED, SUPPRESSED
from storage.losses import Standing
from streams.land import actions
from streams.land.resume import Committed
from tests.unit.land.model import (
    INDIGESTIBLE,
    WINDOW,
    Blames,
    Place,
    Store,
    Worker,
    judged,
    mistaken,
    silent,
    truthful,
)


def place(*events: tuple[str, int], topic: int = 1) -> Place:
    made = Place(0, UUID(int=topic))
    made.deliver(events or [("a", 1), ("b", 1), ("a", 1), ("c", 0), ("d", 1)])
    return made


def go_on(
    worker: Worker, until: Callable[[Worker], bool] = lambda worker: worker.idle, size: int = 9
) -> None:
    for _ in range(500):
        if until(worker):
            return
        worker.step(size)
    raise AssertionError(f"it stands at {worker.pending!r}, {worker.stopped!r}")


def inserting(worker: Worker) -> bool:
    return worker.flight is not None


def landed_once(here: Place) -> bool:
    rows = sorted((offset, verdict) for offset, verdict, _ in here.rows)
    return rows == list(enumerate(judged(here.records, here.expired, here.set_aside())))


def test_a_duplicate_and_a_bad_record_are_rows_too() -> None:
    here = place()
    go_on(Worker(here, Store()))
    assert [verdict for _, verdict, _ in here.rows] == [COUNTED, COUNTED, SUPPRESSED, REJECTED, COUNTED]


@pytest.mark.parametrize("at", range(40))
def test_left_alone_at_any_step_the_next_one_finishes(at: int) -> None:
    here, store = place(), Store()
    first = Worker(here, store)
    for _ in range(at):
        first.step(2)
    go_on(Worker(here, store))
    for _ in range(5):  # and then it comes back
        first.arrive()
        first.step(2)
    assert landed_once(here)


def test_what_a_dead_worker_sent_arrives_after_its_successor_read_on() -> None:
    here, store = place(), Store()
    dead = Worker(here, store)
    go_on(dead, inserting, size=3)
    go_on(Worker(here, store), size=2)
    dead.arrive()
    assert landed_once(here)


def test_a_worker_that_slept_asks_the_group_before_it_inserts() -> None:
    here, store = place(), Store()
    sleeper = Worker(here, store)
    go_on(sleeper, inserting)
    go_on(Worker(here, store))
    sleeper.late = True
    store.tokens.clear()
    sleeper.step(1)
    assert sleeper.ended
    assert landed_once(here)


def test_the_ledger_is_asked_since_the_store_may_have_forgotten_the_token() -> None:
    here, store = place(), Store()
    dead = Worker(here, store)
    go_on(dead, inserting)
    dead.arrive()
    dead.die()
    for n in range(2 * WINDOW):
        store.remember(f"neighbour {n}")
    go_on(Worker(here, store))
    assert landed_once(here)


def test_offsets_of_a_topic_made_anew_are_other_records() -> None:
    store = Store()
    go_on(Worker(place(topic=1), store))
    new = place(("x", 1), ("y", 0), ("z", 1), ("x", 2), ("w", 1), topic=2)
    go_on(Worker(new, store))
    assert landed_once(new)


@pytest.mark.parametrize("cut_are_known", [True, False])
def test_of_a_block_half_there_the_other_half_is_inserted(cut_are_known: bool) -> None:
    here, store = place(), Store()
    go_on(Worker(here, store))
    del here.rows[2:]
    store.forget(here, 2, cut_are_known=cut_are_known)
    here.committed = _plan_of_everything(here)
    go_on(Worker(here, store))
    assert landed_once(here)


def test_rows_that_left_the_ledger_are_not_landed_again() -> None:
    here, store = place(), Store()
    worker = Worker(here, store)
    go_on(worker)
    worker.step(1)  # nothing comes for a while
    worker.step(1)
    here.rows.clear()
    here.expired.append(here.end)
    store.tokens.clear()
    go_on(Worker(here, store))
    assert here.rows == []


@pytest.mark.parametrize("blames", [silent, truthful, mistaken])
def test_the_rows_that_the_store_refuses_are_found_and_their_neighbours_land(blames: Blames) -> None:
    here = place(("a", 1), ("b", INDIGESTIBLE), ("b", 1), ("c", 1), ("d", INDIGESTIBLE), ("e", 0), ("b", 1))
    worker = Worker(here, Store(blames))
    go_on(worker)
    assert landed_once(here)
    assert worker.filter.upto == here.end


@pytest.mark.parametrize(("blames", "attempts"), [(truthful, 5), (silent, 18), (mistaken, 23)])
@pytest.mark.parametrize("bad", [0, 77, 127, 128, 255])
def test_few_attempts_find_the_one_bad_row_of_many(blames: Blames, attempts: int, bad: int) -> None:
    """Each attempt waits for its turn among all partitions: that is what a record behind poison waits for."""
    events = [(chr(0x4E00 + n), 1) for n in range(256)]
    events[bad] = events[bad][0], INDIGESTIBLE
    here, store = place(*events), Store(blames)
    go_on(Worker(here, store), size=256)
    assert landed_once(here)
    assert store.attempts <= attempts


def test_a_duplicate_of_a_planned_block_is_known_when_the_block_is_made_again() -> None:
    here, store = place(("a", 1), ("b", 1), ("a", 1), ("b", 2)), Store()
    first = Worker(here, store)
    go_on(first, lambda each: here.rows != [], size=2)
    go_on(first, inserting, size=2)
    go_on(Worker(here, store))
    assert landed_once(here)


def test_a_refused_row_is_landed_also_for_what_is_known_by_heart() -> None:
    here, store = place(("a", 1), ("d", INDIGESTIBLE)), Store()
    worker = Worker(here, store)
    go_on(worker)
    assert worker.filter.upto == 2


def test_a_log_that_is_gone_and_not_accounted_for_stops_it() -> None:
    here = place()
    old = replace(here.log, topic_id=UUID(int=9))
    here.unconfirmed = Standing(old, "the topic was made anew", "recreated", 5, 7)
    worker = Worker(here, Store())
    go_on(worker, lambda each: each.stopped is not None)
    assert worker.stopped is not None
    assert (worker.stopped.topic_id, worker.stopped.first, worker.stopped.last) == (old.topic_id, 5, 7)


def test_what_kafka_no_longer_has_stops_it_and_is_named() -> None:
    here, store = place(), Store()
    worker = Worker(here, store)
    go_on(worker, lambda each: isinstance(each.pending, actions.Next))
    worker.step(2)
    here.start = 4
    go_on(worker, lambda each: each.stopped is not None)
    assert worker.stopped is not None
    assert (worker.stopped.kind, worker.stopped.first, worker.stopped.last) == ("retention", 2, 3)


def test_a_record_set_aside_consumes_no_identity_and_its_neighbours_land() -> None:
    here = place(("a", 1), ("b", 1), ("a", 1), ("b", 1))
    here.killing.add(1)
    go_on(Worker(here, Store()), size=2)
    assert [verdict for _, verdict, _ in here.rows] == [COUNTED, REJECTED, SUPPRESSED, COUNTED]


@pytest.mark.parametrize("arrives", ["before it is asked", "after", "never"])
def test_who_sets_aside_what_a_dead_worker_had_read_goes_by_what_the_ledger_took(arrives: str) -> None:
    """A planned block is made again with a record set aside: one of both stands, and is what is known."""
    here, store = place(("a", 1), ("b", 1)), Store()
    dead = Worker(here, store)
    go_on(dead, inserting)
    here.killing.add(0)
    if arrives == "before it is asked":
        dead.arrive()
    heir = Worker(here, store)
    go_on(heir, inserting if arrives != "before it is asked" else lambda worker: worker.idle)
    if arrives == "after":
        dead.arrive()
    dead.die()
    go_on(heir)
    here.deliver([("a", 1), ("b", 1)])
    go_on(heir)
    assert landed_once(here)


@pytest.mark.parametrize("kept", [1, 2, 3])
def test_of_a_block_half_there_a_record_is_set_aside_that_had_been_counted(kept: int) -> None:
    here, store = place(("a", 1), ("b", 1), ("a", 1), ("b", 1), ("c", 1)), Store()
    go_on(Worker(here, store))
    del here.rows[kept:]
    store.forget(here, kept, cut_are_known=False)
    here.killing |= {0, 1}
    plan = Place(0, here.topic_id, records=here.records)
    here.committed = _plan_of_everything(plan)
    heir = Worker(here, store)
    go_on(heir)
    here.deliver([("a", 1), ("b", 1)])
    go_on(heir)
    assert landed_once(here)


def _plan_of_everything(here: Place) -> Committed:
    """The plan that stood beside the commit while all records of the log were one block."""
    commits = []
    worker = Worker(Place(0, here.topic_id, records=here.records), Store())

    def planned(each: Worker) -> bool:
        if isinstance(each.pending, actions.Commit):
            commits.append(Committed(each.pending.offset, each.pending.metadata))
        return bool(commits)

    go_on(worker, planned)
    return commits[0]
