"""Cases that an older program wrote, or another calendar: derived again without being asked."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from storage.cases import read_page, write
from storage.client import Store
from streams.reduce import refolding
from streams.reduce.kinds import KINDS
from tests.engine.reducing import TENANT, Bench
from tests.engine.test_reduce_documents import documents
from tests.engine.test_reduce_kpis import dossier, people, resolved, services

pytestmark = pytest.mark.engine
NOW = "2026-03-10 10:00"
TABLE = KINDS["dossier"].table
OLD_FACT, OLD_ROW = 15, 33
"""How long the fact of a receipt and the row of a dossier were before columns were added."""


def rewritten(bench: Bench, change: Callable[[dict[str, Any], list[Any]], None]) -> None:
    """The stored dossiers, otherwise: facts and row changed in place, the state with them."""
    (last,) = bench.store.query("SELECT max(tick) FROM ioc.ticks")
    rows = []
    for subject, text in read_page(bench.store, TABLE, TENANT, "", 1000):
        facts, withdrawn, row = orjson.loads(text)
        whole = list(row)
        change(facts, row)
        state = orjson.dumps([facts, withdrawn, row]).decode()
        rows.append((subject, [*row, *whole[len(row) :]], state))
    write(bench.store, TABLE, TENANT, last[0], rows)


def age(facts: dict[str, Any], row: list[Any]) -> None:
    """As a program wrote it that knew less."""
    for key, fact in facts.items():
        facts[key] = fact[:OLD_FACT] if fact[0] == 6 else fact
    del row[OLD_ROW:]


def late(_facts: dict[str, Any], row: list[Any]) -> None:
    """As under a calendar with fewer holidays."""
    row[TABLE.index("on_time")] = 0


def derived(bench: Bench, columns: str) -> list[tuple[Any, ...]]:
    return bench.store.query(f"SELECT subject, {columns} FROM ioc.cases_dossier FINAL ORDER BY subject")


def rebuilds(bench: Bench) -> int:
    return int(bench.store.query("SELECT count() FROM ioc.rebuilds FINAL")[0][0])


def test_cases_that_keep_less_of_their_events_are_made_anew_from_the_ledger(alone: Store) -> None:
    bench = Bench(alone, NOW)
    bench.reduce([*services(), *documents(), *people()])
    cells, rows = bench.cells(), derived(bench, "allowed_minutes, used_minutes, state")
    rewritten(bench, age)
    assert derived(bench, "allowed_minutes, used_minutes, state") != rows
    bench.store.execute("TRUNCATE TABLE ioc.derived")  # nothing was recorded then
    bench.finish(bench.reducer())
    assert bench.store.query("SELECT count() FROM ioc.rebuilds FINAL WHERE state = 'done'") == [(1,)]
    assert derived(bench, "allowed_minutes, used_minutes, state") == rows
    assert bench.cells() == cells
    bench.finish(bench.reducer())  # once is enough
    assert rebuilds(bench) == 1


def test_another_calendar_folds_the_cases_again_while_events_go_on(
    alone: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refolding, "PAGE", 3)
    bench = Bench(alone, NOW)
    bench.reduce(services())
    assert bench.fraction("dossier_on_time_rate") == (2, 4)
    rewritten(bench, late)
    old: list[list[object]] = [[refolding.FACTS], ["another calendar"], [bench.now]]
    bench.store.insert("ioc.derived", ["facts", "folds", "derived_at"], old)
    bench.ledger.append([dossier("Z", "2026-03-09 09:00", "2026-03-20 17:00"), resolved("Z", NOW)])
    bench.finish(bench.reducer())
    assert bench.fraction("dossier_on_time_rate") == (3, 5)
    assert rebuilds(bench) == 0
    assert {row[0]: row[1] for row in derived(bench, "on_time")}["G"] == 1
