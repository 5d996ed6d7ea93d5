"""Watch's lines to Kafka: commands come in from ioc.control, transitions go out to ioc.alerts.

The reader belongs to no group: who owns ioc.control is settled by the reducer's, whose commit holds
a plan that must not be disturbed. Where reading goes on stands with the answers, in the store.
"""

import asyncio
import logging
from collections.abc import Mapping
from uuid import UUID

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from ioc import connecting
from ioc.commands import KEY, Command, NotACommand, decode
from ioc.contracts import encode, kafka_key
from ioc.settings import Settings
from ioc.topics import ALERTS, CONTROL
from streams.land import cluster
from streams.watch.alert import Transition
from streams.watch.events import envelope

COMMANDS = TopicPartition(CONTROL.name, 0)
TRANSITIONS = TopicPartition(ALERTS.name, 0)
WAIT_MS = 500

log = logging.getLogger("ioc.watch")


class Lines:
    """One reader and one writer. Lives on the service's event loop; errors are those of aiokafka."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        options = {**connecting.aiokafka(settings.kafka), "client_id": "ioc-watch"}
        self._consumer = AIOKafkaConsumer(**options, enable_auto_commit=False, auto_offset_reset="earliest")
        self._producer = AIOKafkaProducer(**options, acks="all", enable_idempotence=True)
        self._ids: Mapping[str, UUID] = {}

    async def start(self) -> None:
        names = await asyncio.to_thread(cluster.names, self._settings.kafka, [CONTROL.name, ALERTS.name])
        self._ids = names.topic_ids
        await self._consumer.start()
        await self._producer.start()

    async def stop(self) -> None:
        await self._consumer.stop()
        await self._producer.stop()

    @property
    def commands_id(self) -> UUID:
        """The id of ioc.control as it was when this began."""
        return self._ids[CONTROL.name]

    @property
    def transitions_id(self) -> UUID:
        return self._ids[ALERTS.name]

    async def published_until(self) -> int:
        """The offset behind the last transition in Kafka."""
        found = await self._consumer.end_offsets([TRANSITIONS])
        return int(found[TRANSITIONS])

    def read_from(self, offset: int) -> None:
        """Read commands from an offset on; what Kafka no longer has was answered or is too old."""
        self._consumer.assign([COMMANDS])
        self._consumer.seek(COMMANDS, offset)

    async def commands(self) -> list[tuple[int, Command]]:
        """The next commands with their offsets, after half a second at most; other records are passed by."""
        fetched = await self._consumer.getmany(COMMANDS, timeout_ms=WAIT_MS)
        found = []
        for record in fetched.get(COMMANDS, []):
            if record.key != KEY:
                continue
            try:
                found.append((int(record.offset), decode(record.value or b"")))
            except NotACommand as error:
                log.warning("%s/0/%d is passed over: %s", CONTROL.name, record.offset, error)
        return found

    async def publish(self, step: Transition, tenant: str) -> None:
        """State a transition; done when Kafka has it."""
        event = envelope(step, tenant)
        await self._producer.send_and_wait(ALERTS.name, encode(event), kafka_key(event))
