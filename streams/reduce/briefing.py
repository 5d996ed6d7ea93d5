"""The briefings of the schedule, written without anybody asking for them.

In a process of its own (`ioc brief --due`), for the same reasons as the forecasts: what it loads and takes is
neither the reducer's nor landing's. What is written already is left as it is, so that it may be run again.
"""

import asyncio
import logging
import sys
from datetime import datetime, timedelta

from mode import Service

from ioc.briefing import Plan
from ioc.clock import Clock
from ioc.settings import Settings
from streams.reduce.forecasting import SETTLED, finished

LOOK_S = 60.0
AGAIN = timedelta(minutes=15)
"""After an attempt that failed."""

log = logging.getLogger("ioc.brief")


def due(
    now: datetime, began: datetime, tried: datetime | None, done: datetime | None, last: datetime | None
) -> bool:
    """Whether briefings are to be written now.

    `last`: when any was last to be made; `done`: the newest such time that all is written for.
    """
    if last is None or last == done or now - began < SETTLED:
        return False
    return tried is None or now - tried >= AGAIN


class Briefing(Service):
    """Writes what is due while `owned` is set."""

    def __init__(self, settings: Settings, owned: asyncio.Event, clock: Clock) -> None:
        super().__init__()
        self._plan = Plan.load(settings.catalogue)
        self._owned = owned
        self._clock = clock
        self._command = (
            *(sys.executable, "-P", "-m", "ioc", "brief", "--due"),
            *("--data", str(settings.data)),
        )

    @Service.task
    async def _weekly(self) -> None:
        began = self._clock.now()
        tried: datetime | None = None
        done: datetime | None = None
        while not self.should_stop:
            await self.sleep(LOOK_S)
            now = self._clock.now()
            last = self._plan.last(now)
            if not self._owned.is_set() or not due(now, began, tried, done, last):
                continue
            failure = await finished(self._command)
            if failure:
                tried = now
                log.warning("no briefing yet, tried again in a quarter of an hour: %s", failure)
            else:
                tried, done = None, last
