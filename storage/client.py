"""The store's client: the one module that imports clickhouse-driver.

A `Store` is one connection; it is not thread-safe (one per thread). Errors are told apart here, once:
`StoreUnavailable` may be retried with the same statement (and the same token), `StoreRefused` may not.
"""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal

from clickhouse_driver import Client
from clickhouse_driver import errors as driver

from ioc.errors import StoreRefused, StoreUnavailable
from ioc.settings import ClickHouse

# The driver writes a stack trace for every address that does not answer; we say it once, in our words.
_driver_log = logging.getLogger("clickhouse_driver")
_driver_log.addHandler(logging.NullHandler())
_driver_log.propagate = False

# Codes that pass by themselves: timeouts, too many queries, memory, disk, parts, keeper, aborts.
RETRYABLE = frozenset(
    {3, 159, 198, 202, 203, 209, 210, 225, 236, 241, 242, 243, 252, 279, 319, 341, 394, 425, 499, 999}
)

INSERT_SETTINGS: Mapping[str, object] = {
    "async_insert": 0,
    "insert_deduplicate": 1,
    "deduplicate_blocks_in_dependent_materialized_views": 1,
}
"""Every insert that must count once carries these; `ioc doctor` asserts that the store honours them."""

_AT_ROW = re.compile(r"\bat row (\d{1,9})\b")

READ_SETTINGS: Mapping[str, object] = {
    "use_skip_indexes_if_final": 1,
    "use_skip_indexes_if_final_exact_mode": 1,
}


class Store:
    """One connection to ClickHouse, as writer or as reader."""

    def __init__(
        self,
        settings: ClickHouse,
        *,
        role: Literal["writer", "reader"] = "writer",
        timeout: float = 30.0,
    ) -> None:
        writer = role == "writer"
        self.cluster = settings.cluster
        password = settings.writer_password if writer else settings.reader_password
        self._client = Client(
            host=settings.host,
            port=settings.port,
            user=settings.writer_user if writer else settings.reader_user,
            password=password.get_secret_value(),
            database="default" if writer else "ioc_read",
            secure=settings.secure,
            connect_timeout=5,
            send_receive_timeout=timeout,
            client_name="ioc",
            settings={"strings_as_bytes": False},
        )

    def query(
        self,
        sql: str,
        params: Mapping[str, object] | None = None,
        settings: Mapping[str, object] | None = None,
    ) -> list[tuple[Any, ...]]:
        """Rows of a SELECT. `params` are substituted by the driver with its own escaping."""
        return list(self._run(sql, params, settings))

    def columns(
        self,
        sql: str,
        params: Mapping[str, object] | None = None,
        settings: Mapping[str, object] | None = None,
    ) -> list[Sequence[Any]]:
        """The same, one sequence a column; an empty result is an empty list."""
        return list(self._run(sql, params, settings, columnar=True))

    def table(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names and rows of a SELECT, for readers that draw whatever a board asks."""
        with _ToldApart():
            rows, types = self._client.execute(sql, settings=dict(READ_SETTINGS), with_column_types=True)
            return [name for name, _ in types], list(rows)

    def stream(self, sql: str, params: Mapping[str, object] | None = None) -> Iterator[tuple[Any, ...]]:
        """Rows of a large SELECT without holding them all."""
        with _ToldApart():
            yield from self._client.execute_iter(sql, params or None, settings=dict(READ_SETTINGS))

    def execute(
        self,
        sql: str,
        params: Mapping[str, object] | None = None,
        settings: Mapping[str, object] | None = None,
    ) -> None:
        """A statement without rows."""
        self._run(sql, params, settings)

    def insert(
        self, table: str, columns: Sequence[str], data: Sequence[Sequence[Any]], *, token: str | None = None
    ) -> None:
        """One INSERT of whole columns, as one block. With `token`, a retry of it changes nothing."""
        if not data or not len(data[0]):
            return
        settings = {**INSERT_SETTINGS, "insert_block_size": max(len(data[0]), 1)}
        if token is not None:
            settings["insert_deduplication_token"] = token
        names = ", ".join(columns)
        # The driver converts values in place: it gets copies, so that a retry sends the same bytes.
        copies = [list(column) for column in data]
        self._run(f"INSERT INTO {table} ({names}) VALUES", copies, settings, columnar=True)

    def close(self) -> None:
        """Let go of the connection; whoever still uses it in another thread fails at once."""
        # The driver sets its socket to None as it ends: another thread that does so leaves nothing to close.
        with suppress(AttributeError):
            self._client.disconnect()

    def _run(
        self, sql: str, params: object, settings: Mapping[str, object] | None, *, columnar: bool = False
    ) -> Any:
        with _ToldApart():
            return self._client.execute(
                sql, params or None, settings={**READ_SETTINGS, **(settings or {})}, columnar=columnar
            )


def blamed(text: str) -> int | None:
    """The row that a refusal names, counted from 0 (`… is violated at row 3.` is the third); None: none."""
    found = _AT_ROW.search(text)
    return int(found[1]) - 1 if found and int(found[1]) else None


class _ToldApart:
    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is None:
            return
        if isinstance(error, driver.ServerException):
            text = str(error.message).split("Stack trace", 1)[0].strip()
            if error.code in RETRYABLE:
                raise StoreUnavailable(f"the store is busy (code {error.code}): {text}") from error
            raise StoreRefused(error.code, text, blamed(text)) from error
        if isinstance(error, (driver.Error, OSError, EOFError)):
            raise StoreUnavailable(f"the store does not answer ({error.__class__.__name__})") from error
