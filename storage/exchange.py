"""Tables beside the live ones, and putting them in place: readers find the old or the new, never neither."""

from collections.abc import Iterable

from storage.client import Store


def beside(store: Store, database: str, tables: Iterable[str]) -> None:
    """Empty tables of these names in a database of their own, each like the live one: engine, order, indexes.

    What stood there before is gone. Raises `StoreUnavailable`, `StoreRefused`.
    """
    away(store, database)
    store.execute(f"CREATE DATABASE {database}{on_cluster(store)}")
    for table in tables:
        store.execute(f"CREATE TABLE {database}.{table}{on_cluster(store)} AS ioc.{table}")


def exchange(store: Store, database: str, tables: Iterable[str]) -> None:
    """Each of these takes the place of the live table, and that one its own.

    One table after another: between two of them a reader of both may find one old and one new, so both must
    be whole and as of the same moment.
    """
    for table in tables:
        store.execute(f"EXCHANGE TABLES {database}.{table} AND ioc.{table}{on_cluster(store)}")


def away(store: Store, database: str) -> None:
    """Take the database and all that stands in it away."""
    store.execute(f"DROP DATABASE IF EXISTS {database}{on_cluster(store)} SYNC")


def exists(store: Store, database: str, tables: Iterable[str]) -> bool:
    """Whether all these tables stand beside."""
    rows = store.query("SELECT name FROM system.tables WHERE database = %(d)s", {"d": database})
    return set(tables) <= {name for (name,) in rows}


def on_cluster(store: Store) -> str:
    """What a statement needs to be carried out on every node; nothing where there is one."""
    return f" ON CLUSTER '{store.cluster}'" if store.cluster else ""
