"""Where a wall's rows come from: the store's reading views, behind a protocol small enough to fake."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ioc.settings import ClickHouse
from storage.client import Store

TIMEOUT_S = 10.0
"""A store that does not answer within this is treated as gone; the wall may take 30 s to say so."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one query, with the names of its columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def records(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def where(self, only: Mapping[str, str]) -> "Table":
        """The rows whose fields have these values; fields it does not have are not asked."""
        places = [(self.columns.index(name), value) for name, value in only.items() if name in self.columns]
        kept = tuple(row for row in self.rows if all(row[at] == value for at, value in places))
        return Table(self.columns, kept)

    def first(self) -> dict[str, Any]:
        """The first row, or nothing."""
        return dict(zip(self.columns, self.rows[0], strict=True)) if self.rows else {}


class Reader(Protocol):
    def read(self, sql: str) -> Table:
        """Raises `StoreUnavailable` (try again) or `StoreRefused` (this statement will never work)."""

    def close(self) -> None: ...


OpenReader = Callable[[], Reader]


class StoreReader:
    """One read-only connection."""

    def __init__(self, settings: ClickHouse) -> None:
        self._store = Store(settings, role="reader", timeout=TIMEOUT_S)

    def read(self, sql: str) -> Table:
        names, rows = self._store.table(sql)
        return Table(tuple(names), tuple(_as_tuples(rows)))

    def close(self) -> None:
        self._store.close()


def _as_tuples(rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in rows]
