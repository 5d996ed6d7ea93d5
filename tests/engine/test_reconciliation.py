"""Reconciliation on the real engine: what adds up, what does not, and what it costs."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from aiokafka import TopicPartition

from ioc.topics import EVENT_TOPICS
from storage import reconciliation
from storage.client import Store
from storage.ledger import COLUMNS
from storage.reconciliation import SourceAccount, TopicAccount
from streams import metrics
from streams.land.judge import identity_hash
from streams.land.progress import write
from streams.land.reconciling import reconciled

pytestmark = pytest.mark.engine

TABLES = (
    *sorted(str(topic.ledger) for topic in EVENT_TOPICS),
    "ledger_lost",
    "landing_progress",
    "landing_stops",
)
NOW = datetime.now(UTC).replace(microsecond=0)
TASKS = TopicPartition("ioc.tasks", 0)
ARCHIVES = TopicPartition("ioc.archives", 0)


@pytest.fixture
def clean(alone: Store) -> Store:
    for table in TABLES:
        alone.execute(f"TRUNCATE TABLE ioc.{table}")
    return alone


def land(
    store: Store,
    log: UUID,
    offsets: Sequence[int],
    verdict: str = "counted",
    *,
    table: str = "events_tasks",
    source: str = "vxp",
    at: datetime = NOW,
    ids: Sequence[str] | None = None,
    **more: Any,
) -> None:
    empty: dict[str, Any] = dict.fromkeys(COLUMNS, "") | {"seqno": 0, "fingerprint": b"", "tenant": "G09"}
    empty |= {"topic_id": log, "partition": 0, "verdict": verdict, "source": f"urn:ioc:G09:{source}"} | more
    empty |= dict.fromkeys(("logged_at", "time", "producedat"), at)
    rows = []
    for offset, name in zip(offsets, ids or [f"{log}-{each}" for each in offsets], strict=True):
        hash_ = 0 if verdict == "rejected" else identity_hash(empty["source"], name)
        rows.append(empty | {"offset": offset, "id": name, "id_hash": hash_})
    store.insert(f"ioc.{table}", COLUMNS, [[row[name] for row in rows] for name in COLUMNS])


def see(store: Store, place: TopicPartition, log: UUID, end: int, at: datetime, **waiting: Any) -> None:
    since = {place: waiting.get("since")}
    write(store, {place: (0, end)}, {place.topic: log}, at, since)


def topic(store: Store, name: str) -> TopicAccount:
    return next(each for each in reconciliation.topics(store) if each.topic == name)


def source(store: Store, code: str) -> SourceAccount:
    return next(each for each in reconciliation.sources(store, "G09") if each.system_code == code)


def beat(store: Store, code: str, sent: int, since: datetime, at: datetime) -> None:
    said = {"sent_total": sent, "sent_epoch": since.isoformat()}
    land(
        store, uuid4(), [0], table="events_platform", source=code, at=at,
        type="vn.gov.ioc.source.heartbeat.v1", data=orjson.dumps(said).decode(),
    )  # fmt: skip


def test_each_topic_adds_up_or_says_which_offsets_do_not(clean: Store) -> None:
    log = uuid4()
    see(clean, TASKS, log, 10, NOW, since=NOW - timedelta(seconds=40))
    land(clean, log, range(4))
    land(clean, log, [4], "suppressed")
    land(clean, log, [5], "rejected")
    good = topic(clean, "ioc.tasks")
    assert (good.received, good.counted, good.suppressed, good.rejected, good.in_flight) == (10, 4, 1, 1, 4)
    assert (good.missing, good.wrong, good.waiting_s(NOW)) == (0, False, 40)
    assert reconciled(clean, "G09", NOW)["adds_up"]
    land(clean, log, [8, 9])
    found = reconciled(clean, "G09", NOW)
    assert not found["adds_up"]
    assert found["wrong"] == ["ioc.tasks/0: offsets 6–7 are missing"]
    assert topic(clean, "ioc.tasks").waiting_s(NOW) == 0
    assert 'ioc_records{topic="ioc.tasks",part="missing"} 2\n' in metrics.text(clean, "G09", NOW)
    assert "ioc_reconciled 0\n" in metrics.text(clean, "G09", NOW)


def test_canaries_are_counted_beside_what_sources_say(clean: Store) -> None:
    log = uuid4()
    see(clean, TASKS, log, 10, NOW)
    land(clean, log, [0, 1, 4])
    land(clean, log, [2, 3], source="canary")
    land(clean, log, [5], "suppressed", source="canary")
    land(clean, log, [6], "rejected", source="canary")
    found = topic(clean, "ioc.tasks")
    assert (found.received, found.counted, found.suppressed, found.rejected, found.in_flight) == (
        7,
        3,
        0,
        1,
        3,
    )
    assert (found.missing, found.wrong) == (0, False)
    assert clean.query("SELECT canaries FROM ioc_read.ledger_total") == [(3,)]


def test_counts_are_read_from_the_projection(clean: Store) -> None:
    land(clean, uuid4(), range(100))
    plan = clean.query("EXPLAIN SELECT * FROM ioc.ledger_totals WHERE topic = 'ioc.tasks'")
    assert any("totals_apart" in line for (line,) in plan), plan


def test_what_was_given_up_is_lost_and_adds_up(clean: Store) -> None:
    log = uuid4()
    see(clean, TASKS, log, 9, NOW)
    land(clean, log, range(3))
    land(clean, log, [7, 8])
    assert topic(clean, "ioc.tasks").wrong
    row = ("ioc.tasks", log, 0, 3, 6, "retention", "ca.truc", NOW)
    columns = ("topic", "topic_id", "partition", "first", "last", "reason", "account", "at")
    clean.insert("ioc.ledger_lost", columns, [[value] for value in row])
    found = topic(clean, "ioc.tasks")
    assert (found.received, found.counted, found.lost, found.missing, found.wrong) == (9, 5, 4, 0, False)


def test_records_of_a_log_that_is_gone_are_not_in_flight(clean: Store) -> None:
    before, after = uuid4(), uuid4()
    see(clean, TASKS, before, 7, NOW - timedelta(minutes=1))
    land(clean, before, range(5))
    see(clean, TASKS, after, 3, NOW)
    found = topic(clean, "ioc.tasks")
    assert (found.in_flight, found.unconfirmed, found.wrong) == (3, 2, True)
    assert reconciled(clean, "G09", NOW)["wrong"] == [
        "ioc.tasks: 2 records of a log that is gone never reached the ledger"
    ]


def test_a_source_is_judged_as_of_its_last_word(clean: Store) -> None:
    log, since = uuid4(), NOW - timedelta(hours=5, minutes=17)
    said = NOW - timedelta(minutes=20)
    land(clean, log, [0], at=since - timedelta(seconds=1))  # before it began to count
    land(clean, log, [1, 2], at=since + timedelta(seconds=1))
    land(clean, log, [3, 4, 5], at=since + timedelta(hours=2))
    land(clean, log, [6], "suppressed", at=since + timedelta(hours=2))
    land(clean, log, [7, 8], "rejected", at=since + timedelta(hours=3), ids=["bad", "better"])
    land(clean, log, [9], at=said - timedelta(seconds=1), ids=["better"])
    land(clean, uuid4(), [0], "rejected", at=said - timedelta(seconds=1), reason="unauthorised_source")
    land(clean, log, [10, 11], at=said + timedelta(seconds=1))  # after its last word
    see(clean, TASKS, log, 12, NOW)
    beat(clean, "vxp", 8, since, said)
    see(clean, TopicPartition("ioc.platform", 0), uuid4(), 0, NOW)
    exact = source(clean, "vxp")  # 2 + 3 + 1 and the heartbeat itself, one rejected for good
    assert (exact.sent, exact.counted, exact.rejected, exact.corrected) == (8, 7, 2, 1)
    assert (exact.unexplained, exact.wrong, exact.refused) == (0, False, 1)
    beat(clean, "vxp", 12, since, said + timedelta(milliseconds=1))
    short = source(clean, "vxp")
    assert (short.sent, short.counted, short.unexplained, short.wrong) == (12, 8, 3, True)
    assert any("vxp" in each and "3 are missing" in each for each in reconciled(clean, "G09", NOW)["wrong"])


def test_what_is_in_flight_or_refused_at_the_door_may_be_the_reason(clean: Store) -> None:
    log, since = uuid4(), NOW - timedelta(hours=1)
    land(clean, log, [0, 1], at=NOW - timedelta(minutes=2))
    beat(clean, "vxp", 4, since, NOW - timedelta(minutes=1))
    see(clean, TASKS, log, 3, NOW)
    assert (source(clean, "vxp").unexplained, source(clean, "vxp").wrong) == (1, False)
    see(clean, TASKS, log, 2, NOW + timedelta(seconds=1))
    assert source(clean, "vxp").wrong
    refused = orjson.dumps({"source": "urn:ioc:G09:vxp", "reason": "schema"}).decode()
    land(
        clean, uuid4(), [0], table="events_platform", source="ioc", at=NOW,
        type="vn.gov.ioc.event.rejected.v1", data=refused,
    )  # fmt: skip
    assert (source(clean, "vxp").refused, source(clean, "vxp").wrong) == (1, False)
