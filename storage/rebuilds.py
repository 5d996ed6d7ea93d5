"""Asking for a rebuild, and following it. The reducer does it (streams/reduce/rebuilding.py)."""

from dataclasses import dataclass
from datetime import date

from storage.client import Store


@dataclass(frozen=True)
class Progress:
    """How far a rebuild is. `events`: counted events merged so far."""

    running: bool
    done: bool
    events: int
    ticks: int
    message: str


def ask(store: Store, request: int, day: date | None = None) -> int:
    """Leave a wish, by the millisecond it was made; with `day`, for the cells of that day only."""
    columns = ["id", "state", "message", "version", "day"]
    store.insert("ioc.rebuilds", columns, [[request], ["asked"], [""], [request], [day]])
    return request


def ask_once(store: Store, request: int) -> None:
    """Leave a wish, unless one is waiting or under way."""
    rows = store.query("SELECT state FROM ioc.rebuilds FINAL ORDER BY id DESC LIMIT 1")
    if not rows or rows[0][0] == "done":
        ask(store, request)


def progress(store: Store, request: int) -> Progress:
    """What became of it."""
    rows = store.query(f"SELECT state, message FROM ioc.rebuilds FINAL WHERE id = {request}")  # noqa: S608
    state, message = rows[0] if rows else ("asked", "")
    done = store.query(
        "SELECT sum(events), count() FROM ioc.ticks"
        " WHERE kind = 'events' AND tick > (SELECT max(tick) FROM ioc.ticks WHERE kind = 'rebuild')"
    )
    events, ticks = done[0] if state != "asked" else (0, 0)
    return Progress(state == "running", state == "done", events, ticks, message)
