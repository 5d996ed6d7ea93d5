"""Counts views of pages in this process and hands them to the gateway, a batch at a time.

Kept is how often a page was looked at by a role on a day, nothing else. What the gateway did not take is kept
and sent again; what was counted since the last minute is lost when the process ends, which is little.
"""

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date
from uuid import uuid4

from dashboards.console.office import OfficeLost, OfficeRefused
from ioc.adoption import AT_ONCE, PAGE, Batch, Views
from ioc.clock import VIETNAM, Clock

EVERY_S = 60.0
KEPT = 300
"""Batches kept while the gateway does not answer: some hours of them; the oldest give way."""
_PAGES = (
    (re.compile(r"/wall/([a-z0-9-]{1,50})"), "wall/{}"),
    (re.compile(r"/console"), "alerts"),
    (re.compile(r"/console/(alert|case)/.+"), "{}"),
    (re.compile(r"/console/(work|shift|audit|targets)"), "{}"),
    (re.compile(r"/console/(quarantine|sources|orders)(?:/.+)?"), "{}"),
    (re.compile(r"/leader"), "leader"),
    (re.compile(r"/leader/(evidence)/.+"), "{}"),
    (re.compile(r"/leader/(brief)(?:/now)?"), "{}"),
    (re.compile(r"/(adoption)"), "{}"),
)
Send = Callable[[dict[str, object]], Awaitable[None]]

log = logging.getLogger("ioc.adoption")


def page_of(path: str) -> str:
    """What a view of this address is counted as; empty: not at all."""
    for pattern, name in _PAGES:
        if found := pattern.fullmatch(path.rstrip("/") or "/"):
            page = name.format(*found.groups())
            return page if re.fullmatch(PAGE, page) else ""
    return ""


class Counting:
    """On the web process's event loop; sends a minute after a view: pages nobody opens cost nothing."""

    def __init__(self, send: Send, clock: Clock, every_s: float = EVERY_S) -> None:
        self._send = send
        self._clock = clock
        self._every_s = every_s
        self._views: Counter[tuple[date, str, str]] = Counter()
        self._waiting: list[Batch] = []
        self._task: asyncio.Task[None] | None = None

    def add(self, path: str, role: str) -> None:
        """One view of an address by a role; empty: by nobody who is signed in."""
        page = page_of(path)
        if not page:
            return
        today = self._clock.now().astimezone(VIETNAM).date()
        self._views[(today, role, page)] += 1
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._later())

    async def _later(self) -> None:
        while self._views or self._waiting:
            await asyncio.sleep(self._every_s)
            await self.flush()

    async def flush(self) -> None:
        """Hand over everything; what is not taken is sent again, under the same name."""
        found = [
            Views(day=day, role=role, page=page, views=n) for (day, role, page), n in self._views.items()
        ]
        self._views.clear()
        for at in range(0, len(found), AT_ONCE):
            self._waiting.append(Batch(batch=uuid4(), counts=tuple(found[at : at + AT_ONCE])))
        self._waiting = self._waiting[-KEPT:]
        while self._waiting:
            try:
                await self._send(self._waiting[0].model_dump(mode="json"))
            except OfficeLost:
                return
            except OfficeRefused as refused:
                if refused.status >= 500:
                    return
                log.warning("views of pages are not counted: %s", refused)
            self._waiting.pop(0)
