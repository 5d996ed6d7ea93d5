"""Live tables and those beside, held against each other: every column but the tick that wrote it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from storage.cases import CaseTable, quoted
from storage.client import Store

NAMED = 20
"""Cells that are named at most."""


@dataclass
class Difference:
    """What is not the same: cases by kind, cells by KPI, and the first of these cells by name.

    Cases are counted, not named: those of persons must not leave the store.
    """

    cases: dict[str, int] = field(default_factory=dict)
    cells: dict[str, int] = field(default_factory=dict)
    named: list[str] = field(default_factory=list)

    @property
    def any(self) -> bool:
        return bool(self.cases or self.cells)


def difference(store: Store, tables: Iterable[CaseTable], database: str, tenant: str) -> Difference:
    """Cases of these tables, and all cells, here and in `database`. Cells of zero count as none."""
    found = Difference()
    for table in tables:
        if count := _cases(store, table, database, tenant):
            found.cases[table.kind] = count
    for name, kpi in _cells(store, database, tenant):
        found.cells[kpi] = found.cells.get(kpi, 0) + 1
        if len(found.named) < NAMED:
            found.named.append(name)
    return found


def _cases(store: Store, table: CaseTable, database: str, tenant: str) -> int:
    # tuple: the hash of arguments of which one is NULL would be NULL, and equal to nothing or anything.
    said = [
        f"SELECT subject, cityHash64(tuple(* EXCEPT (version))) AS said FROM {each.name} FINAL"  # noqa: S608
        f" WHERE tenant = {quoted(tenant)}"
        for each in (table, table.at(database))
    ]
    return int(store.query(f"SELECT count() FROM {_unlike(said, 'subject')}")[0][0])  # noqa: S608


def _cells(store: Store, database: str, tenant: str) -> list[tuple[str, str]]:
    said = [
        "SELECT kpi, concat(toString(kpi), ' ', toString(part), ' ', toString(day), ' ', toString(unit),"  # noqa: S608
        " if(dim = '', '', concat(' ', toString(dim)))) AS cell,"
        f" cityHash64(numerator, denominator, cases) AS said FROM {each}.kpi_cells FINAL"
        f" WHERE tenant = {quoted(tenant)} AND (numerator != 0 OR denominator != 0 OR cases != 0)"
        for each in ("ioc", database)
    ]
    return store.query(
        f"SELECT cell, toString(kpi) FROM {_unlike(said, 'cell, kpi')} ORDER BY cell"  # noqa: S608
    )


def _unlike(said: list[str], by: str) -> str:
    """What only one of two says, or the two say otherwise."""
    both = " UNION ALL ".join(said)
    return f"(SELECT {by} FROM ({both}) GROUP BY {by} HAVING count() != 2 OR min(said) != max(said))"  # noqa: S608
