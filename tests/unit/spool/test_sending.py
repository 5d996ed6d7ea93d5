"""Turn by turn against a pretended Kafka: what waits is sent in order, under its id, until acknowledged."""

from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from kafka import errors

from ioc.contracts import encode, well_formed
from producers.counting import Sent, heartbeat
from producers.spool import SpoolConflict, SpoolFull
from producers.spool.file import DAMAGED, RESERVE_BYTES
from producers.spool.sending import RETRY_S
from tests.unit.contracts.events import NOW, SOURCE, UNIT, document, event
from tests.unit.spool.outlet import GONE, TOO_LARGE, Log, Spool, case


@pytest.fixture
def kafka() -> Log:
    return Log()


@pytest.fixture
def spool(tmp_path: Path, kafka: Log) -> Spool:
    return Spool(tmp_path / "spool", kafka)


def test_an_event_travels_as_the_sdk_writes_it_and_gets_its_receipt(spool: Spool, kafka: Log) -> None:
    spool.put(document())
    assert spool.file.receipt(SOURCE, document().id) is None
    spool.drain()
    assert [value for _, _, value in kafka.records] == [encode(document())]
    receipt = spool.file.receipt(SOURCE, document().id)
    assert receipt is not None and (receipt.topic, receipt.offset) == ("ioc.documents", 0)
    assert spool.file.pending(NOW).count == 0


def test_while_kafka_is_away_events_wait_and_then_go_in_order(spool: Spool, kafka: Log) -> None:
    kafka.away = True
    events = [case(n, n % 3) for n in range(1, 20)]
    spool.put(*events)
    assert [spool.sender.turn() for _ in range(4)] == [*RETRY_S, RETRY_S[-1]]
    spool.clock.advance(timedelta(hours=1))
    waiting = spool.file.pending(spool.clock.now())
    assert (waiting.count, waiting.oldest_age) == (19, timedelta(hours=1))
    kafka.away = False
    spool.drain()
    for subject in range(3):
        sent = [value for _, key, value in kafka.records if key.endswith(b"%04d" % subject)]
        assert sent == [encode(each) for each in events if each.subject.endswith(f"{subject:04d}")]
    assert spool.sender.turn() is None


def test_a_failure_lets_no_later_event_of_its_case_overtake(spool: Spool, kafka: Log) -> None:
    first = encode(case(1))
    failures = iter([GONE, GONE])
    kafka.refuse = lambda value: next(failures, None) if value == first else None
    other = event("training.completed", 3)
    spool.put(case(1), case(2), other)
    while spool.sender.turn() is not None:
        pass
    order = [value for _, _, value in kafka.records]
    assert order.index(first) < order.index(encode(case(2)))
    assert order[0] == encode(other), "another case need not wait"


def test_after_a_death_what_has_no_receipt_is_sent_by_itself(spool: Spool, kafka: Log) -> None:
    spool.put(case(1))
    spool.drain()
    spool.put(case(2))
    successor = spool.again()
    successor.drain()
    assert [value for _, _, value in kafka.records] == [encode(case(1)), encode(case(2))]


def test_the_same_id_again_changes_nothing_and_another_content_is_an_error(spool: Spool, kafka: Log) -> None:
    spool.put(case(1), case(1))
    spool.drain()
    spool.put(case(1))
    spool.drain()
    assert len(kafka.records) == 1
    with pytest.raises(SpoolConflict, match=case(1).id):
        spool.put(case(1, subject=7))
    with pytest.raises(SpoolConflict):
        spool.put(case(5), case(5, subject=7))
    assert spool.file.pending(NOW).count == 0, "nothing of a refused call enters"


@pytest.mark.parametrize(
    "error", [TOO_LARGE, errors.TopicAuthorizationFailedError(), errors.InvalidRecordError(), TypeError()]
)
def test_what_kafka_never_takes_is_set_aside_and_blocks_nobody(
    spool: Spool, kafka: Log, error: BaseException
) -> None:
    kafka.refuse = lambda value: error if value == encode(case(1)) else None
    spool.put(case(1), case(2))
    spool.drain()
    assert [value for _, _, value in kafka.records] == [encode(case(2))]
    stands = spool.file.pending(NOW)
    assert (stands.count, stands.refused, stands.kept) == (0, 1, 1)
    (refusal,) = spool.file.refusals()
    assert refusal.id == case(1).id and type(error).__name__ in refusal.reason
    kafka.refuse = lambda value: None
    assert spool.file.retry_refused() == 1
    spool.drain()
    assert spool.file.pending(NOW).refused == 0
    assert kafka.records[-1][2] == encode(case(1))


@pytest.mark.parametrize("error", [errors.OutOfOrderSequenceNumberError(), errors.ProducerFencedError()])
def test_a_fault_of_the_client_condemns_no_event_but_the_client(
    spool: Spool, kafka: Log, error: BaseException
) -> None:
    answers = iter([error])
    kafka.refuse = lambda value: next(answers, None)
    spool.put(case(1))
    assert spool.sender.turn() == RETRY_S[0]
    assert (kafka.closed, kafka.connected) == (1, 1)
    spool.drain()
    assert kafka.connected == 2
    assert len(kafka.records) == 1 and spool.file.pending(NOW).refused == 0


