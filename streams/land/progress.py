"""How far the logs reach, written down where walls can read it: only streams may ask Kafka."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition

from storage.client import Store

EVERY_S = 2.0
ALL_EVERY = 3
"""Every third time all partitions are told: what was told 30 s ago counts as old (storage/trust.py)."""
_COLUMNS = ("topic", "topic_id", "partition", "start", "end", "at")
Extents = Mapping[TopicPartition, tuple[int, int]]


async def extents(consumer: AIOKafkaConsumer) -> Extents:
    """First and next offset of every assigned partition. Raises aiokafka's errors."""
    assigned = sorted(consumer.assignment())
    if not assigned:
        return {}
    starts = await consumer.beginning_offsets(assigned)
    ends = await consumer.end_offsets(assigned)
    return {partition: (starts[partition], ends[partition]) for partition in assigned}


def write(store: Store, moved: Extents, topic_ids: Mapping[str, UUID], now: datetime) -> None:
    """Note the partitions that moved, in one insert."""
    rows = [
        (place.topic, topic_ids[place.topic], place.partition, start, end, now)
        for place, (start, end) in moved.items()
    ]
    if rows:
        store.insert("ioc.landing_progress", _COLUMNS, list(zip(*rows, strict=True)))
