"""What the gateway needs of a publisher: hand over many, learn of each where it stands in Kafka."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ioc.contracts import Envelope
from ioc.errors import IocError


class Unpublished(IocError):
    """Kafka did not acknowledge in time; the event may or may not be there: send the same id again."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where an acknowledged event stands."""

    topic: str
    partition: int
    offset: int


class Outlet(Protocol):
    async def publish(self, events: Sequence[Envelope]) -> list[Receipt | Unpublished]:
        """Send all at once, wait for all; one result an event, in order. Raises nothing."""

    async def close(self) -> None:
        """Flush what is under way, then let go."""