def test_a_topic_that_does_not_answer_costs_one_wait_a_turn(spool: Spool, kafka: Log) -> None:
    asked: list[bytes] = []

    def refuse(value: bytes) -> BaseException | None:
        if b"dossier" not in value:
            return None
        asked.append(value)
        return GONE

    kafka.refuse = refuse
    spool.put(*(case(n, n) for n in range(1, 9)), event("training.completed", 20))
    spool.sender.turn()
    assert len(asked) == 1
    assert [topic for topic, _, _ in kafka.records] == ["ioc.hr"]


def test_receipts_that_cannot_be_noted_are_kept_in_mind_and_nothing_goes_twice(
    spool: Spool, kafka: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool.put(case(1), case(2))

    def full(*_: object) -> None:
        raise SpoolFull("no room on the disk")

    with monkeypatch.context() as disk:
        disk.setattr(spool.file, "note", full)
        assert spool.sender.turn() == RETRY_S[0]
        assert spool.sender.turn() == RETRY_S[1]
    spool.drain()
    assert [value for _, _, value in kafka.records] == [encode(case(1)), encode(case(2))]


def test_acknowledged_events_are_kept_for_a_day_and_can_be_replayed(spool: Spool, kafka: Log) -> None:
    spool.put(case(1))
    spool.drain()
    spool.clock.advance(timedelta(hours=20))
    spool.put(case(2))
    spool.drain()
    kafka.records.clear()
    assert spool.file.resend(NOW + timedelta(hours=1)) == 1
    assert spool.file.resend(NOW) == 1
    spool.drain()
    assert [value for _, _, value in kafka.records] == [encode(case(1)), encode(case(2))], "older first"
    spool.clock.advance(timedelta(hours=25))
    spool.sender.turn()
    stands = spool.file.pending(spool.clock.now())
    assert (stands.kept, stands.kept_since) == (0, None)
    assert spool.file.resend(NOW) == 0


def test_a_replay_puts_old_events_before_those_that_wait(spool: Spool, kafka: Log) -> None:
    spool.put(case(1))
    spool.drain()
    kafka.away = True
    spool.put(case(2), case(3))
    spool.sender.turn()
    kafka.away = False
    kafka.records.clear()
    spool.file.resend(NOW)
    spool.drain()
    assert [value for _, _, value in kafka.records] == [encode(case(n)) for n in (1, 2, 3)]


def test_a_full_spool_says_so_and_keeps_all_it_has(tmp_path: Path, kafka: Log) -> None:
    spool = Spool(tmp_path / "spool", kafka, limit=10_000)
    kafka.away = True
    taken = 0
    with pytest.raises(SpoolFull, match="wait for Kafka"):
        for n in range(1, 100):
            spool.put(case(n))
            taken = n
    assert 5 < taken < 20
    kafka.away = False
    spool.drain()
    assert [value for _, _, value in kafka.records] == [encode(case(n)) for n in range(1, taken + 1)]
    spool.put(case(taken + 1))
    assert spool.file.pending(NOW).kept < taken, "what was acknowledged gives way, the oldest first"
    assert spool.file.receipt(SOURCE, case(1).id) is None


def test_a_volume_without_room_is_full_too(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    class Volume:
        f_bavail, f_frsize = RESERVE_BYTES // 4096, 4096

    monkeypatch.setattr("producers.spool.file.os.statvfs", lambda _: Volume)
    with pytest.raises(SpoolFull, match="volume"):
        spool.put(case(1))


def test_a_damaged_row_is_set_aside_and_not_sent(spool: Spool, kafka: Log) -> None:
    spool.put(case(1), case(2))
    spool.file._database.execute(
        "UPDATE events SET value = CAST(replace(value, 'e', 'f') AS BLOB) WHERE seq = 1"
    )
    spool.drain()
    assert [value for _, _, value in kafka.records] == [encode(case(2))]
    assert [each.reason for each in spool.file.refusals()] == [DAMAGED]


def test_heartbeats_say_exactly_what_stands_in_kafka_before_them(spool: Spool, kafka: Log) -> None:
    def beat() -> None:
        sent, waiting = spool.file.sent(SOURCE)
        assert waiting == 0
        spool.put(
            heartbeat(
                source=SOURCE, orgunit=UNIT, interval_s=30, backlog=spool.file.waits(),
                sent=sent or Sent(NOW, 0, None), now=spool.clock.now(),
            )
        )  # fmt: skip

    kafka.refuse = lambda value: TOO_LARGE if value == encode(case(3)) else None
    kafka.away = True
    spool.put(case(1), case(2))
    beat()
    assert spool.file.sent(SOURCE)[1] == 1, "one waits"
    spool.put(case(4), case(3), case(1))
    kafka.away = False
    spool.drain()
    spool.put(case(5))
    beat()
    spool.drain()
    spool.file.resend(NOW)
    spool.drain()
    seen: set[str] = set()
    told = []
    for _, _, value in kafka.records:
        seen.add(well_formed(value).envelope.id)
        said = orjson.loads(value)["data"]
        if "sent_total" in said:
            told.append((said["sent_total"], len(seen), said["backlog"]))
    assert told[:2] == [(3, 3, 2), (6, 6, 1)]


def test_who_only_looks_wakes_nobody(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two who wait for the spool to empty look in turn; each look must not be news for the other."""
    told: list[str] = []
    monkeypatch.setattr(spool.file.changed, "notify_all", lambda: told.append("changed"))
    assert (spool.file.waits(), spool.file.pending(NOW).count, spool.file.refusals()) == (0, 0, [])
    assert told == []
    spool.put(case(1))
    spool.drain()
    assert told != []
