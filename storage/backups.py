"""Copies of the store, made while it runs, and put back into an empty one.

The copy looks like the store after a crash, which everything here recovers from. So the order matters: first
how far the reducer was (`ticks`), then what it wrote, then what it was about to write (`reduce_log`), then
the ledger, of which there is never too much, last the summaries of what expired. Tables only: the views come
from migrations.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ioc.errors import IocError
from storage.client import Store

CHECK = "ioc_check"
"""The database in which a copy is put back once, to see that it can be."""
NOT_COPIED = frozenset({"migrations"})
Where = Callable[[str], str]
"""What BACKUP calls the place of a group: `File('…')`, `Disk('…', '…')`."""


class BackupBroken(IocError):
    """A copy is not what its manifest says."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a table holds, whatever its merges have done. `expires`: rows may leave it by themselves.

    `columns`: those that the checksum covers; a copy may be older than a column.
    """

    rows: int
    checksum: int
    expires: bool
    columns: Sequence[str]


def groups(store: Store) -> list[tuple[str, list[str]]]:
    """Tables in the order in which they are copied, by the name of their group."""
    names = sorted(set(_tables(store)) - NOT_COPIED)
    ledger = [name for name in names if name.startswith("events_")]
    last = {"ticks", "reduce_log", "ledger_expired", *ledger}
    derived = [name for name in names if name not in last]
    return [
        ("1-ticks", ["ticks"]),
        ("2-derived", derived),
        ("3-log", ["reduce_log"]),
        ("4-ledger", ledger),
        ("5-expired", ["ledger_expired"]),
    ]


def back_up(store: Store, where: Where) -> None:
    """Copy everything. Raises `StoreRefused` when the store may not write there."""
    for group, tables in groups(store):
        store.execute(f"BACKUP {_list(tables)} TO {where(group)}")


def checked(store: Store, where: Where) -> dict[str, Counted]:
    """Put the copy back beside the running store, count what it holds, and take it away again."""
    _away(store)
    store.execute(f"CREATE DATABASE {CHECK}")
    try:
        for group, tables in groups(store):
            store.execute(f"RESTORE {_list(tables, CHECK)} FROM {where(group)}")
        return counted(store, CHECK)
    finally:
        _away(store)


def restore(store: Store, where: Where, tables: Mapping[str, Sequence[str]]) -> None:
    """Put a copy into the empty tables of a store that migrations have just made. `tables`: by group."""
    for group, names in tables.items():
        store.execute(
            f"RESTORE {_list(names)} FROM {where(group)}"
            " SETTINGS allow_non_empty_tables = 1, allow_different_table_def = 1"
        )


def new_versions_only(store: Store) -> None:
    """No tick may reuse a version that cases or values have already: they were copied later than ticks.

    The last tick is written once more under the highest number in use, and so counts as not settled.
    """
    columns = ", ".join(
        str(name)
        for (name,) in store.query(
            "SELECT name FROM system.columns WHERE database = 'ioc' AND table = 'ticks'"
            " AND name NOT IN ('tick', 'settled') AND default_kind NOT IN ('ALIAS', 'MATERIALIZED')"
            " AND name NOT LIKE 'latency%' AND name NOT LIKE 'fresh%'"
        )
    )
    store.execute(
        f"INSERT INTO ioc.ticks (tick, settled, {columns})"  # noqa: S608 (names of our own columns)
        " WITH (SELECT max(version) FROM merge('ioc', '^(cases|kpi)_')) AS used"
        f" SELECT used, settled, {columns} FROM"
        " (SELECT * FROM ioc.ticks ORDER BY tick DESC LIMIT 1) WHERE tick < used"
    )


def counted(
    store: Store, database: str = "ioc", of: Mapping[str, Counted] | None = None
) -> dict[str, Counted]:
    """Rows and checksum of every table, by its name; over the columns that were counted before, if it was."""
    found = {}
    for table, (engine, expires) in _tables(store, database).items():
        if table in NOT_COPIED:
            continue
        columns = of[table].columns if of and table in of else _columns(store, database, table)
        final = "FINAL" if "Replacing" in engine or "Summing" in engine else ""
        # As one tuple: of separate arguments a single NULL makes the hash NULL, and the row is left out.
        row = "tuple(" + ", ".join(f"`{name}`" for name in columns) + ")"
        rows = store.query(f"SELECT count(), sum(cityHash64({row})) FROM {database}.{table} {final}")  # noqa: S608
        found[table] = Counted(int(rows[0][0]), int(rows[0][1] or 0), expires, columns)
    return found


def differences(copied: Mapping[str, Counted], here: Mapping[str, Counted]) -> Iterator[str]:
    """What is not as it was copied, one sentence a table."""
    for table, was in copied.items():
        now = here.get(table)
        if now is None or now.rows > was.rows:
            yield f"{table}: {was.rows} rows were copied, {now.rows if now else 'no table'} are there"
        elif not was.expires and (now.rows, now.checksum) != (was.rows, was.checksum):
            yield f"{table}: {was.rows} rows were copied, {now.rows} are there, or they say something else"


def empty(store: Store) -> bool:
    """Whether the ledger holds nothing."""
    rows = store.query("SELECT count() FROM ioc.events")
    return not rows[0][0]


def _tables(store: Store, database: str = "ioc") -> dict[str, tuple[str, bool]]:
    rows = store.query(
        "SELECT name, engine, position(create_table_query, ' TTL ') > 0 FROM system.tables"
        " WHERE database = %(d)s AND engine LIKE '%%MergeTree' ORDER BY name",
        {"d": database},
    )
    return {name: (engine, bool(expires)) for name, engine, expires in rows}


def _columns(store: Store, database: str, table: str) -> list[str]:
    rows = store.query(
        "SELECT name FROM system.columns WHERE database = %(d)s AND table = %(t)s"
        " AND default_kind NOT IN ('ALIAS', 'MATERIALIZED', 'EPHEMERAL') ORDER BY position",
        {"d": database, "t": table},
    )
    return [str(name) for (name,) in rows]


def _list(tables: Sequence[str], target: str = "") -> str:
    return ", ".join(f"TABLE ioc.{name}" + (f" AS {target}.{name}" if target else "") for name in tables)


def _away(store: Store) -> None:
    store.execute(f"DROP DATABASE IF EXISTS {CHECK} SYNC")
