"""Which stack a command speaks to."""

import os
from pathlib import Path
from typing import Any

from ioc.errors import StackNotFound
from ioc.settings import Settings, load

ELSEWHERE = frozenset({"IOC_KAFKA__BOOTSTRAP", "IOC_CLICKHOUSE__HOST"})
"""With one of these set, broker or store are somebody else's: nothing runs under the data directory."""


def attached(data: Path | None) -> Settings:
    """Settings of the stack running under `data`, or of the services that the environment names.

    Raises `StackNotFound` when there is neither, so that no command waits for a port where nobody listens.
    """
    found = load(data)
    if ELSEWHERE.isdisjoint(os.environ):
        from local.rundir import read_stack

        read_stack(found.data)
    return found


def processes_of(settings: Settings) -> list[dict[str, Any]] | None:
    """The processes that `ioc up` runs on this data; None: somebody else runs them, in containers say."""
    from local.rundir import read_stack

    try:
        known = read_stack(settings.data)["processes"]
    except StackNotFound:
        return None
    shown = ("pid", "up", "restarts", "since")
    return [{"name": name, **{key: one[key] for key in shown}} for name, one in known.items()]
