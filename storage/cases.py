"""Case rows: read by subject, written whole, one row a case and tick."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from storage.client import Store

WIDE = {"max_query_size": 268_435_456, "max_ast_elements": 10_000_000}
"""A tick of a backlog names tens of thousands of subjects in one statement."""


@dataclass(frozen=True)
class CaseTable:
    """The table of one kind: its derived columns, in the order of a row."""

    kind: str
    columns: tuple[str, ...]
    database: str = "ioc"

    @property
    def name(self) -> str:
        return f"{self.database}.cases_{self.kind}"

    @property
    def staged(self) -> bool:
        """Whether its rows carry the spans of time in which something held."""
        return "stage_from" in self.columns

    def at(self, database: str) -> "CaseTable":
        """The table of the same name in another database."""
        return replace(self, database=database)

    def index(self, column: str) -> int:
        return self.columns.index(column)


def read_states(store: Store, table: CaseTable, tenant: str, subjects: Sequence[str]) -> dict[str, str]:
    """The stored state of each of these subjects that has one."""
    if not subjects:
        return {}
    # Written by hand: the driver escapes parameters letter by letter, half the cost of a large tick.
    listed = ", ".join(map(quoted, subjects))
    found = store.columns(
        f"SELECT subject, state FROM {table.name} FINAL"  # noqa: S608
        f" WHERE tenant = {quoted(tenant)} AND subject IN ({listed})",
        settings=WIDE,
    )
    return dict(zip(found[0], found[1], strict=True)) if found else {}


def read_page(store: Store, table: CaseTable, tenant: str, after: str, limit: int) -> list[tuple[str, str]]:
    """The next subjects behind one, with their states: all cases of a kind, a page at a time."""
    # ORDER BY subject: the order of the table, so that a page begins where the last one ended.
    return store.query(
        f"SELECT subject, state FROM {table.name} FINAL"  # noqa: S608
        f" WHERE tenant = {quoted(tenant)} AND subject > {quoted(after)}"
        f" ORDER BY subject LIMIT {limit}"
    )


def quoted(text: str) -> str:
    """A string literal."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def write(
    store: Store,
    table: CaseTable,
    tenant: str,
    version: int,
    rows: Iterable[tuple[str, Sequence[Any], str]],
) -> None:
    """Rows (subject, derived columns, state) of one tick; written again by that tick they change nothing."""
    listed = list(rows)
    if not listed:
        return
    count = len(listed)
    derived = [list(column) for column in zip(*(row for _, row, _ in listed), strict=True)]
    store.insert(
        table.name,
        ["tenant", "subject", *table.columns, "state", "version"],
        [
            [tenant] * count,
            [subject for subject, _, _ in listed],
            *derived,
            [state for _, _, state in listed],
            [version] * count,
        ],
    )
