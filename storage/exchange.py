"""Tables beside the live ones, and putting them in place: readers find the old or the new, never neither."""

from collections.abc import Iterable

from storage.client import Store


def beside(store: Store, database: str, tables: Iterable[str], cluster: str = "") -> None:
    """Empty tables of these names in a database of their own, each like the live one: engine, order, indexes.

    What stood there before is gone. Raises `StoreUnavailable`, `StoreRefused`.
    """
    away(store, database, cluster)
    store.execute(f"CREATE DATABASE {database}{_on(cluster)}")
    for table in tables:
        store.execute(f"CREATE TABLE {database}.{table}{_on(cluster)} AS ioc.{table}")


def exchange(store: Store, database: str, tables: Iterable[str], cluster: str = "") -> None:
    """Each of these takes the place of the live table, and that one its own.

    One table after another: between two of them a reader of both may find one old and one new, so both must
    be whole and as of the same moment.
    """
    for table in tables:
        store.execute(f"EXCHANGE TABLES {database}.{table} AND ioc.{table}{_on(cluster)}")


def away(store: Store, database: str, cluster: str = "") -> None:
    """Take the database and all that stands in it away."""
    store.execute(f"DROP DATABASE IF EXISTS {database}{_on(cluster)} SYNC")


def exists(store: Store, database: str, tables: Iterable[str]) -> bool:
    """Whether all these tables stand beside."""
    rows = store.query("SELECT name FROM system.tables WHERE database = %(d)s", {"d": database})
    return set(tables) <= {name for (name,) in rows}


def _on(cluster: str) -> str:
    return f" ON CLUSTER '{cluster}'" if cluster else ""
