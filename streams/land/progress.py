"""How far the logs reach, written down where walls can read it: only streams may ask Kafka."""

from collections import deque
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition

from storage.client import Store

EVERY_S = 2.0
ALL_EVERY = 3
"""Every third time all partitions are told: what was told 30 s ago counts as old (storage/trust.py)."""
_COLUMNS = ("topic", "topic_id", "partition", "start", "end", "at", "waiting_since")
_LOOKS = 1_000
"""Looks remembered of a partition; with more records waiting, every second one is forgotten."""
Extents = Mapping[TopicPartition, tuple[int, int]]


class Waiting:
    """Since when the oldest record waits that the ledger does not have: remembered ends of the logs.

    A record behind the end of one look was appended after that look. So the last look at which the log had
    reached no further than the ledger has now is the answer, at most `EVERY_S` too early.
    """

    def __init__(self) -> None:
        self._looks: dict[TopicPartition, deque[tuple[datetime, int]]] = {}

    def seen(self, place: TopicPartition, end: int, landed: int, now: datetime) -> datetime | None:
        """Note a look; since when the record at offset `landed` waits, None when there is none."""
        looks = self._looks.setdefault(place, deque())
        while len(looks) > 1 and looks[1][1] <= landed:
            looks.popleft()
        since = None if end <= landed else looks[0][0] if looks else now
        looks.append((now, end))
        if len(looks) > _LOOKS:
            self._looks[place] = deque(each for at, each in enumerate(looks) if at % 2 == 0)
        return since

    def remember(self, store: Store) -> None:
        """Take over what was last told: a restart does not make waiting records younger."""
        rows = store.query(
            "SELECT topic, partition, at, end, waiting_since FROM ioc.landing_progress FINAL"
            " ORDER BY at DESC LIMIT 1 BY topic, partition"
        )
        for topic, partition, at, end, since in rows:
            told = [(at, int(end))] if since is None else [(since, 0), (at, int(end))]
            self._looks.setdefault(TopicPartition(topic, int(partition)), deque(told))


async def extents(consumer: AIOKafkaConsumer) -> Extents:
    """First and next offset of every assigned partition. Raises aiokafka's errors."""
    assigned = sorted(consumer.assignment())
    if not assigned:
        return {}
    starts = await consumer.beginning_offsets(assigned)
    ends = await consumer.end_offsets(assigned)
    return {partition: (starts[partition], ends[partition]) for partition in assigned}


def write(
    store: Store,
    moved: Extents,
    topic_ids: Mapping[str, UUID],
    now: datetime,
    waiting: Mapping[TopicPartition, datetime | None] | None = None,
) -> None:
    """Note the partitions that moved, in one insert."""
    since = waiting or {}
    rows = [
        (place.topic, topic_ids[place.topic], place.partition, start, end, now, since.get(place))
        for place, (start, end) in moved.items()
    ]
    if rows:
        store.insert("ioc.landing_progress", _COLUMNS, list(zip(*rows, strict=True)))
