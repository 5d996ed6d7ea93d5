"""Where generated records go: Kafka, a file, or nowhere."""

import asyncio
import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, NoReturn, Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from ioc import connecting
from ioc.errors import IocError
from ioc.settings import Kafka
from producers.simulator.sender import Record


class NotSent(IocError):
    """Kafka did not acknowledge; the run stops, and what the journal holds beyond that point is unsure."""


class Sink(Protocol):
    async def send(self, records: Sequence[Record]) -> None:
        """Hand over, in order; may return before the acknowledgement."""

    async def settle(self) -> None:
        """Wait until everything handed over is acknowledged. Raises `NotSent`; then send it again."""

    async def close(self) -> None:
        """Settle, then let go. Raises `NotSent`."""


class Nowhere:
    async def send(self, records: Sequence[Record]) -> None:
        """Forget them."""

    async def settle(self) -> None:
        """Nothing is under way."""

    async def close(self) -> None:
        """There is nothing to let go of."""


class File:
    """The values, one a line, as they would have been sent."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: IO[bytes] = path.open("wb")

    async def send(self, records: Sequence[Record]) -> None:
        self._file.writelines(record.value + b"\n" for record in records)

    async def settle(self) -> None:
        self._file.flush()

    async def close(self) -> None:
        self._file.close()


class Stream:
    """An idempotent aiokafka producer: 3 times as fast as one call an event of kafka-python."""

    def __init__(self, kafka: Kafka, under_way: int = 20_000) -> None:
        self._options: dict[str, Any] = {
            "client_id": "ioc-simulator",
            "acks": "all",
            "enable_idempotence": True,
            "linger_ms": 20,
            "max_batch_size": 512 * 1024,
            "request_timeout_ms": 60_000,
            **connecting.aiokafka(kafka),
        }
        self._limit = under_way
        self._producer: AIOKafkaProducer | None = None
        self._waiting: list[asyncio.Future[Any]] = []

    async def send(self, records: Sequence[Record]) -> None:
        try:
            producer = await self._started()
            for record in records:
                self._waiting.append(await producer.send(record.topic, record.value, record.key))
        except (KafkaError, OSError) as error:
            await self._give_up(error)
        if len(self._waiting) >= self._limit:
            await self.settle()

    async def settle(self) -> None:
        waiting, self._waiting = self._waiting, []
        try:
            await asyncio.gather(*waiting)
        except (KafkaError, OSError) as error:
            await self._give_up(error)

    async def close(self) -> None:
        await self.settle()
        if self._producer is not None:
            await self._producer.stop()

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(**self._options)
            try:
                await producer.start()
            except (KafkaError, OSError):
                await producer.stop()
                raise
            self._producer = producer
        return self._producer

    async def _give_up(self, error: Exception) -> NoReturn:
        """An idempotent producer that failed once is of no use: the next `send` starts a new one."""
        producer, self._producer = self._producer, None
        waiting, self._waiting = self._waiting, []
        await asyncio.gather(*waiting, return_exceptions=True)
        if producer is not None:
            with contextlib.suppress(KafkaError, OSError):
                await producer.stop()
        raise NotSent(f"Kafka did not acknowledge the events ({error.__class__.__name__})") from error
