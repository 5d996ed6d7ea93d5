"""What must not be lost, nor shown as recent: long outages, expiry, and events that never pause."""

from datetime import timedelta

import pytest

from storage import reference
from storage.client import Store
from storage.rebuilds import ask, progress
from tests.engine.reducing import TENANT, Bench
from tests.engine.test_reduce_kpis import dossier, people, resolved, synced

pytestmark = pytest.mark.engine
NOW = "2026-03-10 10:00"


class Died(Exception):
    """The process ended here."""


def one(ref: str) -> dict[str, object]:
    return dossier(ref, "2026-03-02 09:00", "2026-03-06 17:00")


def test_a_rebuild_ends_although_events_never_pause(alone: Store) -> None:
    bench = Bench(alone, NOW)
    bench.reduce([one("A")])
    request = ask(bench.store, bench.now)
    bench.clock.advance(timedelta(seconds=2))
    reducer = bench.reducer()
    for number in range(6):
        bench.ledger.append([one(f"B{number}")])
        reducer.step()
        bench.clock.advance(timedelta(seconds=1))
    assert progress(bench.store, request).done
    assert bench.fraction("online_dossier_rate") == (7, 7)


def test_a_rebuild_keeps_persons_whose_events_have_all_expired(alone: Store) -> None:
    bench = Bench(alone, NOW)
    bench.reduce(people())
    known = bench.store.query("SELECT count() FROM ioc.cases_credential FINAL")
    bench.store.execute("TRUNCATE TABLE ioc.events_hr")
    names = ["topic", "expiry", "topic_id", "partition", "first", "last", "counted", "expired_at"]
    row = ["ioc.hr", "20260302", "5f0e8f52-6f5c-4c7e-9b53-6d1f3f1c1a00", 0, 0, 9, 10, bench.clock.now()]
    bench.store.insert("ioc.ledger_expired", names, [[each] for each in row])
    try:
        ask(bench.store, bench.now)
        bench.clock.advance(timedelta(seconds=2))
        bench.finish(bench.reducer())
    finally:
        bench.store.execute("TRUNCATE TABLE ioc.ledger_expired")
    assert known[0][0] > 0
    assert bench.store.query("SELECT count() FROM ioc.cases_credential FINAL") == known


def test_ticks_and_commit_that_have_expired_take_no_news_with_them(alone: Store) -> None:
    bench = Bench(alone, NOW)
    for _ in range(3):
        bench.clock.advance(timedelta(seconds=9))
        bench.reduce()
    bench.reduce([one("A"), one("B")])
    for table in ("ticks", "reduce_log"):
        bench.store.execute(f"TRUNCATE TABLE ioc.{table}")
    bench.control.text = ""
    bench.clock.advance(timedelta(days=9))
    bench.reduce([resolved("A", "2026-03-05 09:00")])
    assert bench.fraction("dossier_on_time_rate", name="day", on="2026-03-05") == (1, 1)
    assert bench.fraction("dossier_overdue_open", name="day", on="2026-03-14") == (1, 1)


def test_a_unit_of_no_catalogue_counts_although_its_first_tick_died(
    alone: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(alone, NOW)
    bench.ledger.append([dossier("A", "2026-03-02 09:00", "2026-03-06 17:00", org="G09.888")])
    with monkeypatch.context() as patch:

        def dies(*_: object) -> None:
            raise Died

        reducer = bench.reducer()
        patch.setattr(reference, "add_paths", dies)
        with pytest.raises(Died):
            reducer.step()
    bench.finish(bench.reducer())
    assert bench.fraction("online_dossier_rate") == (1, 1)


def test_a_rebuild_that_died_shows_no_emptiness(alone: Store, reading_alone: Store) -> None:
    bench = Bench(alone, NOW)
    bench.reduce([one("A")])
    ask(bench.store, bench.now)
    bench.clock.advance(timedelta(seconds=2))

    def dies(point: str) -> None:
        if point == "planned":
            raise Died

    with pytest.raises(Died):
        bench.reducer(reach=dies).step()
    bench.reducer()
    shown = (
        "SELECT numerator, (SELECT live FROM ioc.ticks ORDER BY tick DESC LIMIT 1) FROM ioc.kpi_values FINAL"
        " WHERE kpi = 'online_dossier_rate' AND unit = %(unit)s AND window = 'month' AND dim = ''"
    )
    assert bench.store.query(shown, {"unit": TENANT}) in ([(1, 1)], [(1, 0)])


def test_staff_of_a_unit_of_no_catalogue_count_after_they_have_left_it(alone: Store) -> None:
    bench = Bench(alone, NOW)
    bench.reduce([synced(1, "2026-03-02 10:00", org="G09.888"), synced(1, "2026-03-06 10:00")])
    there = {"name": "day", "on": "2026-03-04"}
    assert bench.fraction("hr_record_coverage", **there)[0] == 1
    assert bench.fraction("hr_record_coverage", name="day", on="2026-03-09")[0] == 1
    bench.store.execute("TRUNCATE TABLE ioc.ref_loaded")  # the catalogue is another one
    bench.reduce()
    assert bench.fraction("hr_record_coverage", **there)[0] == 1
