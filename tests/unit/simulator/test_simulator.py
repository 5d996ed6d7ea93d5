"""The simulated ministry is the same for the same seed, says what will become of each record, and is
believable."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest

from ioc.clock import FixedClock
from ioc.contracts import EventRefused, decode
from ioc.reference import Catalogue
from producers.simulator.backfill import Backfill, Plan
from producers.simulator.journal import Journal
from producers.simulator.live import Present, stream
from producers.simulator.run import send_all
from producers.simulator.sender import COUNTED, REJECTED, SUPPRESSED, Flaws, Record
from producers.simulator.sinks import File, NotSent, Nowhere

NOW = datetime(2026, 6, 19, 9, 30, tzinfo=UTC)
CATALOGUE = Catalogue.load(None)
RULES = CATALOGUE.rules("G09")


def backfill(events: int, *, seed: int = 1, days: int = 20, flaws: Flaws | None = None) -> Backfill:
    plan = Plan(seed, events, NOW - timedelta(days=days), NOW, flaws or Flaws())
    return Backfill(CATALOGUE, "G09", plan, FixedClock(NOW))


def verdict(record: Record) -> tuple[str, str]:
    """What a record is to landing, duplicates apart."""
    try:
        decode(record.value, rules=RULES, now=NOW, topic=record.topic)
    except EventRefused as refused:
        return REJECTED, refused.reason.value
    return COUNTED, ""


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return list(backfill(8000, flaws=Flaws(invalid=0.02)))


def test_the_same_seed_makes_the_same_bytes() -> None:
    assert list(backfill(600)) == list(backfill(600))
    assert list(backfill(600)) != list(backfill(600, seed=2))


@pytest.mark.parametrize("events", [0, 1, 99, 2500])
def test_exactly_so_many(events: int) -> None:
    assert len(list(backfill(events))) == events


def test_each_record_gets_the_verdict_it_expects(records: list[Record]) -> None:
    seen: dict[tuple[str, str], bytes] = {}
    for record in records:
        if record.expect == REJECTED:
            assert verdict(record) == (REJECTED, record.reason), record
            continue
        assert verdict(record) == (COUNTED, ""), record
        event = orjson.loads(record.value)
        identity = (event["source"], event["id"])
        if record.expect == COUNTED:
            assert identity not in seen
            seen[identity] = record.value
        else:
            assert (seen[identity] == record.value) == (record.expect == SUPPRESSED)
    assert {record.reason for record in records} == {
        "",
        "schema",
        "unknown_type",
        "unknown_unit",
        "future_time",
        "undecodable",
        "unauthorised_source",
    }


def test_flaws_have_their_shares() -> None:
    sent = list(backfill(20_000))
    expected = Counter(record.expect for record in sent)
    assert 0.015 < expected[SUPPRESSED] / len(sent) < 0.025
    assert 0.001 < expected[REJECTED] / len(sent) < 0.005
    times = [orjson.loads(record.value)["time"] for record in sent if record.expect == COUNTED]
    behind = sum(1 for earlier, later in pairwise(times) if later < earlier)
    assert 0.01 < behind / len(times) < 0.08


def test_a_case_lives_in_order_and_its_seqno_rises() -> None:
    cases: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for record in backfill(4000, flaws=Flaws(0, 0, 0, 0)):
        event = orjson.loads(record.value)
        if event["type"].split(".")[3] in ("document", "dossier"):
            cases.setdefault((record.topic, event["subject"]), []).append(event)
    assert len(cases) > 300
    for events in cases.values():
        assert [event["seqno"] for event in events] == sorted({event["seqno"] for event in events})
        assert events[0]["type"].split(".")[4] in ("received", "issued")


def test_heartbeats_prove_completeness(records: list[Record]) -> None:
    sent: dict[str, set[str]] = {}
    beats = 0
    for record in records:
        if record.expect == REJECTED and record.reason in ("undecodable", "unauthorised_source"):
            continue
        event = orjson.loads(record.value)
        ids = sent.setdefault(record.source, set())
        ids.add(event["id"])
        if event["type"].startswith("vn.gov.ioc.source.heartbeat") and record.expect == COUNTED:
            beats += 1
            assert event["data"]["sent_total"] == len(ids)
    assert beats >= 15


def test_a_week_has_a_shape() -> None:
    days: Counter[int] = Counter()
    hours: Counter[int] = Counter()
    for record in backfill(6000, flaws=Flaws(0, 0, 0, 0)):
        event = orjson.loads(record.value)
        if event["type"].endswith("document.received.v1"):
            at = datetime.fromisoformat(event["time"]) + timedelta(hours=7)
            days[at.weekday()] += 1
            hours[at.hour] += 1
    assert days[6] < days[1] / 5
    assert days[0] > days[2]
    assert hours[9] > 3 * hours[12]
    assert hours[15] > 3 * hours[19]


def test_the_journal_is_written_before_anything_is_sent(tmp_path: Path) -> None:
    journal_file, sent_file = tmp_path / "oracle.ndjson", tmp_path / "events.ndjson"
    journalled: list[int] = []

    class Watching(File):
        async def send(self, records: Any) -> None:
            journalled.append(journal_file.read_bytes().count(b"\n"))
            await super().send(records)

    async def run() -> None:
        sink = Watching(sent_file)
        with Journal(journal_file) as journal:
            await send_all(backfill(2300), sink, journal, FixedClock(NOW), 0, lambda _: None)
            assert sum(journal.verdicts.values()) == 2300
        await sink.close()

    asyncio.run(run())
    assert journalled == [1000, 2000, 2300]
    lines = [orjson.loads(line) for line in journal_file.read_bytes().splitlines()]
    assert [line["value"].encode() for line in lines] == sent_file.read_bytes().splitlines()
    assert set(lines[0]) == {"topic", "key", "value", "expect", "reason"}


def test_the_present_goes_on_at_its_rate() -> None:
    past = backfill(3000)
    list(past)
    present = Present(past, rate=50)
    now, sent = NOW, []
    for _ in range(240):
        since, now = now, now + timedelta(seconds=0.25)
        sent += list(present.turn(since, now))
    good = [record for record in sent if record.expect == COUNTED]
    business = [record for record in good if record.topic not in ("ioc.platform", "ioc.quality")]
    assert 2700 <= len(business) <= 3001
    assert sum(b"source.heartbeat" in record.value for record in good) >= 15
    assert sum(b"interop.recorded" in record.value for record in good) >= 10
    for record in sent:
        if record.expect == COUNTED:
            decode(record.value, rules=RULES, now=now, topic=record.topic)


def test_what_kafka_did_not_acknowledge_is_sent_again() -> None:
    past = backfill(0)
    list(past)

    class Failing(Nowhere):
        def __init__(self) -> None:
            self.turns: list[list[Record]] = []

        async def send(self, records: Any) -> None:
            self.turns.append(list(records))

        async def settle(self) -> None:
            clock.advance(timedelta(seconds=2))
            if len(self.turns) == 1:
                raise NotSent("Kafka is away")
            stop.set()

    clock, stop, sink = FixedClock(NOW), asyncio.Event(), Failing()

    async def run() -> int:
        return await stream(Present(past, rate=10), sink, clock, stop)

    sent = asyncio.run(run())
    first, second = sink.turns
    assert first
    assert second[: len(first)] == first
    assert sent == len(second) > len(first)
