"""Taking files: read, hand over, count. Shared by `ioc import` and the inbox."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ioc.clock import Clock
from ioc.contracts import Envelope
from producers.adapters.base import Item, Refused
from producers.adapters.handover import WINDOW, Publisher, hand_over
from producers.adapters.memory import Memory, digest_of
from producers.adapters.reader import Reader


class Calls(Protocol):
    """What takes saved calls of the portal's synchronisation (`portal.files`)."""

    def take(self, where: str, path: Path) -> Iterable[Item]:
        """The items of one file; their events are acknowledged and counted already."""


@dataclass(slots=True)
class Summary:
    """What became of some input. `read`: pieces of input; `published`: events that Kafka acknowledged."""

    read: int = 0
    published: int = 0
    refused: list[Refused] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "read": self.read,
            "published": self.published,
            "refused": [each.as_json() for each in self.refused],
        }

    def add(self, other: "Summary") -> None:
        self.read += other.read
        self.published += other.published
        self.refused += other.refused


Progress = Callable[[int], None]


def _ignore(_: int) -> None:
    """Nobody watches."""


class Importer:
    """Takes the files of one source."""

    def __init__(
        self,
        reader: Reader,
        publisher: Publisher,
        memory: Memory,
        clock: Clock,
        *,
        catalogue: str,
        calls: Calls | None = None,
    ) -> None:
        self.source = reader.source
        self._reader = reader
        self._publisher = publisher
        self._memory = memory
        self._clock = clock
        self._catalogue = catalogue
        self._calls = calls

    def take(self, path: Path, progress: Progress = _ignore) -> Summary:
        """One file, to its end. A table that was taken before changes nothing: nothing is read again.

        Raises `NotAcknowledged`; the file may then be taken again, its events keep their ids.
        """
        code = self.source.system_code
        digest = digest_of(path) if self._reader.is_table(path) else None
        if digest is not None and self._memory.knows(code, digest, self._catalogue):
            return Summary()
        if self._calls is not None and self._reader.is_call(path):
            summary = self._count(self._calls.take(path.name, path), progress, sent=True)
        else:
            summary = self._count(self._reader.read(path), progress, sent=False)
        if digest is not None:
            self._memory.remember(code, digest, self._catalogue)
        return summary

    def _count(self, items: Iterable[Item], progress: Progress, *, sent: bool) -> Summary:
        summary = Summary()
        waiting: list[Envelope] = []
        for item in items:
            summary.read += 1
            summary.published += len(item.events)
            summary.refused += item.refused
            waiting += [] if sent else item.events
            if len(waiting) >= WINDOW:
                self._send(waiting)
                waiting = []
            progress(1)
        self._send(waiting)
        return summary

    def _send(self, events: list[Envelope]) -> None:
        if events:
            hand_over(self._publisher, events)
            self._memory.add(self.source.system_code, events, self._clock.now())
