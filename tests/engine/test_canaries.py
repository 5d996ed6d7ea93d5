"""Canaries and freshness on the real engine: measured to the value, and in no indicator."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from ioc.alerts import Rules
from ioc.canary import SOURCE
from storage import watching
from storage.client import Store
from storage.trust import last_tick
from streams.reduce import reducer as reducing
from streams.reduce.visible import Canary, Unshown, reached
from streams.reduce.worktime import milliseconds
from tests.engine.reducing import Bench, event
from tests.engine.test_reduce_kpis import dossier

pytestmark = pytest.mark.engine

NOW = datetime.now(UTC).replace(microsecond=0)


def ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def test_the_newest_canary_of_each_topic_and_how_many_are_missing(alone: Store, reading_alone: Store) -> None:
    alone.execute("TRUNCATE TABLE ioc.canaries")
    unshown = Unshown()
    for ago in (65, 55, 45):
        sent = ms(NOW - timedelta(seconds=ago))
        unshown.note([], [Canary("tasks", sent, 10, sent + 5, sent + 300)])
        unshown.write_canaries(alone, sent + 900)
    sent = ms(NOW + timedelta(hours=1))  # however long this test has waited for its turn
    unshown.note([], [Canary("hr", sent, 10, sent + 5, sent + 300)])
    unshown.write_canaries(alone, sent + 900)
    columns = "topic, missed, to_kafka_ms, to_ledger_ms, to_value_ms"
    rows = reading_alone.query(f"SELECT {columns} FROM ioc_read.canaries ORDER BY topic")
    assert rows[0] == ("hr", 0, 5, 295, 600)
    assert rows[1][0] == "tasks" and rows[1][1] >= 3 and rows[1][2:] == (5, 295, 600)
    assert alone.query("SELECT subject FROM ioc.watch_canaries ORDER BY subject") == [("hr",), ("tasks",)]


def test_the_silence_of_a_topic_does_not_end_by_growing_old(alone: Store, reading_alone: Store) -> None:
    alone.execute("TRUNCATE TABLE ioc.canaries")
    rule = Rules.load()["canary_missed"]
    assert rule.cases is not None
    long_ago, now = ms(NOW - timedelta(days=20)), ms(NOW)
    unshown = Unshown()
    unshown.note([], [Canary("tasks", long_ago, 10, long_ago + 5, long_ago + 300)])
    unshown.write_canaries(alone, long_ago + 900)
    found = watching.cases(alone, rule.cases, "G09", now, long_ago)
    assert [(row.since, row.count) for row in found.breaching] == [(long_ago + 40_000, 1)]
    (row,) = reading_alone.query("SELECT topic, missed FROM ioc_read.canaries")
    assert row[0] == "tasks" and row[1] > 100_000


def canary(topic: str, second: int) -> dict[str, Any]:
    told = event(
        "canary.sent", f"{topic}-{second}", f"2026-03-02 09:00:{second:02d}", {"topic": topic, "every_s": 10}
    )
    return told | {"source": SOURCE}


def test_a_canary_is_followed_to_the_value_and_stands_in_no_indicator(alone: Store) -> None:
    bench = Bench(alone, "2026-03-02 09:01")
    alone.execute("TRUNCATE TABLE ioc.canaries")
    bench.reduce([canary("documents", 10), canary("hr", 10)])
    assert bench.cells() == []
    assert alone.query("SELECT count() FROM ioc.cases_source") == [(0,)]
    rows = alone.query("SELECT topic, sent_at, landed_at, visible_at FROM ioc.canaries FINAL ORDER BY topic")
    assert [row[0] for row in rows] == ["documents", "hr"]
    assert all(sent <= landed <= visible for _, sent, landed, visible in rows)
    assert alone.query("SELECT sum(arraySum(fresh_records)) FROM ioc.ticks") == [(0,)]


def test_numbers_are_as_old_as_the_last_record_that_they_hold(
    alone: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a backlog ticks go on while values are written now and then: these must not be called new."""
    monkeypatch.setattr(reducing, "DEEP", 3)
    bench = Bench(alone, "2026-03-02 12:00")
    alone.execute("TRUNCATE TABLE ioc.landing_progress")
    made = [dossier(f"D{n}", f"2026-03-02 09:{n:02d}", "2026-03-06 17:00") for n in range(30)]
    bench.ledger.append(made)
    reducer = bench.reducer(batch=5)
    bench.clock.advance(timedelta(milliseconds=reducing.DEEP_MS))
    assert reducer.step() > 3  # written: what was waiting longest
    first = last_tick(alone)
    assert first is not None and first.at == milliseconds(made[4]["time"])
    assert reducer.step() > 3  # read, and not written
    assert last_tick(alone) == first
    bench.finish(reducer)
    caught_up = last_tick(alone)
    assert caught_up is not None and caught_up.at > milliseconds(made[-1]["time"])
    assert bench.now - caught_up.at < 10_000
    assert alone.query("SELECT sum(arraySum(fresh_records)) FROM ioc.ticks") == [(30,)]


def test_how_far_a_tick_has_read() -> None:
    one, two = (UUID(int=1), 0), (UUID(int=2), 0)
    assert reached(100, {one: 50}, [], 7) == 100
    assert reached(100, {one: 50, two: 70}, [one, two], 7) == 50
    assert reached(100, {}, [one], 7) == 7
