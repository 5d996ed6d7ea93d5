"""The wall's ledger tile on the real engine: received against what became of it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka import TopicPartition

from storage.client import Store
from storage.ledger import COLUMNS
from storage.trust import LastTick, last_tick
from streams.land.progress import write

pytestmark = pytest.mark.engine

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
NAMES = ("received", "counted", "suppressed", "conflict", "rejected", "in_flight", "missing", "stopped")


def tile(reading: Store) -> dict[str, int]:
    (row,) = reading.query(f"SELECT {', '.join(NAMES)} FROM ioc_read.ledger_total")
    return dict(zip(NAMES, row, strict=True))


def change(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: after[name] - before[name] for name in NAMES if after[name] != before[name]}


def land(store: Store, log: UUID, offsets: Sequence[int], verdict: str = "counted") -> None:
    empty: dict[str, Any] = dict.fromkeys(COLUMNS, "") | {"id_hash": 0, "seqno": 0, "fingerprint": b""}
    empty |= {"topic_id": log, "partition": 0, "verdict": verdict}
    empty |= dict.fromkeys(("logged_at", "time", "producedat"), NOW)
    rows = [empty | {"offset": offset} for offset in offsets]
    store.insert("ioc.events_tasks", COLUMNS, [[row[name] for row in rows] for name in COLUMNS])


def see(store: Store, log: UUID, start: int, end: int) -> None:
    write(store, {TopicPartition("ioc.tasks", 0): (start, end)}, {"ioc.tasks": log}, datetime.now(UTC))


def test_every_record_of_a_log_is_somewhere(store: Store, reading: Store) -> None:
    log, before = uuid4(), tile(reading)
    see(store, log, 0, 10)
    assert change(before, tile(reading)) == {"received": 10, "in_flight": 10}
    land(store, log, range(4))
    land(store, log, [4], "suppressed")
    land(store, log, [5], "rejected")
    expected = {"received": 10, "counted": 4, "suppressed": 1, "rejected": 1, "in_flight": 4}
    assert change(before, tile(reading)) == expected
    land(
        store, log, range(6, 10)
    )  # the next test's log takes this one's place: what it left would be missing


def test_a_ledger_ahead_of_what_landing_last_saw_has_nothing_in_flight(store: Store, reading: Store) -> None:
    log, before = uuid4(), tile(reading)
    see(store, log, 0, 2)
    land(store, log, range(7), "conflict")
    assert change(before, tile(reading)) == {"received": 7, "conflict": 7}


def test_records_that_the_log_no_longer_holds_still_count(store: Store, reading: Store) -> None:
    log, before = uuid4(), tile(reading)
    land(store, log, range(3, 8))
    see(store, log, 6, 8)
    assert change(before, tile(reading)) == {"received": 5, "counted": 5}


def test_a_hole_is_missing_and_not_in_flight(store: Store, reading: Store) -> None:
    log, before = uuid4(), tile(reading)
    see(store, log, 0, 6)
    land(store, log, [0, 1, 4, 5])
    assert change(before, tile(reading)) == {"received": 6, "counted": 4, "missing": 2}


def test_a_log_skipped_at_its_front_is_missing_too(store: Store, reading: Store) -> None:
    log, before = uuid4(), tile(reading)
    see(store, log, 0, 3)
    land(store, log, [2])
    assert change(before, tile(reading)) == {"received": 3, "counted": 1, "missing": 2}


def test_a_number_is_old_when_landing_is_silent_although_ticks_go_on(
    alone: Store, reading_alone: Store
) -> None:
    for table in ("ticks", "kpi_trust", "landing_progress"):
        alone.execute(f"TRUNCATE TABLE ioc.{table}")
    now = datetime.now(UTC)
    alone.insert("ioc.ticks", ["tick", "settled", "live", "finished_at"], [[1], [1], [1], [now]])
    alone.insert(
        "ioc.kpi_trust", ["tenant", "kpi", "unit", "own", "version"], [["G09"], ["k"], ["G09"], [1], [1]]
    )
    ask = "SELECT as_of, fresh FROM ioc_read.trust"
    tick = now.replace(microsecond=now.microsecond // 1000 * 1000)
    assert [(at, fresh) for at, fresh in reading_alone.query(ask)] == [(tick, 1)]
    quiet = tick - timedelta(seconds=31)
    log = {"ioc.tasks": uuid4(), "ioc.hr": uuid4()}
    places = {TopicPartition(name, 0): (0, 0) for name in log}
    write(alone, places, log, quiet)
    assert reading_alone.query(ask) == [(quiet, 0)]
    assert last_tick(alone) == LastTick(round(quiet.timestamp() * 1000), True)
    write(alone, {TopicPartition("ioc.hr", 0): (0, 0)}, log, tick)
    assert reading_alone.query(ask) == [(quiet, 0)]
    write(alone, places, {name: uuid4() for name in log}, tick)  # topics made anew
    assert reading_alone.query(ask) == [(tick, 1)]
