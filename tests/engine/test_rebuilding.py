"""A rebuild beside the live tables: nobody sees it, whatever dies; and what it gives is the same."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest

from ioc.errors import StoreRefused
from ioc.kpis import Kpis
from storage import exchange
from storage.client import Store
from storage.rebuilds import Wish, ask, progress
from streams.reduce import anew
from streams.reduce.anew import DATABASE
from tests.engine.reducing import TENANT, Bench
from tests.engine.test_reduce_documents import documents
from tests.engine.test_reduce_kpis import dossier, people, services

pytestmark = pytest.mark.engine
NOW = "2026-03-10 10:00"
KPI = "doc_on_time_rate"
DOSSIERS = ("dossier_on_time_rate", "online_dossier_rate", "dossier_overdue_open")
CLEAN = orjson.dumps({"cases": {}, "cells": {}, "named": []}, option=orjson.OPT_SORT_KEYS).decode()


class Died(Exception):
    """The process ended here."""


def everything() -> list[dict[str, Any]]:
    return documents() + services() + people()


def ground(store: Store) -> Bench:
    """All events, reduced, with few KPIs: all of them would take most of the time."""
    bench = Bench(store, NOW)
    bench.kpis = Kpis({name: bench.kpis[name] for name in (KPI, *DOSSIERS, "hr_sync_sla_rate")})
    exchange.away(store, DATABASE)
    bench.reduce(everything())
    return bench


@pytest.fixture(scope="module")
def expected(alone: Store) -> list[tuple[Any, ...]]:
    cells = ground(alone).cells()
    assert {row[0] for row in cells} == {KPI, *DOSSIERS, "hr_sync_sla_rate"}
    return cells


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rebuild of many steps."""
    monkeypatch.setattr(anew, "SLICE", 20)
    monkeypatch.setattr(anew, "DAYS", 200)


@pytest.fixture
def bench(alone: Store, small: None) -> Bench:
    return ground(alone)


def rebuilt(bench: Bench, *, reach: Callable[[str], None] = lambda _: None, **wish: Any) -> Wish:
    """What became of a wish that was just made."""
    request = ask(bench.store, bench.now, **wish)
    bench.clock.advance(timedelta(seconds=2))
    return followed(bench, request, reach)


def followed(bench: Bench, request: int, reach: Callable[[str], None] = lambda _: None) -> Wish:
    reducer = bench.reducer(reach=reach)
    for _ in range(60):
        reducer.step()
        bench.clock.advance(timedelta(milliseconds=200))
        if progress(bench.store, request).done:
            return progress(bench.store, request)
    raise AssertionError("the rebuild did not end")


def spoil(bench: Bench, kind: str = "dossier", source: str = "") -> int:
    """Cases of this kind say what no event has said; how many."""
    table = f"ioc.cases_{kind}"
    only = f" AND position(state, '\"{source}/') > 0" if source else ""
    rows = bench.store.query(f"SELECT count() FROM {table} FINAL WHERE isNotNull(opened_at){only}")
    bench.store.execute(
        f"INSERT INTO {table} SELECT * REPLACE(opened_at + INTERVAL 1 DAY AS opened_at,"
        " (SELECT max(tick) FROM ioc.ticks) AS version)"
        f" FROM {table} FINAL WHERE isNotNull(opened_at){only}"
    )
    return int(rows[0][0])


def cases(bench: Bench, kind: str) -> list[tuple[Any, ...]]:
    return bench.store.query(f"SELECT * EXCEPT (version) FROM ioc.cases_{kind} FINAL ORDER BY subject")


def test_whoever_reads_during_a_rebuild_sees_the_same_numbers(
    bench: Bench, expected: list[tuple[Any, ...]]
) -> None:
    read = []

    def reads(point: str) -> None:
        assert bench.cells() == expected, point
        read.append(point)

    done = rebuilt(bench, reach=reads)
    assert {"sliced", "counted", "exchanged", "values"} <= set(read)
    assert (done.events, done.report) == (len(everything()), "")
    assert done.slices > 3
    assert bench.cells() == expected
    assert bench.store.query("SELECT 1 FROM system.databases WHERE name = %(n)s", {"n": DATABASE}) == []


