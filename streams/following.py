"""The store's clock, followed by workers and reducer: freshness is judged by it, and rows expire by it.

A reducer two hours ahead would write ticks that count as fresh for two hours after its death; a worker ten
years ahead would find the whole ledger past its retention, and landing alive for ten years.
"""

import logging
from datetime import UTC, datetime, timedelta

from mode import Service

from ioc.clock import FollowingClock, SystemClock
from ioc.errors import StoreRefused, StoreUnavailable
from ioc.settings import Settings
from storage.client import Store
from storage.doctor import SKEW_S
from streams.land.thread import StoreThread

LOOK_S = 5.0
PROMPT_S = 1.0
"""An answer that took longer says too little; the look before it still holds."""

log = logging.getLogger("ioc.worker")


def clock() -> FollowingClock:
    """This machine's clock, as long as it agrees with the store's."""
    return FollowingClock(SystemClock(), SKEW_S, "the store's")


def look(store: Store, clock: FollowingClock) -> None:
    """Look at the store's clock. Raises `StoreUnavailable`, `StoreRefused`."""
    began = clock.monotonic()
    ((there,),) = store.query("SELECT now64(3, 'UTC')")
    took = clock.monotonic() - began
    if took <= PROMPT_S or not clock.sure:
        seen: datetime = there.replace(tzinfo=UTC)
        clock.look(seen + timedelta(seconds=took / 2))


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
