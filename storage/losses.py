"""What was given up: orders to go on behind a stop, and the ranges that stay in the account as lost."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.client import Store
from storage.ledger import Log, present

_ORDERED = ("topic", "partition", "topic_id", "first", "last", "reason", "account", "at")
_LOST = ("topic", "topic_id", "partition", "first", "last", "reason", "account", "at")


@dataclass(frozen=True, slots=True)
class Standing:
    """A partition that stands still. `log`: that of the range, the present one unless that is gone."""

    log: Log
    reason: str
    kind: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Order:
    """Go on behind first … last of this log."""

    topic_id: UUID
    first: int
    last: int


def standing(store: Store, log: Log) -> Standing | None:
    """Why this partition stands still; None when it does not. `log.topic_id` may be any."""
    rows = store.query(
        "SELECT reason, kind, topic_id, first, last FROM ioc.landing_stops FINAL"
        " WHERE topic = %(t)s AND partition = %(p)s AND reason != ''",
        {"t": log.topic.name, "p": log.partition},
    )
    for reason, kind, topic_id, first, last in rows:
        return Standing(Log(log.topic, topic_id, log.partition), reason, kind, int(first), int(last))
    return None


def orders(store: Store, log: Log) -> tuple[Order, ...]:
    """All orders for this partition, of whatever log."""
    rows = store.query(
        "SELECT topic_id, first, last FROM ioc.landing_orders FINAL"
        " WHERE topic = %(t)s AND partition = %(p)s",
        {"t": log.topic.name, "p": log.partition},
    )
    return tuple(Order(topic_id, int(first), int(last)) for topic_id, first, last in rows)


def give_up(store: Store, stop: Standing, reason: str, account: str, now: datetime) -> int:
    """Write down what is lost, then the order; how many records are. Done twice, it is done once."""
    log = stop.log
    here = present(store, log, stop.first, stop.last)
    lost = list(_holes(stop.first, stop.last, here))
    rows = [(log.topic.name, log.topic_id, log.partition, a, b, reason, account, now) for a, b in lost]
    if rows:
        store.insert("ioc.ledger_lost", _LOST, list(zip(*rows, strict=True)))
    order = (log.topic.name, log.partition, log.topic_id, stop.first, stop.last, reason, account, now)
    store.insert("ioc.landing_orders", _ORDERED, [[value] for value in order])
    return sum(b - a + 1 for a, b in lost)


def unconfirmed(store: Store, log: Log) -> Standing | None:
    """Records of an earlier log of this partition that landing had seen and the ledger never got."""
    rows = store.query(
        "SELECT p.topic_id, greatest(p.start, h.high) AS low, p.end FROM"
        " (SELECT topic_id, start, end FROM ioc.landing_progress FINAL"
        "  WHERE topic = %(t)s AND partition = %(p)s AND topic_id != %(i)s) AS p"
        " LEFT JOIN (SELECT topic_id, max(held.last) + 1 AS high FROM ioc.ledger_totals AS held"
        "  WHERE topic = %(t)s AND partition = %(p)s GROUP BY topic_id) AS h ON h.topic_id = p.topic_id"
        " WHERE p.end > low ORDER BY p.topic_id LIMIT 1",
        {"t": log.topic.name, "p": log.partition, "i": str(log.topic_id)},
    )
    for topic_id, low, end in rows:
        reason = f"the log epoch changed: the topic was re-created while log {topic_id} held more"
        return Standing(Log(log.topic, topic_id, log.partition), reason, "recreated", int(low), int(end) - 1)
    return None


def _holes(first: int, last: int, here: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Ranges of first … last between these offsets."""
    at = first
    for offset in (*sorted(here), last + 1):
        if offset > at:
            yield at, offset - 1
        at = offset + 1
