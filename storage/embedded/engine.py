"""The engine: one directory, one process, one engine connection per client connection."""

import fcntl
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

import orjson
from chdb.state.sqlitelike import Connection

from ioc.errors import IocError
from storage.embedded.errors import from_engine
from storage.embedded.policy import (
    CATEGORIES_REFUSED,
    FUNCTIONS_REFUSED,
    Surroundings,
)

MEGABYTE = 1 << 20

LIMITS = {
    # The whole stack is meant to live in 2 GiB; the engine's share, caches included.
    "max_server_memory_usage": 700 * MEGABYTE,
    "max_memory_usage": 450 * MEGABYTE,
    "max_bytes_before_external_group_by": 150 * MEGABYTE,
    "max_bytes_before_external_sort": 150 * MEGABYTE,
    "mark_cache_size": 32 * MEGABYTE,
    "primary_index_cache_size": 32 * MEGABYTE,
    "index_mark_cache_size": 8 * MEGABYTE,
    "vector_similarity_index_cache_size": MEGABYTE,
    "query_condition_cache_size": 8 * MEGABYTE,
    "background_pool_size": 2,
    "max_threads": 2,
    "max_insert_threads": 1,
}
"""Server and query settings that the engine takes when it opens; the client's settings come on top."""

SAFETY = {
    # 26.9 defaults to asynchronous inserts, which acknowledge before the part is on disk.
    "async_insert": 0,
    # The library switches these on for interactive use.
    "implicit_select": 0,
    "allow_introspection_functions": 0,
}

LOCK_FILE = "ioc.lock"
BACKUPS = "backup"
"""The only folder that BACKUP and RESTORE may name, beside the engine's own."""


class Engine:
    """The embedded engine over a data directory. Raises `IocError` if another process owns the directory."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = _own(path)
        backups = {"backups.allowed_path": f"{path.parent / BACKUPS}/"}
        options = "&".join(f"{name}={value}" for name, value in {**LIMITS, **SAFETY, **backups}.items())
        self._address = f"{path}?{options}"
        self.path = path
        self._schema_lock = Lock()
        self.schema_version = 0
        try:
            self._root = Connection(self._address)
        except Exception as error:
            raise IocError(f"{path}: the engine does not open ({from_engine(error).message})") from error
        self.version, self.timezone = self.rows("SELECT version(), timezone()")[0]
        self._killer = Connection(self._address)
        self._killer_lock = Lock()
        self._names = self._ask_names()
        self._names_version = self.schema_version

    def connect(self) -> Connection:
        """A connection for one client: connections run side by side, each runs one query at a time."""
        return Connection(self._address)

    def rows(self, sql: str) -> list[list[Any]]:
        """A small answer to a question of our own."""
        with self._schema_lock:
            return read(self._root, sql)

    def surroundings(self) -> Surroundings:
        """What the engine knows by name, for the reader's allow-list."""
        if self._names_version != self.schema_version:
            version = self.schema_version
            databases = frozenset(name for (name,) in self.rows("SELECT name FROM system.databases"))
            self._names = replace(self._names, databases=databases)
            self._names_version = version
        return self._names

    def _ask_names(self) -> Surroundings:
        functions = self.rows("SELECT lower(name), categories, lower(alias_to) FROM system.functions")
        refused = FUNCTIONS_REFUSED | {
            name for name, category, _ in functions if category in CATEGORIES_REFUSED
        }
        refused |= {name for name, _, original in functions if original in refused}
        return Surroundings(
            databases=frozenset(name for (name,) in self.rows("SELECT name FROM system.databases")),
            table_functions=frozenset(
                name for (name,) in self.rows("SELECT lower(name) FROM system.table_functions")
            ),
            functions_refused=refused,
            setting_types=dict(self.rows("SELECT name, type FROM system.settings")),
        )

    def kill(self, tag: str) -> None:
        """Stop the query that starts or ends with the comment `tag`; does not wait for its end."""
        with self._killer_lock:
            self._killer.query(
                f"KILL QUERY WHERE startsWith(query, '{tag}') OR endsWith(query, '{tag}') ASYNC", "Null"
            )

    def schema_changed(self) -> None:
        """Whatever was remembered about tables, functions and databases is to be asked again."""
        with self._schema_lock:
            self.schema_version += 1


def read(connection: Connection, sql: str, params: Mapping[str, str] | None = None) -> list[list[Any]]:
    """Rows of a small query as plain values."""
    lines = connection.query(sql, "JSONCompactEachRow", params=dict(params or {})).bytes().splitlines()
    return [orjson.loads(line) for line in lines]


def _own(path: Path) -> int:
    lock = os.open(path / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise IocError(f"{path}: another process already owns this store; stop it first") from None
    return lock
