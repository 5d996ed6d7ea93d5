"""Handing events over: a bounded number under way, counted only once Kafka acknowledged."""

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any, Protocol

from ioc.contracts import Envelope
from ioc.errors import IocError

WINDOW = 2_000
ACK_TIMEOUT_S = 60.0


class NotAcknowledged(IocError):
    """Kafka did not acknowledge in time; the same input may be read again, its events keep their ids."""


class Publisher(Protocol):
    """What is needed of `producers.sdk.Publisher`."""

    def send(self, envelope: Envelope) -> "Future[Any]":
        """Hand over one event; the future is done when Kafka acknowledged it."""

    def flush(self) -> None:
        """Send what is waiting."""


def hand_over(publisher: Publisher, events: Sequence[Envelope]) -> None:
    """Send all and wait for all. Raises `NotAcknowledged`, after which any of them may be in Kafka or not."""
    for start in range(0, len(events), WINDOW):
        window = events[start : start + WINDOW]
        try:
            under_way = [publisher.send(event) for event in window]
            publisher.flush()
            for future in under_way:
                future.result(timeout=ACK_TIMEOUT_S)
        except Exception as error:
            raise NotAcknowledged(
                f"Kafka did not acknowledge {len(window)} events ({error.__class__.__name__}); send again"
            ) from error
