"""One thread of a service: what would hold up its event loop runs there, one thing at a time."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


class OneThread:
    """A thread that ends with its service: what waits then, or is asked for later, is cancelled."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._ending = False

    async def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """What `work` returns or raises. Raises `CancelledError` once the thread ends."""
        if self._ending:
            raise asyncio.CancelledError
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)

    def end(self) -> None:
        """Begin nothing more; what runs goes on to its end."""
        self._ending = True
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def ended(self, within_s: float, log: logging.Logger, otherwise: str) -> None:
        """End it, and wait a while for what runs; `otherwise` is logged when that takes longer."""
        self.end()
        try:
            await asyncio.wait_for(asyncio.to_thread(self._pool.shutdown, wait=True), within_s)
        except TimeoutError:
            log.warning(otherwise, within_s)
