"""A pretended Kafka behind the SDK's `send_raw`, and a spool that is driven turn by turn."""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path
from threading import Event

from kafka import errors

from ioc.clock import FixedClock
from ioc.contracts import Envelope, kafka_key
from producers.sdk import PublishFailed, Receipt, _failed
from producers.spool.file import SpoolFile
from producers.spool.sending import Sender
from tests.unit.contracts.events import NOW, event

KEEP = timedelta(hours=24)
ROOM = 1 << 20
GONE: Exception = errors.KafkaTimeoutError()
TOO_LARGE: Exception = errors.MessageSizeTooLargeError()


class Log:
    """What Kafka holds, in order. `refuse` says what it answers to a record instead of a receipt."""

    def __init__(self) -> None:
        self.records: list[tuple[str, bytes, bytes]] = []
        self.refuse: Callable[[bytes], BaseException | None] = lambda value: None
        self.away = False
        self.connected = self.closed = 0

    def connect(self) -> "Log":
        self.connected += 1
        if self.away:
            raise PublishFailed("Kafka does not answer", retryable=True)
        return self

    def send_raw(self, topic: str, key: bytes | None, value: bytes | None) -> "Future[Receipt]":
        future: Future[Receipt] = Future()
        assert key is not None and value is not None
        error = GONE if self.away else self.refuse(value)
        if error is not None:
            future.set_exception(_failed(topic, error))
        else:
            self.records.append((topic, key, value))
            future.set_result(Receipt(topic, 0, len(self.records) - 1))
        return future

    def close(self, timeout: float = 10.0) -> None:
        self.closed += 1


class Spool:
    """File and sender of a spool without its thread."""

    def __init__(self, folder: Path, log: Log, *, limit: int = ROOM, clock: FixedClock | None = None) -> None:
        self.folder, self.log = folder, log
        self.clock = clock or FixedClock(NOW)
        folder.mkdir(exist_ok=True)
        self.file = SpoolFile(folder, limit, self.clock.now())
        self.sender = Sender(self.file, log.connect, self.clock, KEEP, Event())

    def put(self, *events: Envelope) -> None:
        self.file.put(events, self.clock.now())

    def drain(self) -> None:
        """Turns until nothing waits, or Kafka is away."""
        while self.sender.turn() == 0.0:
            pass

    def again(self) -> "Spool":
        """The same folder after the process died: nothing was told to end."""
        self.file.close()
        return Spool(self.folder, self.log, clock=self.clock)


def case(n: int, subject: int = 0) -> Envelope:
    """The n-th event, of the `subject`-th case."""
    ref = f"000.00.01.G09-261120-{subject:04d}"
    return event("dossier.resolved", n, dossier_ref=ref)


def key_of(envelope: Envelope) -> bytes:
    return kafka_key(envelope)
