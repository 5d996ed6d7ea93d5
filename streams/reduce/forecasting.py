"""The forecasts of the day, computed once a day without anybody asking for them.

In a process of its own (`ioc forecast --all --write`): what it takes, a second to load the library, 200 MB
and a minute of a processor, is neither the reducer's nor landing's, and goes when it is done. Only the owner
of ioc.control does it, so it is done once however many reducers stand by.
"""

import asyncio
import logging
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta

from mode import Service

from ioc.clock import VIETNAM, Clock
from ioc.errors import StoreRefused, StoreUnavailable
from ioc.settings import Settings
from storage.client import Store
from storage.forecasts import last_day

LOOK_S = 60.0
SETTLED = timedelta(minutes=10)
"""After a start: what is counted anew first is counted by then."""
FROM = time(0, 10)
"""Not before: yesterday, often the last day of a week, has been settled by then."""
AGAIN = timedelta(hours=1)
"""After an attempt that failed."""

log = logging.getLogger("ioc.forecast")


def due(now: datetime, began: datetime, tried: datetime | None, done: date | None) -> bool:
    """Whether today's forecasts are to be made now. `done`: the newest day known to have them."""
    local = now.astimezone(VIETNAM)
    if local.date() == done or local.time() < FROM or now - began < SETTLED:
        return False
    return tried is None or now - tried >= AGAIN


class Forecasting(Service):
    """Starts the day's forecasts while `owned` is set."""

    def __init__(self, settings: Settings, owned: asyncio.Event, clock: Clock) -> None:
        super().__init__()
        self._settings = settings
        self._owned = owned
        self._clock = clock
        self._command = (
            *(sys.executable, "-P", "-m", "ioc", "forecast", "--all", "--write"),
            *("--data", str(settings.data)),
        )

    @Service.task
    async def _daily(self) -> None:
        began, done = self._clock.now(), None
        tried: datetime | None = None
        while not self.should_stop:
            await self.sleep(LOOK_S)
            now = self._clock.now()
            if not self._owned.is_set() or not due(now, began, tried, done):
                continue
            try:
                done = await asyncio.to_thread(self._newest)
            except (StoreUnavailable, StoreRefused) as error:
                log.warning("the forecasts of today wait: %s", error)
                continue
            if done != now.astimezone(VIETNAM).date():
                tried = now
                failure = await finished(self._command)
                if failure:
                    log.warning("no forecasts yet today, tried again in an hour: %s", failure)

    def _newest(self) -> date | None:
        store = Store(self._settings.clickhouse)
        try:
            return last_day(store, self._settings.tenant)
        finally:
            store.close()


async def finished(command: Sequence[str]) -> str:
    """Run a command to its end, quietly; what it said when it failed, else nothing. Ended with its caller."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await process.communicate()
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()
    if process.returncode == 0:
        return ""
    return said.decode(errors="replace").strip() or f"exit code {process.returncode}"
