"""Which partitions stand still, written down where walls can read it."""

from datetime import datetime

from storage.client import Store
from storage.ledger import Log
from streams.land.resume import Stop

_COLUMNS = ("topic", "partition", "reason", "first", "last", "at", "topic_id", "kind")


def note(store: Store, log: Log, stop: Stop | None, now: datetime) -> None:
    """Note that a partition stands still (`stop`) or goes on (None, written only if it stood still)."""
    here = {"t": log.topic.name, "p": log.partition}
    if stop is None:
        standing = store.query(
            "SELECT 1 FROM ioc.landing_stops FINAL"
            " WHERE topic = %(t)s AND partition = %(p)s AND reason != ''",
            here,
        )
        if not standing:
            return
    reason, first, last, kind = (stop.reason, stop.first, stop.last, stop.kind) if stop else ("", 0, 0, "")
    of = (stop.topic_id if stop else None) or log.topic_id
    row = (log.topic.name, log.partition, reason, first, max(first, last), now, of, kind)
    store.insert("ioc.landing_stops", _COLUMNS, [[value] for value in row])
