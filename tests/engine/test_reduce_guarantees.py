"""What must hold whatever happens: crashes, disorder, duplicates, batching, corrections, rebuilds."""

import random
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest
import yaml

from ioc.kpis import PACKAGED
from storage.client import Store
from storage.rebuilds import ask, progress
from streams.reduce import reducer as reducing
from streams.reduce.plan import Plan
from streams.reduce.reducer import Reducer
from tests.engine.reducing import SPACE, TENANT, Bench, event
from tests.engine.test_reduce_documents import documents, received
from tests.engine.test_reduce_kpis import dossier, people, resolved, services

pytestmark = pytest.mark.engine
NOW = "2026-03-10 10:00"
POINTS = ["planned", "logged", "cases", "cells", "values", "finished"]


class Died(Exception):
    """The process ended here."""


def everything() -> list[dict[str, Any]]:
    return documents() + services() + people()


@pytest.fixture(scope="module")
def expected(alone: Store) -> list[tuple[Any, ...]]:
    bench = Bench(alone, NOW)
    bench.reduce(everything())
    return bench.cells()


def test_the_cells_are_not_empty(expected: list[tuple[Any, ...]]) -> None:
    assert len({row[0] for row in expected}) >= 12


SLOW = ("planned", "logged", "cells", "values")
"""Dying there is tried by the model (tests/unit/reduce), and on the engine by `make test-slow`."""


@pytest.mark.parametrize(
    "point", [pytest.param(each, marks=pytest.mark.slow if each in SLOW else ()) for each in POINTS]
)
def test_a_tick_that_dies_anywhere_is_run_again(
    alone: Store, expected: list[tuple[Any, ...]], point: str
) -> None:
    bench = Bench(alone, NOW)
    events = everything()
    bench.reduce(events[:20])
    bench.ledger.append(events[20:])

    def dies(reached: str) -> None:
        if reached == point:
            raise Died

    with pytest.raises(Died):
        bench.reducer(reach=dies).step()
    for again in (1, 2):  # it may die twice at the same place
        with pytest.raises(Died):
            bench.reducer(reach=dies).step()
            if point == "finished":
                raise Died
        assert again
    bench.finish(bench.reducer())
    assert bench.cells() == expected


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (2, 3))])
def test_disorder_duplicates_and_batches_change_nothing(
    alone: Store, expected: list[tuple[Any, ...]], seed: int
) -> None:
    chosen = random.Random(seed)
    bench = Bench(alone, NOW)
    events = everything()
    chosen.shuffle(events)
    rest = list(events)
    reducer = bench.reducer(batch=chosen.choice([3, 7, 1000]))
    while rest:
        size = chosen.randint(1, 15)
        bench.ledger.append(rest[:size])
        bench.ledger.append(chosen.sample(events, 2), verdict=2)  # suppressed: seen before
        rest = rest[size:]
        reducer.step()
        bench.clock.advance(timedelta(seconds=chosen.choice([0, 3])))
    bench.finish(reducer)
    assert bench.cells() == expected


def test_a_rebuild_gives_the_same_cells(alone: Store, expected: list[tuple[Any, ...]]) -> None:
    bench = Bench(alone, NOW)
    bench.reduce(everything())
    before = bench.fraction("doc_on_time_rate", name="ytd")
    bench.store.execute(
        "INSERT INTO ioc.kpi_cells"
        " SELECT * REPLACE(numerator + 1 AS numerator, 999999 AS version) FROM ioc.kpi_cells FINAL"
        " WHERE kpi = 'doc_on_time_rate'"
    )
    assert bench.cells() != expected
    request = ask(bench.store, bench.now)
    bench.clock.advance(timedelta(seconds=2))
    assert not progress(bench.store, request).done
    rebuild(bench.reducer(batch=10), bench)
    done = progress(bench.store, request)
    assert done.done
    assert done.events == len(everything())
    assert bench.cells() == expected
    assert bench.fraction("doc_on_time_rate", name="ytd") == before


