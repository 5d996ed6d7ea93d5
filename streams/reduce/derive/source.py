"""Sources: when each was last heard of."""

from streams.reduce.facts import Fact
from streams.reduce.state import Row

COLUMNS = (
    "unit",
    "opened_at",
    "ended_at",
    "heartbeat_at",
    "event_at",
    "event_type",
    "status",
    "interval_s",
    "backlog",
    "sent_total",
    "sent_epoch",
)


def source(facts: list[tuple[str, Fact]]) -> Row:
    """The latest heartbeat and the latest event; opened_at = the later of the two."""
    latest = dict(facts)
    heartbeat, event = latest.get("heartbeat"), latest.get("event")
    times = [fact[3] for fact in (heartbeat, event) if fact]
    unit = heartbeat[5] if heartbeat else event[5] if event else ""
    row: Row = [unit, max(times, default=None), None]
    row += [heartbeat[3] if heartbeat else None, event[3] if event else None, event[6] if event else ""]
    return row + (heartbeat[6:11] if heartbeat else ["", 0, 0, 0, None])
