"""Taking files: read, hand over, count. Shared by `ioc import` and the inbox."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ioc.clock import Clock
from ioc.contracts import Envelope, Reason
from producers.adapters.base import Item, Refused
from producers.adapters.handover import WINDOW, Publisher, hand_over
from producers.adapters.memory import Memory, digest_of
from producers.adapters.reader import Reader, shown
from producers.adapters.reporting import Reporter

MOST = 1_000
"""Refusals of one file that are kept, told and listed; the others are counted."""


class Calls(Protocol):
    """What takes saved calls of the portal's synchronisation (`portal.files`)."""

    def take(self, where: str, path: Path) -> Iterable[Item]:
        """The items of one file; their events are acknowledged and counted already."""


@dataclass(slots=True)
class Summary:
    """What became of some input. `read`: pieces of input; `published`: events that Kafka acknowledged;
    `refused`: the first `MOST` refusals; `unlisted`: how many came after them; `unmentionable`: whether any
    was for what may not even be named."""

    read: int = 0
    published: int = 0
    refused: list[Refused] = field(default_factory=list)
    unlisted: int = 0
    unmentionable: bool = False

    @property
    def refusals(self) -> int:
        """All of them, listed or not."""
        return len(self.refused) + self.unlisted

    def as_json(self) -> dict[str, Any]:
        return {
            "read": self.read,
            "published": self.published,
            "refusals": self.refusals,
            "refused": [each.as_json() for each in self.refused],
        }

    def refuse(self, refused: Sequence[Refused]) -> None:
        """Keep what there is still room for, count the rest."""
        listed = refused[: MOST - len(self.refused)]
        self.refused += listed
        self.unlisted += len(refused) - len(listed)
        self.unmentionable |= any(each.reason.unmentionable for each in refused)

    def add(self, other: "Summary") -> None:
        self.read += other.read
        self.published += other.published
        self.refuse(other.refused)
        self.unlisted += other.unlisted
        self.unmentionable |= other.unmentionable


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

    def take(self, path: Path, reporter: Reporter, progress: Progress = _ignore) -> Summary:
        """One file, to its end, and what was refused in it told to the centre. A table that was taken whole
        before changes nothing: nothing is read again.

        Raises `NotAcknowledged`; the file may then be taken again, its events keep their ids.
        """
        code = self.source.system_code
        digest, is_table = digest_of(path), self._reader.is_table(path)
        if is_table and self._memory.knows(code, digest, self._catalogue):
            return Summary()
        if self._calls is not None and self._reader.is_call(path):
            summary = self._count(self._calls.take(shown(path), path), progress, sent=True)
        else:
            summary = self._count(self._reader.read(path), progress, sent=False)
        self._tell(summary, digest, reporter)
        # What was refused may be taken later: a day that is still to come, a refusal that nobody heard of.
        if is_table and not summary.refusals:
            self._memory.remember(code, digest, self._catalogue)
        return summary

    def refuse(self, path: Path, reporter: Reporter) -> Summary:
        """A file that cannot be read, for whatever reason. Raises `NotAcknowledged`."""
        where = shown(path)
        summary = Summary(read=1)
        summary.refuse([Refused(where, "", Reason.undecodable, "a file that can be read to its end")])
        self._tell(summary, digest_of(path), reporter)
        return summary

    def _tell(self, summary: Summary, digest: bytes, reporter: Reporter) -> None:
        if summary.refused:
            told = self._memory.told(self.source.system_code, digest, self._clock.now())
            hand_over(self._publisher, reporter.rejections(self.source, summary.refused, told))

    def _count(self, items: Iterable[Item], progress: Progress, *, sent: bool) -> Summary:
        summary = Summary()
        waiting: list[Envelope] = []
        for item in items:
            summary.read += 1
            summary.published += len(item.events)
            summary.refuse(item.refused)
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
