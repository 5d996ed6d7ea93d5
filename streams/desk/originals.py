"""Single records, read from Kafka once more by their place.

The reader belongs to no group and commits nothing, so landing's offsets are not its concern. A record that
retention has deleted, or that belonged to a topic which was re-created since, is gone: that is said, and
never guessed at.
"""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import OffsetOutOfRangeError

from ioc import connecting
from ioc.desk import Place
from ioc.errors import IocError
from ioc.settings import Kafka
from streams.land import cluster

WAIT_MS = 5_000


class Gone(IocError):
    """The original is no longer in Kafka; `why` is a code."""

    def __init__(self, why: str, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why


@dataclass(frozen=True, slots=True)
class Original:
    """A record as it stood in Kafka."""

    key: bytes | None
    value: bytes | None


class Originals:
    """One reader for some records. Use: start, `read` each, stop. Lives on an event loop."""

    def __init__(self, settings: Kafka) -> None:
        self._settings = settings
        self._topic_ids: dict[str, UUID | None] = {}
        self._consumer = AIOKafkaConsumer(
            **connecting.aiokafka(settings),
            client_id="ioc-desk",
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
            max_partition_fetch_bytes=2 * 1024 * 1024,
        )

    async def start(self) -> None:
        await self._consumer.start()

    async def stop(self) -> None:
        await self._consumer.stop()

    async def read(self, place: Place) -> Original:
        """The record at a place. Raises `Gone`; aiokafka's errors when Kafka does not answer."""
        await self._check(place)
        at = TopicPartition(place.topic, place.partition)
        self._consumer.assign([at])
        first = (await self._consumer.beginning_offsets([at]))[at]
        end = (await self._consumer.end_offsets([at]))[at]
        if not first <= place.offset < end:
            raise Gone("expired", f"{place} is no longer in Kafka, which begins with offset {first}")
        self._consumer.seek(at, place.offset)
        try:
            found = await self._consumer.getmany(at, timeout_ms=WAIT_MS, max_records=1)
        except OffsetOutOfRangeError:
            raise Gone("expired", f"{place} is no longer in Kafka") from None
        for record in found.get(at, []):
            if record.offset == place.offset:
                return Original(record.key, record.value)
        raise Gone("expired", f"{place} is no longer in Kafka")

    async def _check(self, place: Place) -> None:
        """That the topic is still the one whose record this was."""
        if place.topic not in self._topic_ids:
            self._topic_ids[place.topic] = await asyncio.to_thread(_topic_id, self._settings, place.topic)
        found = self._topic_ids[place.topic]
        if found is None:
            raise Gone("topic_missing", f"topic {place.topic} no longer exists")
        if place.topic_id not in (None, found):
            raise Gone("topic_recreated", f"topic {place.topic} was re-created since {place} was written")


def _topic_id(settings: Kafka, topic: str) -> UUID | None:
    try:
        return cluster.names(settings, [topic]).topic_ids[topic]
    except cluster.TopicMissing:
        return None
