"""A client's session: its engine connection, its settings, its database."""

from collections.abc import Mapping
from contextlib import suppress

import orjson
from chdb.state.sqlitelike import Connection

from storage.embedded.engine import Engine, read
from storage.embedded.errors import ACCESS_DENIED, UNKNOWN_DATABASE, EngineError
from storage.embedded.policy import READER_DATABASE, READER_DEFAULTS, Role, check_settings, check_statement

Columns = list[tuple[str, str]]


class Session:
    """One engine connection for one client connection; not thread-safe.

    Raises `EngineError` 81 for an unknown database, 497 for a reader who asks for another than its own.
    """

    def __init__(self, engine: Engine, role: Role, database: str) -> None:
        self.engine = engine
        self.reader = role is Role.READER
        self._database = self._choose(database)
        self._applied: dict[str, str] = {}
        self._headers: dict[tuple[str, str], Columns] = {}
        self._headers_version = engine.schema_version
        self.connection: Connection = engine.connect()
        try:
            self._use()
            if self.reader:
                self.connection.query("SET readonly=1", "Null")
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        self.connection.close()

    def apply(self, settings: Mapping[str, str]) -> None:
        """Make the connection's settings these and no others: only the difference is sent to the engine."""
        wanted = dict(settings)
        if self.reader:
            wanted.pop("readonly", None)
            check_settings(wanted, self.engine.surroundings())
            wanted = {**READER_DEFAULTS, **wanted}
        if wanted == self._applied:
            return
        if self.reader:  # readonly=1 cannot be undone, so the difference is taken from a new connection
            self._reopen()
        changed = [
            f"{name}={quote(value)}" for name, value in wanted.items() if self._applied.get(name) != value
        ]
        changed += [f"{name}=DEFAULT" for name in self._applied if name not in wanted]
        try:
            if changed:
                self.connection.query("SET " + ", ".join(changed), "Null")
            self._applied = wanted
        except Exception:
            self._forget({*wanted, *self._applied})
            raise
        finally:
            if self.reader:
                self.connection.query("SET readonly=1", "Null")

    def _forget(self, names: set[str]) -> None:
        """After a refused SET some of its settings may stand: put each back, one by one."""
        for name in names:
            with suppress(Exception):
                self.connection.query(f"SET {name}=DEFAULT", "Null")
        self._applied = {}

    def check(self, sql: str) -> None:
        """Raises `EngineError` if the user may not say this."""
        if self.reader:
            check_statement(sql, self.engine.surroundings())

    def insert_columns(self, target: str, columns: str) -> Columns:
        """Names and types that an INSERT expects, in its order."""
        if self._headers_version != self.engine.schema_version:
            self._headers.clear()
            self._headers_version = self.engine.schema_version
        known = self._headers.get((target, columns))
        if known is None:
            wanted = columns[1:-1] if columns else "*"
            known = self._headers[target, columns] = self._names(f"SELECT {wanted} FROM {target} LIMIT 0")  # noqa: S608 - the client's own words
        return known

    def result_columns(self, sql: str, params: Mapping[str, str]) -> Columns:
        """Names and types of what a SELECT returns."""
        return [(row[0], row[1]) for row in read(self.connection, f"DESCRIBE ({sql}\n)", params)]

    def zones(self, sql: str, params: Mapping[str, str]) -> Columns:
        """The same while the SELECT streams, which allows its connection nothing else; empty if it fails."""
        beside = self.engine.connect()
        try:
            beside.query(f"USE {identifier(self._database)}", "Null")
            return [(row[0], row[1]) for row in read(beside, f"DESCRIBE ({sql}\n)", params)]
        except Exception:  # a temporary table, or a setting of this session alone
            return []
        finally:
            beside.close()

    def database_changed(self) -> None:
        """After `USE`: table names without a database mean other tables."""
        self._database = str(read(self.connection, "SELECT currentDatabase()")[0][0])
        self._headers.clear()

    def _names(self, sql: str) -> Columns:
        raw = self.connection.query(sql, "JSONCompactEachRowWithNamesAndTypes").bytes().splitlines()
        return list(zip(orjson.loads(raw[0]), orjson.loads(raw[1]), strict=True))

    def _choose(self, database: str) -> str:
        names = self.engine.surroundings().databases
        if not self.reader:
            chosen = database or "default"
        else:
            chosen = READER_DATABASE if database in ("", "default") else database
        if chosen not in names:
            raise EngineError(UNKNOWN_DATABASE, f"Database {chosen} does not exist. (UNKNOWN_DATABASE)")
        if self.reader and chosen != READER_DATABASE:
            raise EngineError(
                ACCESS_DENIED,
                f"Not enough privileges: readers have no access to database {chosen}. (ACCESS_DENIED)",
            )
        return chosen

    def _reopen(self) -> None:
        self.connection.close()
        self.connection = self.engine.connect()
        self._applied = {}
        self._use()

    def _use(self) -> None:
        if self._database != "default":
            self.connection.query(f"USE {identifier(self._database)}", "Null")


def quote(value: str) -> str:
    """A string literal."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def identifier(name: str) -> str:
    """A quoted identifier."""
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"