def test_the_cells_of_one_day_are_made_anew_while_numbers_stay_up(
    alone: Store, expected: list[tuple[Any, ...]]
) -> None:
    bench = Bench(alone, NOW)
    bench.reduce(everything())
    spoil = (
        "INSERT INTO ioc.kpi_cells SELECT * REPLACE(numerator + 1 AS numerator) FROM ioc.kpi_cells FINAL"
        " WHERE kpi = 'doc_on_time_rate' AND day = %(day)s"
    )
    days = [row[0] for row in bench.store.query(
        "SELECT DISTINCT day FROM ioc.kpi_cells FINAL WHERE kpi = 'doc_on_time_rate' AND part = 'flow'"
        " AND (numerator, denominator) != (0, 0) ORDER BY day LIMIT 2"
    )]  # fmt: skip
    for each in days:
        bench.store.execute(spoil, {"day": each.isoformat()})
    assert len(different(bench, expected)) > 1
    ticks = "SELECT count() FROM ioc.ticks WHERE NOT live"
    request = ask(bench.store, bench.now, days[0])
    bench.clock.advance(timedelta(seconds=2))
    bench.reducer().step()
    assert progress(bench.store, request).done
    assert {row[4] for row in different(bench, expected)} == {days[1]}
    assert bench.store.query(ticks) == [(0,)]


def different(bench: Bench, expected: list[tuple[Any, ...]]) -> set[tuple[Any, ...]]:
    return set(bench.cells()) ^ set(expected)


def rebuild(reducer: Reducer, bench: Bench) -> None:
    for _ in range(100):
        waiting = reducer.step()
        bench.clock.advance(timedelta(seconds=1))
        if not waiting and reducer._rebuilding.wish is None:
            return
    raise AssertionError("the rebuild did not end")


def test_a_case_that_moves_leaves_no_cell_behind(alone: Store) -> None:
    bench = Bench(alone, NOW)
    bench.reduce([dossier("A", "2026-03-02 09:00", "2026-03-06 17:00"), resolved("A", "2026-03-05 09:00")])
    assert bench.fraction("dossier_on_time_rate", name="day", on="2026-03-05") == (1, 1)
    again = resolved("A", "2026-03-09 09:00") | {"id": "A-s2", "correctionof": "A-s"}
    bench.reduce([again])
    assert bench.fraction("dossier_on_time_rate", name="day", on="2026-03-05") == (0, 0)
    assert bench.fraction("dossier_on_time_rate", name="day", on="2026-03-09") == (0, 1)


@pytest.mark.parametrize("first", [0, 1])
def test_a_correction_under_another_subject(alone: Store, first: int) -> None:
    wrong = dossier("A", "2026-03-02 09:00", "2026-03-06 17:00")
    right = dossier("B", "2026-03-03 09:00", "2026-03-06 17:00") | {"correctionof": wrong["id"]}
    bench = Bench(alone, NOW)
    for each in ([wrong], [right])[:: -1 if first else 1]:
        bench.reduce(each)
    assert bench.fraction("online_dossier_rate") == (1, 1)
    assert bench.fraction("dossier_overdue_open") == (1, 1)
    assert bench.fraction("online_dossier_rate", name="day", on="2026-03-02") == (0, 0)


def test_a_gap_is_not_crossed(alone: Store) -> None:
    bench = Bench(alone, NOW)
    first, lost, last = (dossier(ref, "2026-03-02 09:00", "2026-03-06 17:00") for ref in "ABC")
    bench.reduce([first])
    bench.ledger.offsets["events_services"] = 2
    bench.reduce([last])
    assert bench.fraction("online_dossier_rate") == (1, 1)
    bench.ledger.offsets["events_services"] = 1
    bench.ledger.append([lost])
    bench.finish(bench.reducer())
    assert bench.fraction("online_dossier_rate") == (3, 3)


