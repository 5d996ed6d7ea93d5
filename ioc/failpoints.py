"""Places where a test makes a process die: `IOC_FAILPOINT=C4:3:kill` kills it the third time it passes C4.

`IOC_FAILPOINTS=FOLDER` arms them while a stack runs: a file `FOLDER/C4` that says `3:kill` arms C4 for every
process of the stack; the one that reaches it takes the file away (`C4.fired`), so that it happens once and
is seen to have happened. Without either variable a failpoint is one comparison.
"""

import os
import signal
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from ioc.errors import SettingsError

VARIABLE = "IOC_FAILPOINT"
FOLDER = "IOC_FAILPOINTS"
ACTIONS = ("kill", "raise", "sleep")
SLEEP_S = 1.0


class Broken(BaseException):
    """Raised by a failpoint whose action is `raise`; derived so that no handler of errors swallows it."""


def _parse(text: str) -> dict[str, tuple[int, str]]:
    """`C4:3:kill,C8:1:raise` → what to do at which hit. Raises `SettingsError`."""
    armed = {}
    for part in filter(None, text.split(",")):
        name, _, rest = part.partition(":")
        armed[name] = _order(rest, part)
    return armed


def _order(text: str, said: str) -> tuple[int, str]:
    hits, _, action = text.strip().partition(":")
    if not hits.isdigit() or action not in ACTIONS:
        raise SettingsError(f"{VARIABLE} has {said!r}, expected name:n:kill, name:n:raise or name:n:sleep")
    return int(hits), action


_armed = _parse(os.environ.get(VARIABLE, ""))
_folder = Path(os.environ[FOLDER]) if os.environ.get(FOLDER) else None
_hits: dict[str, int] = {}


def _due(name: str) -> str | None:
    armed = _armed.get(name)
    if armed is None:
        return _due_by_file(name) if _folder is not None else None
    _hits[name] = _hits.get(name, 0) + 1
    return armed[1] if _hits[name] == armed[0] else None


def _due_by_file(name: str) -> str | None:
    if _folder is None:
        return None
    order = _folder / name
    try:
        wanted, action = _order(order.read_text(encoding="ascii"), name)
        _hits[name] = _hits.get(name, 0) + 1
        if _hits[name] < wanted:
            return None
        # Whoever renames it is the one that fires.
        order.rename(order.with_name(f"{name}.fired"))
    except FileNotFoundError:
        _hits.pop(name, None)
        return None
    return action


def hit(name: str) -> None:
    """Pass the failpoint `name`: nothing, or death by SIGKILL, or `Broken`, or a pause of a second."""
    action = _due(name)
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "raise":
        raise Broken(name)
    elif action == "sleep":
        time.sleep(SLEEP_S)


def hit_within(name: str, seconds: float) -> None:
    """Pass `name`, but die `seconds` later, in the middle of what follows."""
    if _due(name) is not None:
        threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()


def hit_by(name: str, values: Iterable[bytes | None]) -> None:
    """Die of SIGKILL, every time, when one of these holds what the file `FOLDER/name` says.

    Each death adds a byte to `FOLDER/name.fired`. Without the folder it is one comparison.
    """
    if _folder is None:
        return
    try:
        marker = (_folder / name).read_bytes().strip()
    except FileNotFoundError:
        return
    if marker and any(marker in value for value in values if value):
        with (_folder / f"{name}.fired").open("ab") as fired:
            fired.write(b".")
        os.kill(os.getpid(), signal.SIGKILL)
