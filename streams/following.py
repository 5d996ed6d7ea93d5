"""The store's clock, followed by workers and reducer: freshness is judged by it, and rows expire by it.

A reducer two hours ahead would write ticks that count as fresh for two hours after its death; a worker ten
years ahead would find the whole ledger past its retention, and landing alive for ten years.
"""

import logging

from mode import Service

from ioc.clock import FollowingClock
from ioc.errors import StoreRefused, StoreUnavailable
from ioc.settings import Settings
from storage.clock import LOOK_S, look
from streams.land.thread import StoreThread

log = logging.getLogger("ioc.worker")


class Following(Service):
    """Looks at the store's clock every few seconds, as long as the worker runs."""

    def __init__(self, settings: Settings, clock: FollowingClock) -> None:
        super().__init__()
        self._clock = clock
        self._asking = StoreThread(settings.clickhouse, "clock")

    async def on_stop(self) -> None:
        self._asking.close()

    @Service.task
    async def _follow(self) -> None:
        while not self.should_stop:
            try:
                await self._asking.run(lambda store: look(store, self._clock))
            except (StoreUnavailable, StoreRefused) as error:
                log.debug("the store's clock was not seen: %s", error)
            await self.sleep(LOOK_S)
