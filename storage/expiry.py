"""Retention of the ledger: whole partitions go, and leave the counts that the exact check needs.

A TTL clause would delete rows and leave nothing to count them by. Here the summary is written first, then
the partition is dropped; both steps may be repeated. Between them readers see its rows twice for a moment,
never a loss.
"""

from datetime import date, datetime, timedelta

from ioc.topics import EVENT_TOPICS, Topic
from storage.client import Store
from storage.ledger import table

PERSONAL_DAYS = 90
MONTHS = 25


def oldest_kept(topic: Topic, today: date) -> int:
    """The first partition to keep: a day (personal topics) or a month, as ClickHouse writes it."""
    if topic.personal:
        first = today - timedelta(days=PERSONAL_DAYS)
        return first.year * 10_000 + first.month * 100 + first.day
    months = today.year * 12 + today.month - 1 - MONTHS
    return months // 12 * 100 + months % 12 + 1


def expire(store: Store, now: datetime) -> list[tuple[str, str]]:
    """Drop what is past its time; (topic, partition of the table) of each."""
    dropped = []
    for topic in EVENT_TOPICS:
        oldest = oldest_kept(topic, now.date())
        parts = store.query(
            "SELECT DISTINCT partition FROM system.parts WHERE active AND database = 'ioc' AND table = %(t)s",
            {"t": topic.ledger},
        )
        for (name,) in sorted(parts):
            if int(name) < oldest:
                _summarise(store, topic, name, now)
                store.execute(f"ALTER TABLE {table(topic)} DROP PARTITION {int(name)}")
                dropped.append((topic.name, name))
    return dropped


def _summarise(store: Store, topic: Topic, name: str, now: datetime) -> None:
    rows = store.query(
        "SELECT topic_id, partition, min(offset), max(offset), countIf(verdict = 'counted' AND NOT own),"  # noqa: S608
        " countIf(verdict = 'suppressed' AND NOT own), countIf(verdict = 'conflict'),"
        " countIf(verdict = 'rejected'), countIf(own)"
        " FROM (SELECT topic_id, partition, offset, verdict,"
        "  endsWith(source, ':canary') AND verdict IN ('counted', 'suppressed') AS own"
        f" FROM {table(topic)} WHERE _partition_id = %(id)s) GROUP BY topic_id, partition",
        {"id": name},
    )
    if not rows:
        return
    n = len(rows)
    store.insert(
        "ioc.ledger_expired",
        [
            *("topic", "expiry", "topic_id", "partition", "first", "last"),
            *("counted", "suppressed", "conflict", "rejected", "canaries", "expired_at"),
        ],
        [[topic.name] * n, [name] * n, *map(list, zip(*rows, strict=True)), [now] * n],
    )
