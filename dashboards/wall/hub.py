"""Tells every open page to look again: when something was read, and at each full second for the clock."""

import asyncio
import logging
from collections.abc import Callable

from ioc.clock import Clock

log = logging.getLogger(__name__)
PAUSE_S = 0.1
"""Between two times that pages are told: panels that are read one after another come together."""
Refresh = Callable[[], None]


class Hub:
    """`read` may be called from any thread; everything else belongs to the event loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pages: dict[int, Refresh] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()

    def join(self, page: int, refresh: Refresh) -> None:
        self._pages[page] = refresh

    def leave(self, page: int) -> None:
        self._pages.pop(page, None)

    def read(self) -> None:
        """Something new is known."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        """Until cancelled."""
        self._loop = asyncio.get_running_loop()
        while True:
            self.tell()
            await asyncio.sleep(PAUSE_S)
            await self._woken(1 - self._clock.now().microsecond / 1e6)

    async def _woken(self, within: float) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), within)
        except TimeoutError:
            return
        self._wake.clear()

    def tell(self) -> None:
        """Every page once; one that cannot be refreshed does not keep the others from it."""
        for page, refresh in list(self._pages.items()):
            try:
                refresh()
            except Exception:
                log.exception("wall: page %s could not be refreshed", page)