def test_a_gap_that_was_given_up_is_passed(alone: Store) -> None:
    bench = Bench(alone, NOW)
    topic = uuid5(SPACE, "events_services")
    names = ["topic", "topic_id", "partition", "first", "last", "reason", "account", "at"]
    try:
        for first, last in ((1, 3), (5, 6)):
            row = ["ioc.services", topic, 0, first, last, "drill", "truc_ca_1", bench.clock.now()]
            alone.insert("ioc.ledger_lost", names, [[each] for each in row])
        for ref, offset in (("A", 0), ("B", 4), ("C", 8)):
            bench.ledger.offsets["events_services"] = offset
            bench.ledger.append([dossier(ref, "2026-03-02 09:00", "2026-03-06 17:00")])
        bench.finish(bench.reducer(batch=2))
        assert bench.fraction("online_dossier_rate") == (2, 2)  # 7 was never given up
        bench.ledger.offsets["events_services"] = 7
        bench.ledger.append([dossier("D", "2026-03-02 09:00", "2026-03-06 17:00")])
        bench.finish(bench.reducer(batch=2))
        assert bench.fraction("online_dossier_rate") == (4, 4)
    finally:
        alone.execute("TRUNCATE TABLE ioc.ledger_lost")


def test_a_unit_of_no_catalogue_counts_for_those_above_it(alone: Store) -> None:
    bench = Bench(alone, NOW)
    bench.reduce([
        dossier("A", "2026-03-02 09:00", "2026-03-06 17:00", org="G09.915.07"),
        dossier("B", "2026-03-02 09:00", "2026-03-06 17:00", org="G09.888"),
    ])  # fmt: skip
    assert bench.fraction("online_dossier_rate") == (2, 2)
    assert bench.fraction("online_dossier_rate", "G09.915") == (1, 1)
    assert bench.fraction("online_dossier_rate", "G09.888") == (1, 1)


def test_a_new_kpi_is_a_new_file(alone: Store, tmp_path: Path) -> None:
    made = yaml.safe_load((PACKAGED / "online_dossier_rate.yaml").read_text(encoding="utf-8"))
    made |= {
        "id": "direct_dossiers",
        "flow": {
            "view": "dossier",
            "day": "opened_at",
            "dim": "channel",
            "numerator": "countIf(channel = 'direct')",
            "denominator": "count()",
        },
    }
    (tmp_path / "kpis").mkdir()
    (tmp_path / "kpis" / "direct_dossiers.yaml").write_text(yaml.safe_dump(made), encoding="utf-8")
    bench = Bench(alone, NOW, tmp_path)
    bench.reduce(services())
    assert bench.fraction("direct_dossiers") == (1, 7)
    assert bench.fraction("direct_dossiers", dim="direct") == (1, 1)
    assert bench.fraction("direct_dossiers", dim="online") == (0, 5)


def test_a_kpi_added_later_counts_what_came_before(alone: Store, tmp_path: Path) -> None:
    bench = Bench(alone, NOW)
    bench.reduce(services())
    made = yaml.safe_load((PACKAGED / "online_dossier_rate.yaml").read_text(encoding="utf-8"))
    made |= {"id": "online_again"}
    (tmp_path / "kpis").mkdir()
    (tmp_path / "kpis" / "online_again.yaml").write_text(yaml.safe_dump(made), encoding="utf-8")
    later = Bench.__new__(Bench)
    later.__dict__.update(bench.__dict__)
    later.kpis = type(bench.kpis).load(tmp_path)
    later.finish(later.reducer())
    assert later.fraction("online_again") == (5, 7)


def test_a_plan_that_is_too_long_stands_in_the_store(alone: Store) -> None:
    bench = Bench(alone, NOW)
    bench.reduce([dossier("A", "2026-03-02 09:00", "2026-03-06 17:00")])
    reducer = bench.reducer()
    long = Plan(reducer.tick + 1, reducer.watermark | {(UUID(int=n), 0): 10**12 for n in range(200)})
    reducer._planning.keep(long)
    assert bench.control.text == long.reference()
    assert reducer._planning.planned() == long


