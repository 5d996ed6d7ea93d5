"""The briefing that somebody may read: the last one of their unit, or one made now on demand."""

import asyncio
import logging
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from dashboards.console.sessions import Visitor
from ioc.clock import VIETNAM, Clock
from ioc.messages import FIRST, language

NEW_ENOUGH_S = 300
"""Asked for again within this time, it is the same document: drawing one takes seconds of a processor."""
LONGEST_S = 180

Command = Callable[[str, Path], Sequence[str]]
"""Unit and file → what writes the file."""

log = logging.getLogger("ioc.brief")


def unit_of(visitor: Visitor, tenant: str) -> str:
    """Whose briefing: it names overdue cases, so those who do not see all units get that of their own."""
    return tenant if visitor.sees_all else visitor.signed.unit


class OnDemand:
    """Makes one briefing at a time, in a process of its own: the page goes on being served meanwhile."""

    def __init__(self, folder: Path, clock: Clock, command: Command | None = None) -> None:
        self._folder = folder / "now"
        self._clock = clock
        self._command = command or self._ioc
        self._one = asyncio.Lock()

    async def made(self, unit: str) -> Path | None:
        """This week up to now, for a unit; None when it could not be made."""
        path = self._folder / (f"{unit}.pdf" if language() == FIRST else f"{unit}.{language()}.pdf")
        async with self._one:
            if not self._is_new(path) and not await self._ran(self._command(unit, path)):
                return None
        return path if path.is_file() else None

    def _is_new(self, path: Path) -> bool:
        with suppress(OSError):
            return self._clock.now().timestamp() - path.stat().st_mtime < NEW_ENOUGH_S
        return False

    def _ioc(self, unit: str, path: Path) -> Sequence[str]:
        today = self._clock.now().astimezone(VIETNAM).date().isoformat()
        asked = ("brief", "--date", today, "--unit", unit, "--lang", language(), "--out", str(path))
        return (sys.executable, "-P", "-m", "ioc", *asked, "--data", str(self._folder.parents[1]))

    async def _ran(self, command: Sequence[str]) -> bool:
        quiet = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            *command, stdin=quiet, stdout=quiet, stderr=asyncio.subprocess.PIPE
        )
        said = b""
        try:
            _, said = await asyncio.wait_for(process.communicate(), LONGEST_S)
        except TimeoutError:
            log.warning("a briefing took longer than %d s and was given up", LONGEST_S)
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode:
            log.warning("no briefing on demand: %s", said.decode(errors="replace").strip())
        return process.returncode == 0
