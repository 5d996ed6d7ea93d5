"""Asking for a rebuild, and following it. The reducer does it (streams/reduce/rebuilding.py)."""

from dataclasses import dataclass, fields, replace
from datetime import date

from storage.client import Store

ASKED, RUNNING, DONE = "asked", "running", "done"


@dataclass(frozen=True)
class Wish:
    """A rebuild that somebody wants, and how far it is.

    `id`: the millisecond it was asked for. `day`: the cells of this day only. `source`: only the cases that
    this system spoke about. `check`: compare, change nothing. `vector`, `made_with`: what stands beside
    already, and what it was made with. `events`, `slices`: merged so far. `report`: JSON, once it has ended.
    """

    id: int
    state: str = ASKED
    message: str = ""
    version: int = 0
    day: date | None = None
    source: str = ""
    check: int = 0
    vector: str = ""
    made_with: str = ""
    events: int = 0
    slices: int = 0
    report: str = ""

    @property
    def running(self) -> bool:
        return self.state == RUNNING

    @property
    def done(self) -> bool:
        return self.state == DONE


_COLUMNS = [field.name for field in fields(Wish)]
_LISTED = ", ".join(_COLUMNS)


def ask(store: Store, request: int, day: date | None = None, *, source: str = "", check: bool = False) -> int:
    """Leave a wish, by the millisecond it was made."""
    note(store, Wish(request, day=day, source=source, check=int(check)), request)
    return request


def ask_once(store: Store, request: int) -> None:
    """Leave a wish for everything, unless one is waiting or under way."""
    rows = store.query(
        "SELECT 1 FROM ioc.rebuilds FINAL"
        " WHERE state != 'done' AND isNull(day) AND source = '' AND NOT check LIMIT 1"
    )
    if not rows:
        ask(store, request)


def waiting(store: Store) -> Wish | None:
    """The oldest wish that has not been fulfilled."""
    rows = store.query(
        f"SELECT {_LISTED} FROM ioc.rebuilds FINAL WHERE state != '{DONE}' ORDER BY id LIMIT 1"  # noqa: S608
    )
    return Wish(*rows[0]) if rows else None


def note(store: Store, wish: Wish, now: int) -> Wish:
    """Write down how a wish stands now. Returns it as written."""
    written = replace(wish, version=max(now, wish.version + 1))
    store.insert("ioc.rebuilds", _COLUMNS, [[getattr(written, name)] for name in _COLUMNS])
    return written


def progress(store: Store, request: int) -> Wish:
    """What became of it."""
    rows = store.query(f"SELECT {_LISTED} FROM ioc.rebuilds FINAL WHERE id = {request}")  # noqa: S608
    return Wish(*rows[0]) if rows else Wish(request)