def test_a_commit_ahead_of_a_restored_store_never_reuses_a_version(alone: Store) -> None:
    bench = Bench(alone, NOW)
    bench.control.commit(Plan(500, {}).dump())
    bench.reduce([dossier("A", "2026-03-02 09:00", "2026-03-06 17:00")])
    assert bench.store.query("SELECT min(tick) FROM ioc.ticks") == [(501,)]
    assert bench.fraction("online_dossier_rate") == (1, 1)


def test_readers_see_no_person_and_no_small_group(alone: Store, reading_alone: Store) -> None:
    bench = Bench(alone, NOW)
    bench.reduce(people())
    hidden = reading_alone.query(
        "SELECT countIf(isNotNull(value)), countIf(hidden) FROM ioc_read.values_now"
        " WHERE kpi = 'hr_record_coverage' AND unit = 'G09.904' AND window = 'month'"
    )
    assert hidden == [(0, 1)]
    assert reading_alone.query("SELECT count() FROM ioc_read.cells WHERE kpi = 'hr_sync_sla_rate'") == [(0,)]


def test_what_was_shown_and_changed_is_marked(alone: Store, reading_alone: Store) -> None:
    bench = Bench(alone, NOW)
    bench.reduce([dossier("A", "2026-03-10 09:00", "2026-03-16 17:00")])
    bench.clock.advance(timedelta(days=1))
    bench.reduce([dossier("B", "2026-03-10 09:30", "2026-03-16 17:00", channel="direct")])
    rows = reading_alone.query(
        "SELECT value, restated FROM ioc_read.history"
        " WHERE kpi = 'online_dossier_rate' AND unit = %(unit)s AND day = '2026-03-10'",
        {"unit": TENANT},
    )
    assert rows == [(50.0, 1)]


def test_explaining_adds_up(alone: Store) -> None:
    from storage.explaining import explain
    from storage.values import window

    bench = Bench(alone, NOW)
    bench.reduce(everything())
    today = bench.clock.now().date()
    for kpi in ("doc_on_time_rate", "dossier_on_time_rate", "doc_overdue_open", "hr_sync_sla_rate"):
        found = explain(
            bench.store,
            bench.kpis[kpi],
            window("month", today, bench.now),
            tenant=TENANT,
            unit=TENANT,
            dim="",
            now=bench.now,
        )
        sums = sum(each.numerator for each in found), sum(each.denominator for each in found)
        assert sums == bench.fraction(kpi), kpi
        assert all(each.events for each in found)
    (late,) = [each for each in found if each.numerator]
    assert set(late.events) == {"C1-a", "s1C12026-03-03 10:00"}


def test_a_suppressed_or_rejected_row_counts_nowhere(alone: Store) -> None:
    bench = Bench(alone, NOW)
    one = event(
        "document.received", "x", "2026-03-02 08:30", received("X", "2026-03-02 08:00", "2026-03-02 08:30")
    )
    for verdict in (2, 3, 4):
        bench.ledger.append([one], verdict=verdict)
    bench.reduce()
    assert bench.cells() == []


def test_in_a_deep_backlog_cells_wait_longer_and_are_right_in_the_end(
    alone: Store, expected: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reducing, "DEEP", 3)
    bench = Bench(alone, NOW)
    bench.ledger.append(everything())
    reducer = bench.reducer(batch=9)

    def settled() -> int:
        return int(alone.query("SELECT max(settled) FROM ioc.ticks")[0][0])

    assert reducer.step() > 3
    bench.clock.advance(timedelta(milliseconds=reducing.DEEP_MS - 1))
    assert reducer.step() > 3
    assert (reducer.tick, settled()) == (2, 0)
    bench.clock.advance(timedelta(milliseconds=1))
    assert reducer.step() > 3
    assert settled() == reducer.tick == 3
    bench.finish(reducer)
    assert settled() == reducer.tick
    assert bench.cells() == expected
