"""Publish events straight into Kafka: one class, one receipt, one error.

A receipt means that Kafka has the record (acks=all): it will be counted once or stand in quarantine with its
reason. Sending an event again under the same id is safe, so a retryable failure is answered by sending again.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError, RetriableError

from ioc import failpoints
from ioc.connecting import kafka_python
from ioc.contracts import TYPES, Envelope, encode, kafka_key
from ioc.errors import IocError
from ioc.settings import Kafka
from producers.reviving import revive

LINGER_MS = 5
CONNECT_MS = 15_000
DELIVERY_MS = 60_000
"""Kafka's own retries of one batch end here; until then a send is neither in nor lost."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where Kafka keeps the acknowledged record."""

    topic: str
    partition: int
    offset: int


class PublishFailed(IocError):
    """Kafka did not acknowledge a record. `retryable`: send the same event again, it still counts once;
    otherwise the record or the settings must change first."""

    def __init__(self, sentence: str, *, retryable: bool) -> None:
        super().__init__(sentence)
        self.retryable = retryable


def _failed(topic: str, error: BaseException) -> PublishFailed:
    retryable = isinstance(error, RetriableError) or not isinstance(
        error, KafkaError | ValueError | TypeError
    )
    what = "send the same event again" if retryable else "the record or the settings must change first"
    failed = PublishFailed(
        f"topic {topic}: the record was not acknowledged ({type(error).__name__}); {what}",
        retryable=retryable,
    )
    failed.__cause__ = error
    return failed


class Publisher:
    """An idempotent producer of one source system; share one among threads, close it at the end.

    Raises `PublishFailed` when no broker answers within 15 s.
    """

    def __init__(
        self,
        kafka: Kafka,
        *,
        client_id: str,
        connect: Callable[..., Any] = KafkaProducer,
        told: Callable[[int], None] | None = None,
    ) -> None:
        """`told`: given the time at which Kafka appended a record, in ms, as each is acknowledged."""
        self._told = told
        try:
            self._producer = connect(
                **kafka_python(kafka),
                client_id=client_id,
                acks="all",
                enable_idempotence=True,
                compression_type="lz4",
                linger_ms=LINGER_MS,
                max_block_ms=CONNECT_MS,
                bootstrap_timeout_ms=CONNECT_MS,
                delivery_timeout_ms=DELIVERY_MS,
            )
        except KafkaError as error:
            raise PublishFailed(
                f"Kafka at {kafka.bootstrap} does not answer ({type(error).__name__})", retryable=True
            ) from error

    def send(self, envelope: Envelope) -> "Future[Receipt]":
        """Hand over one event. The future holds its receipt, or raises `PublishFailed`."""
        topic = TYPES[envelope.type].topic.name
        return self.send_raw(topic, kafka_key(envelope), encode(envelope))

    def send_raw(self, topic: str, key: bytes | None, value: bytes | None) -> "Future[Receipt]":
        """Hand over bytes as they are, unchecked: for replays and for tests of what must be refused."""
        future: Future[Receipt] = Future()
        future.set_running_or_notify_cancel()
        revive(self._producer)
        try:
            sent = self._producer.send(topic, value=value, key=key)
        except (KafkaError, ValueError, TypeError, AssertionError) as error:
            future.set_exception(_failed(topic, error))
            return future
        failpoints.hit("P2")

        def acknowledged(at: Any) -> None:
            if self._told is not None:
                self._told(at.timestamp)
            future.set_result(Receipt(at.topic, at.partition, at.offset))

        sent.add_callback(acknowledged)
        sent.add_errback(lambda error: future.set_exception(_failed(topic, error)))
        return future

    def publish(self, envelope: Envelope, timeout: float = 30.0) -> Receipt:
        """Send one event and wait up to `timeout` seconds for its receipt. Raises `PublishFailed`."""
        try:
            return self.send(envelope).result(timeout)
        except TimeoutError:
            pass
        raise PublishFailed(
            f"event {envelope.id}: no receipt within {timeout:g} s; send the same event again", retryable=True
        )

    def publish_all(self, envelopes: Iterable[Envelope], timeout: float = 60.0) -> list[Receipt]:
        """Send many events, then wait for all receipts, in order. Raises the first `PublishFailed`."""
        under_way = [self.send(envelope) for envelope in envelopes]
        self.flush(timeout)
        return [future.result(timeout) for future in under_way]

    def flush(self, timeout: float | None = None) -> None:
        """Wait until all that was sent is acknowledged or has failed; `PublishFailed` after `timeout` s."""
        try:
            self._producer.flush(timeout)
        except KafkaError as error:
            raise PublishFailed(
                f"records are still under way ({type(error).__name__}); wait on or send again", retryable=True
            ) from error

    def close(self, timeout: float = 10.0) -> None:
        """Send what is waiting and leave; what Kafka has not acknowledged after `timeout` s fails."""
        self._producer.close(timeout)

    def __enter__(self) -> "Publisher":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()
