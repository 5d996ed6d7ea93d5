"""What the adapter tests share: one catalogue, a clock by hand, a publisher that keeps what it is given."""

from collections.abc import Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any

from ioc.clock import FixedClock
from ioc.contracts import Envelope
from ioc.reference import Catalogue
from producers.adapters.base import EventMaker
from producers.adapters.reader import Reader

CATALOGUE = Catalogue.load(None)
RULES = CATALOGUE.rules("G09")
NOW = datetime(2026, 10, 5, 3, tzinfo=UTC)
KEY = b"khoa-kiem-thu"
CANARY = "Nguyễn-Văn-Kiểm-Thử"


def clock() -> FixedClock:
    return FixedClock(NOW)


def maker(code: str, at: FixedClock | None = None) -> EventMaker:
    return EventMaker(CATALOGUE.sources[code], RULES, at or clock())


def reader(code: str) -> Reader:
    return Reader(CATALOGUE.sources[code], RULES, clock(), lambda: KEY)


class KeepingPublisher:
    """Acknowledges at once, or fails when told to."""

    def __init__(self) -> None:
        self.events: list[Envelope] = []
        self.failing = False
        self.failing_for: set[str] = set()

    def send(self, envelope: Envelope) -> "Future[Any]":
        future: Future[Any] = Future()
        if self.failing or self.failing_for & set(names([envelope])):
            future.set_exception(TimeoutError())
        else:
            self.events.append(envelope)
            future.set_result(None)
        return future

    def flush(self) -> None:
        """Nothing waits."""


def names(events: Sequence[Envelope]) -> list[str]:
    return [event.type.removeprefix("vn.gov.ioc.").removesuffix(".v1") for event in events]


def field(event: Envelope, name: str) -> Any:
    return getattr(event.data, name)
