"""Simulated events must not pass for real ones: a data directory holds the one or the other."""

from pathlib import Path

from ioc.errors import IocError

MARK = "simulated"


class RealData(IocError):
    """Simulated events were about to join real ones."""


def check(data: Path, *, simulated: bool) -> str:
    """Mark a new directory as simulated, or return a warning when real use meets simulated data ("" if not).

    Raises `RealData` when the simulator is asked to write where a stack without one has written.
    """
    mark = data / MARK
    if simulated and not mark.exists():
        if (data / "credentials.json").exists():
            raise RealData(
                f"{data} was made by `ioc up` and may hold real events: give `ioc demo` another --data"
            )
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        mark.write_text("This directory holds simulated events.\n", encoding="utf-8")
    if not simulated and mark.exists():
        return f"{data} holds simulated events of `ioc demo`: use another --data for real ones"
    return ""
