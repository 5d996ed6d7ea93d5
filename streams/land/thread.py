"""The store from an event loop: one thread, one connection, one thing at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from ioc import failpoints
from ioc.errors import StoreUnavailable
from ioc.settings import ClickHouse
from storage.client import Store
from storage.ledger import COLUMNS
from streams.thread import OneThread

INSERT_TIMEOUT_S = 20.0
"""Below the rebalance timeout: a revoked partition's insert has ended before its next owner begins."""

T = TypeVar("T")


class StoreThread:
    """Runs functions of a `Store` in a thread of its own; a connection that failed is replaced."""

    def __init__(self, settings: ClickHouse, name: str) -> None:
        self._settings = settings
        self._thread = OneThread(name)
        self._store: Store | None = None

    async def run(self, work: Callable[[Store], T]) -> T:
        """`work(store)`. Raises `StoreUnavailable`, `StoreRefused`."""
        return await self._thread.run(self._run, work)

    def _run(self, work: Callable[[Store], T]) -> T:
        if self._store is None:
            self._store = Store(self._settings, timeout=INSERT_TIMEOUT_S)
        try:
            return work(self._store)
        except StoreUnavailable:
            self._store.close()
            self._store = None
            raise

    def close(self) -> None:
        """Let go of thread and connection; what runs there fails at once instead of holding up the exit."""
        self._thread.end()
        if self._store is not None:
            self._store.close()


class Writer:
    """The only place that inserts into the ledger: one INSERT at a time, in the order they were asked for."""

    def __init__(self, settings: ClickHouse) -> None:
        self._thread = StoreThread(settings, "ledger-writer")
        self._turn = asyncio.Lock()
        self._waiting = 0

    @property
    def free(self) -> bool:
        """Nothing is being inserted or waits for it."""
        return self._waiting == 0

    async def insert(
        self,
        table: str,
        columns: Sequence[Sequence[Any]],
        token: str,
        before: Callable[[], Awaitable[None]],
    ) -> None:
        """One attempt. `before` runs when its turn has come, and may forbid it by raising.

        An attempt that has begun is finished even if its caller is cancelled: `drained` waits for it.
        """
        attempt = asyncio.ensure_future(self._insert(table, columns, token, before))
        attempt.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.shield(attempt)

    async def _insert(
        self,
        table: str,
        columns: Sequence[Sequence[Any]],
        token: str,
        before: Callable[[], Awaitable[None]],
    ) -> None:
        def work(store: Store) -> None:
            failpoints.hit_within("C5", 0.004)
            store.insert(table, COLUMNS, columns, token=token)

        self._waiting += 1
        try:
            async with self._turn:
                await before()
                await self._thread.run(work)
        finally:
            self._waiting -= 1

    async def drained(self) -> None:
        """Wait until every attempt asked for so far has ended."""
        async with self._turn:
            pass

    def close(self) -> None:
        self._thread.close()
