"""Places where a test makes a process die: `IOC_FAILPOINT=C4:3:kill` kills it the third time it passes C4.

Without that variable a failpoint is one dictionary look-up that finds nothing.
"""

import os
import signal
import threading

from ioc.errors import SettingsError

VARIABLE = "IOC_FAILPOINT"


class Broken(BaseException):
    """Raised by a failpoint whose action is `raise`; derived so that no handler of errors swallows it."""


def _parse(text: str) -> dict[str, tuple[int, str]]:
    """`C4:3:kill,C8:1:raise` → what to do at which hit. Raises `SettingsError`."""
    armed = {}
    for part in filter(None, text.split(",")):
        name, _, rest = part.partition(":")
        hits, _, action = rest.partition(":")
        if not hits.isdigit() or action not in ("kill", "raise"):
            raise SettingsError(f"{VARIABLE} has {part!r}, expected name:n:kill or name:n:raise")
        armed[name] = (int(hits), action)
    return armed


_armed = _parse(os.environ.get(VARIABLE, ""))
_hits: dict[str, int] = {}


def _due(name: str) -> str | None:
    armed = _armed.get(name)
    if armed is None:
        return None
    _hits[name] = _hits.get(name, 0) + 1
    return armed[1] if _hits[name] == armed[0] else None


def hit(name: str) -> None:
    """Pass the failpoint `name`: nothing, or death by SIGKILL, or `Broken`."""
    action = _due(name)
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "raise":
        raise Broken(name)


def hit_within(name: str, seconds: float) -> None:
    """Pass `name`, but die `seconds` later, in the middle of what follows."""
    if _due(name) is not None:
        threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()