def test_events_that_arrive_meanwhile_are_in_the_result(bench: Bench) -> None:
    names = iter(range(1000))

    def arrives(point: str) -> None:
        if point in ("sliced", "counted"):
            ref = f"N{next(names)}"
            bench.ledger.append([dossier(ref, "2026-03-09 09:00", "2026-03-20 17:00")])

    before = bench.fraction("online_dossier_rate")[1]
    rebuilt(bench, reach=arrives)
    arrived = next(names)
    assert arrived > 4
    bench.finish(bench.reducer())
    assert bench.fraction("online_dossier_rate")[1] == before + arrived
    assert rebuilt(bench, check=True).report == CLEAN


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 12))])
def test_a_rebuild_that_dies_anywhere_goes_on_and_shows_nothing_wrong(
    bench: Bench, expected: list[tuple[Any, ...]], seed: int
) -> None:
    chance = random.Random(seed)
    deaths = iter([chance.randint(2, 40), chance.randint(2, 25), chance.randint(20, 60)])
    died = []

    def process() -> Callable[[str], None]:
        left = next(deaths, 10_000)

        def dies(point: str) -> None:
            nonlocal left
            left -= 1
            assert bench.cells() == expected, point
            if not left:
                died.append(point)
                raise Died

        return dies

    request = ask(bench.store, bench.now)
    bench.clock.advance(timedelta(seconds=2))
    for _ in range(4):
        try:
            done = followed(bench, request, process())
        except Died:
            continue
        break
    assert died, "nothing died"
    assert done.done
    assert bench.cells() == expected
    assert rebuilt(bench, check=True).report == CLEAN


def test_a_check_names_what_differs_and_changes_nothing(bench: Bench) -> None:
    assert rebuilt(bench, check=True).report == CLEAN
    bench.store.execute(
        "INSERT INTO ioc.kpi_cells SELECT * REPLACE(numerator + 1 AS numerator) FROM ioc.kpi_cells FINAL"
        f" WHERE kpi = '{KPI}' AND part = 'flow' AND denominator > 0 AND day = '2026-03-06'"
    )
    spoilt = spoil(bench, "hr_change")
    before = cases(bench, "hr_change"), bench.cells()
    found = orjson.loads(rebuilt(bench, check=True).report)
    assert found["cases"] == {"hr_change": spoilt}
    assert list(found["cells"]) == [KPI]
    assert all(each.startswith(f"{KPI} flow 2026-03-06 G09") for each in found["named"])
    assert len(found["named"]) == found["cells"][KPI] > 0
    assert (cases(bench, "hr_change"), bench.cells()) == before


def test_a_rebuild_puts_right_what_was_wrong(bench: Bench, expected: list[tuple[Any, ...]]) -> None:
    right = cases(bench, "dossier")
    assert spoil(bench) > 3
    bench.store.execute("TRUNCATE TABLE ioc.kpi_cells")
    rebuilt(bench)
    assert cases(bench, "dossier") == right
    assert bench.cells() == expected


def test_one_source_is_put_right_and_no_other(bench: Bench, expected: list[tuple[Any, ...]]) -> None:
    right = {kind: cases(bench, kind) for kind in ("dossier", "document_in")}
    spoil(bench, "dossier")
    spoil(bench, "document_in")
    other = cases(bench, "document_in")
    sources = {each["source"] for each in services()}
    assert "qlvb" not in sources
    for source in sorted(sources):
        report = orjson.loads(rebuilt(bench, source=source).report)
        assert set(report["cases"]) <= {"dossier", "feedback"}
    assert cases(bench, "dossier") == right["dossier"]
    assert cases(bench, "document_in") == other != right["document_in"]
    assert [row for row in bench.cells() if row[0] in DOSSIERS] == [
        row for row in expected if row[0] in DOSSIERS
    ]


def test_a_ledger_with_a_hole_is_said_and_changes_nothing(
    bench: Bench, expected: list[tuple[Any, ...]]
) -> None:
    bench.store.execute("ALTER TABLE ioc.events_services DELETE WHERE offset = 3 SETTINGS mutations_sync = 2")
    found = orjson.loads(rebuilt(bench).report)
    assert "no row at offset 3" in found["failed"]
    assert bench.cells() == expected
    assert bench.fraction("online_dossier_rate", TENANT)[1] > 0


def test_a_rebuild_that_the_store_refuses_is_given_up_and_counting_goes_on(
    bench: Bench, expected: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object) -> None:
        raise StoreRefused(497, f"Not enough privileges: CREATE DATABASE ON {DATABASE}.*")

    monkeypatch.setattr(exchange, "beside", denied)
    monkeypatch.setattr(exchange, "away", denied)
    found = orjson.loads(rebuilt(bench).report)
    assert DATABASE in found["failed"]
    assert bench.cells() == expected
    before = bench.fraction("online_dossier_rate")[1]
    bench.ledger.append([dossier("N1", "2026-03-09 09:00", "2026-03-20 17:00")])
    bench.finish(bench.reducer())
    assert bench.fraction("online_dossier_rate")[1] == before + 1
