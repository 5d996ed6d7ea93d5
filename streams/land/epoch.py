"""An assignment epoch: from the moment the group gives us partitions until it takes them back."""

import asyncio
from collections.abc import Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka import errors as kafka
from aiokafka.structs import OffsetAndMetadata

from streams.land.resume import Committed


class EpochEnded(Exception):
    """The partition is no longer ours: neither commit nor insert for it."""


class Epoch:
    """Commits while it lasts. Once ended it raises `EpochEnded` at every door."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self._ended = asyncio.Event()

    @property
    def ended(self) -> bool:
        return self._ended.is_set()

    def end(self) -> None:
        self._ended.set()

    def check(self) -> None:
        if self._ended.is_set():
            raise EpochEnded

    async def wait(self, seconds: float) -> None:
        """Sleep, unless the epoch ends meanwhile."""
        try:
            await asyncio.wait_for(self._ended.wait(), seconds)
        except TimeoutError:
            return
        raise EpochEnded

    async def commit(self, partition: TopicPartition, offset: int, metadata: str) -> None:
        """Commit; Kafka itself refuses it when the group has moved on, and so fences us."""
        self.check()
        try:
            await self._consumer.commit({partition: OffsetAndMetadata(offset, metadata)})
        except (kafka.CommitFailedError, kafka.IllegalStateError) as error:
            raise EpochEnded from error
        self.check()

    async def committed(self, partition: TopicPartition) -> Committed | None:
        """What the group has committed, with its metadata.

        aiokafka's public `committed()` drops the metadata; this asks its coordinator. A stack test holds it.
        """
        found: Mapping[Any, Any] = await self._consumer._coordinator.fetch_committed_offsets([partition])
        entry = found.get(partition)
        if entry is None or entry.offset < 0:
            return None
        return Committed(int(entry.offset), str(entry.metadata))
