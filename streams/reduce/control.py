"""ioc.control: its single partition belongs to one reducer at a time, and its commit holds the plan.

The offset that is committed never moves: only the metadata beside it speaks. A commit by a process that has
lost the partition is refused by the broker, so two reducers cannot both plan a tick.
"""

import asyncio
import logging
from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from aiokafka.structs import OffsetAndMetadata

from ioc import connecting
from ioc.errors import IocError
from ioc.settings import Settings
from ioc.topics import CONTROL
from streams.land import cluster

GROUP = "ioc-reduce"
SESSION_MS = 8_000
COMMIT_S = 10.0
PLACE = TopicPartition(CONTROL.name, 0)

log = logging.getLogger("ioc.reduce")


class NotOwner(IocError):
    """Another process reduces now, or Kafka did not confirm that this one still does."""


class ControlLog:
    """The membership of this process in the reducers' group. Lives on the service's event loop."""

    def __init__(self, settings: Settings) -> None:
        self.owned = asyncio.Event()
        self.epoch = 0
        self._loop = asyncio.get_running_loop()
        self._consumer = AIOKafkaConsumer(
            **connecting.aiokafka(settings.kafka),
            client_id="ioc-reduce",
            group_id=GROUP,
            group_instance_id=cluster.member(settings, "reduce"),
            session_timeout_ms=SESSION_MS,
            heartbeat_interval_ms=SESSION_MS // 4,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )

    async def start(self) -> None:
        self._consumer.subscribe([CONTROL.name], listener=_Listener(self))
        await self._consumer.start()

    async def stop(self) -> None:
        await self._consumer.stop()

    async def committed(self) -> str:
        """The plan beside the committed offset; empty when there is none."""
        held = await self._consumer._coordinator.fetch_committed_offsets([PLACE])
        found = held.get(PLACE)
        return str(found.metadata) if found is not None and found.metadata else ""

    async def keep_polling(self) -> None:
        """The group trusts only members that poll; there is nothing to read here yet."""
        self._consumer.pause(*self._consumer.assignment())
        await self._consumer.getmany(timeout_ms=0)

    def commit(self, text: str) -> None:
        """Keep a plan; called from the reducer's thread. Raises `NotOwner` when the broker does not."""
        kept = {PLACE: OffsetAndMetadata(0, text)}
        future = asyncio.run_coroutine_threadsafe(self._consumer.commit(kept), self._loop)
        try:
            future.result(COMMIT_S)
        except (CommitFailedError, IllegalStateError, KafkaError, TimeoutError) as error:
            future.cancel()
            name = error.__class__.__name__
            raise NotOwner(f"{CONTROL.name}/0: the plan was not confirmed ({name})") from error


class Holding:
    """ioc.control as one owner holds it, until it is taken from him: also if he gets it back afterwards."""

    def __init__(self, control: ControlLog) -> None:
        self._control = control
        self._epoch = control.epoch

    def check(self) -> None:
        """As far as this process knows, nobody else has written since. Raises `NotOwner`."""
        if not self._control.owned.is_set() or self._control.epoch != self._epoch:
            raise NotOwner(f"{CONTROL.name}/0 was given to another reducer")

    def commit(self, text: str) -> None:
        """Keep a plan; called from the reducer's thread. Raises `NotOwner`."""
        self.check()
        self._control.commit(text)


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    def __init__(self, control: ControlLog) -> None:
        self._control = control

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self._control.owned.clear()

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        if PLACE in assigned:
            self._control.epoch += 1
            self._control.owned.set()
