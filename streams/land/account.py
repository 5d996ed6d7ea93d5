"""The exact check: what Kafka received against what the ledger holds, to the record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ioc.settings import Settings
from ioc.topics import BY_NAME, EVENT_TOPICS
from storage import ledger
from storage.client import Store
from streams.land import cluster


@dataclass(frozen=True, slots=True)
class Range:
    """Offsets first … last of a partition, with a reason where there is one."""

    topic: str
    partition: int
    first: int
    last: int
    reason: str = ""

    def document(self) -> dict[str, Any]:
        found = {"topic": self.topic, "partition": self.partition, "first": self.first, "last": self.last}
        return {**found, "reason": self.reason} if self.reason else found


@dataclass(slots=True)
class Account:
    """received = counted + suppressed + conflict + rejected + lost + in flight; and no gaps.

    The centre's canaries that were counted or came twice stand beside that.
    """

    received: int = 0
    counted: int = 0
    suppressed: int = 0
    conflict: int = 0
    rejected: int = 0
    lost: int = 0
    canaries: int = 0
    gaps: list[Range] = field(default_factory=list)
    stopped: list[Range] = field(default_factory=list)

    @property
    def in_flight(self) -> int:
        """Received, and not yet in the ledger."""
        known = self.counted + self.suppressed + self.conflict + self.rejected + self.lost
        return self.received - known

    def document(self) -> dict[str, Any]:
        return {
            "received": self.received,
            "counted": self.counted,
            "suppressed": self.suppressed,
            "conflict": self.conflict,
            "rejected": self.rejected,
            "lost": self.lost,
            "in_flight": self.in_flight,
            "canaries": self.canaries,
            "gaps": [gap.document() for gap in self.gaps],
            "stopped": [stop.document() for stop in self.stopped],
        }


@dataclass(slots=True)
class _Held:
    records: int = 0
    first: int = 2**63
    last: int = -1


def account(settings: Settings) -> Account:
    """Count everything. Kafka is asked last, so that nothing landed seems not to have been received.

    Raises `StoreUnavailable`, and kafka-python's errors when Kafka does not answer.
    """
    names = cluster.names(settings.kafka, [topic.name for topic in EVENT_TOPICS])
    store = Store(settings.clickhouse)
    try:
        result = Account()
        held = _held(store, result)
        for (topic, topic_id, partition), rows in sorted(held.items(), key=str):
            if rows.records != rows.last - rows.first + 1:
                log = ledger.Log(BY_NAME[topic], topic_id, partition)
                result.gaps += [Range(topic, partition, a, b) for a, b in ledger.gaps(store, log)]
        result.stopped = [
            Range(topic, int(partition), int(first), int(last), reason)
            for topic, partition, reason, first, last in store.query(
                "SELECT topic, partition, reason, first, last FROM ioc_read.landing_stops"
            )
        ]
    finally:
        store.close()
    result.received = _received(settings, names, held) - result.canaries
    return result


def _held(store: Store, result: Account) -> dict[tuple[str, UUID, int], _Held]:
    held: dict[tuple[str, UUID, int], _Held] = {}
    for each in ledger.totals(store):
        place = "canaries" if each.own else each.verdict
        setattr(result, place, getattr(result, place) + each.records)
        rows = held.setdefault((each.topic, each.topic_id, each.partition), _Held())
        rows.records += each.records
        rows.first, rows.last = min(rows.first, each.first), max(rows.last, each.last)
    return held


def _received(settings: Settings, names: cluster.Names, held: Mapping[tuple[str, UUID, int], _Held]) -> int:
    """Records that Kafka has, and those it had: of earlier logs and before its present start."""
    ends = cluster.extents(settings.kafka, EVENT_TOPICS)
    total = 0
    for (topic, partition), (start, end) in ends.items():
        rows = held.get((topic, names.topic_ids[topic], partition))
        total += end - (min(start, rows.first) if rows else start)
    gone = [rows for key, rows in held.items() if names.topic_ids.get(key[0]) != key[1]]
    return total + sum(rows.last - rows.first + 1 for rows in gone)
