"""What cells would be if some cases were different: computed beside the live tables, never in them.

A database of its own holds the cases in question and nothing else, first as they are, then as they would be.
The same statements that make cells are run over both; the difference is what would change.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from storage import cases
from storage.cases import WIDE, CaseTable, quoted
from storage.cells import Work, cells_sql
from storage.client import Store

Cell = tuple[str, str, Any, str, str]
"""kpi, part, day, dim, unit."""
Counts = tuple[int, int, int]
"""Numerator, denominator, cases."""
NOTHING: Counts = (0, 0, 0)


class Beside:
    """`with Beside(store, tenant) as beside:`; the database is gone when the block ends."""

    def __init__(self, store: Store, tenant: str) -> None:
        self._store = store
        self._tenant = tenant
        self._database = f"ioc_beside_{uuid4().hex[:12]}"

    def __enter__(self) -> "Beside":
        self._store.execute(f"CREATE DATABASE {self._database}")
        return self

    def __exit__(self, *_error: object) -> None:
        self._store.execute(f"DROP DATABASE IF EXISTS {self._database}")

    def hold(self, table: CaseTable, subjects: Iterable[str]) -> None:
        """Take these cases in as they are."""
        name = self._table(table).name
        # As the live table: by case, and the newest version of each counts.
        self._store.execute(
            f"CREATE TABLE {name} AS {table.name}"
            " ENGINE = ReplacingMergeTree(version) ORDER BY (tenant, subject)"
        )
        listed = ", ".join(map(quoted, subjects))
        self._store.execute(
            f"INSERT INTO {name} SELECT * FROM {table.name} FINAL"  # noqa: S608
            f" WHERE tenant = {quoted(self._tenant)} AND subject IN ({listed})",
            settings=WIDE,
        )

    def put(self, table: CaseTable, version: int, rows: Iterable[tuple[str, Sequence[Any], str]]) -> None:
        """Take these cases in as they would be."""
        cases.write(self._store, self._table(table), self._tenant, version, rows)

    def cells(self, work: Work, now: int) -> dict[Cell, Counts]:
        """The cells that the cases held here give."""
        listed = [(formula, tuple(days)) for formula, days in work if days]
        if not listed:
            return {}
        sql = cells_sql(listed, tenant=self._tenant, now=now, database=self._database)
        rows = self._store.query(sql, settings=WIDE)
        return {
            (kpi, part, day, dim, unit): (int(n), int(d), int(c))
            for kpi, part, day, dim, unit, n, d, c in rows
        }

    def _table(self, table: CaseTable) -> CaseTable:
        return table.at(self._database)


def difference(before: Mapping[Cell, Counts], after: Mapping[Cell, Counts]) -> dict[Cell, Counts]:
    """What changes, cell by cell."""
    found: dict[Cell, Counts] = {}
    for cell in before.keys() | after.keys():
        was, would = before.get(cell, NOTHING), after.get(cell, NOTHING)
        if was != would:
            found[cell] = (would[0] - was[0], would[1] - was[1], would[2] - was[2])
    return found
