"""Simulated events must not pass for real ones: a data directory holds the one or the other."""

from pathlib import Path

from ioc.errors import IocError

MARK = "simulated"


class RealData(IocError):
    """Simulated events were about to join real ones."""


def begin(data: Path) -> int:
    """Mark the directory as simulated and return how often a demo has started on it before.

    Raises `RealData` where a stack without a simulator has written.
    """
    mark = data / MARK
    if not mark.exists() and (data / "credentials.json").exists():
        raise RealData(
            f"{data} was made by `ioc up` and may hold real events: give `ioc demo` another --data"
        )
    before = int(mark.read_text(encoding="utf-8")) if mark.exists() else 0
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark.write_text(f"{before + 1}\n", encoding="utf-8")
    return before


def is_simulated(data: Path) -> bool:
    """The directory holds events of a demo."""
    return (data / MARK).exists()
