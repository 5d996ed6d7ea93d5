"""The inbox: a folder per source where its files are dropped, taken one by one and replaced by receipts.

It is no archive: once a file is taken its content is gone, for it may name persons. `done/` and `refused/`
keep one small receipt each time a file was taken, with counts, fields and reasons, never with content; a file
whose very presence is a secret or personal does not even leave its name.

Nobody says when a file is complete, so it has to rest before it is taken, and again before it is removed.
What changed in between is taken again: events are counted once, because their ids come from the content.
"""

import asyncio
import logging
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ioc.clock import Clock
from ioc.contracts import screening
from ioc.errors import IocError
from ioc.sources import Source
from producers.adapters.handover import Publisher, hand_over
from producers.adapters.importing import Importer, Summary
from producers.adapters.memory import Memory
from producers.adapters.reader import shown
from producers.adapters.reporting import Heartbeats, Reporter

log = logging.getLogger("ioc.inbox")
PERIOD_S = 1.0
REST_S = 10.0
"""A transfer over a network stalls for seconds; nobody waits for a dropped file by the second."""
RETRY_S = 30.0
TRIES = 3
UNFINISHED = frozenset({".tmp", ".part", ".filepart", ".crdownload"})
DONE, REFUSED = "done", "refused"
MAX_NAME = 160
"""Bytes of a file's name that its receipt repeats: file systems end at 255, and more is put around it."""
CIRCUMSTANCES = (IocError, OSError, sqlite3.Error, MemoryError)
"""What says nothing about a file: it waits until Kafka, disk and memory are back, however long."""
Seen = tuple[int, int, int, int]


@dataclass(slots=True)
class Standing:
    """A file as it stands there. `due`: when something is to be done with it, unless it changes before;
    `failures`: how often it could not be taken, for no reason outside of it."""

    seen: Seen
    due: float
    taken: bool = False
    failures: int = 0


class Inbox:
    """Watches `<folder>/<system_code>/`. `importer_of` is asked once for each source that has a file."""

    def __init__(
        self,
        folder: Path,
        sources: Mapping[str, Source],
        importer_of: Callable[[Source], Importer],
        *,
        publisher: Publisher,
        memory: Memory,
        reporter: Reporter,
        heartbeats: Heartbeats,
        clock: Clock,
        rest_s: float = REST_S,
    ) -> None:
        self._folder = folder
        self._sources = sources
        self._importer_of = importer_of
        self._importers: dict[str, Importer] = {}
        self._publisher = publisher
        self._memory = memory
        self._reporter = reporter
        self._heartbeats = heartbeats
        self._clock = clock
        self._rest_s = rest_s
        self._standing: dict[Path, Standing] = {}
        self._unusable: set[str] = set()
        for code in sources:
            (folder / code).mkdir(parents=True, exist_ok=True)

    async def run(self) -> None:
        """Look once a second until cancelled."""
        while True:
            await asyncio.to_thread(self.look)
            await asyncio.sleep(PERIOD_S)

    def look(self) -> None:
        """Take every file that rested, remove every one that rested again; send heartbeats that are due."""
        backlog: dict[str, int] = {}
        standing: dict[Path, Standing] = {}
        for code, path, seen in self._files():
            file = self._standing.get(path)
            if file is None or file.seen != seen:
                file = Standing(seen, self._clock.monotonic() + self._rest_s)
            elif self._clock.monotonic() >= file.due and self._act(code, path, file):
                continue
            standing[path] = file
            backlog[code] = backlog.get(code, 0) + (not file.taken)
        self._standing = standing
        self._beat(backlog)

    def _files(self) -> Iterator[tuple[str, Path, Seen]]:
        """What stands there to be taken, each looked at only when it is its turn."""
        for code in self._sources:
            for path in self._names(code):
                hidden = path.name.startswith(".") or path.suffix.lower() in UNFINISHED
                seen = None if hidden else _seen(path)
                if seen is not None:
                    yield code, path, seen

    def _names(self, code: str) -> list[Path]:
        """What the folder of a source holds; nothing while it cannot be used, which is said once."""
        folder = self._folder / code
        try:
            for name in (DONE, REFUSED):
                _make_room(folder / name)
            names = sorted(folder.iterdir())
        except OSError as error:
            if code not in self._unusable:
                log.warning("%s: its inbox cannot be used (%s)", code, error.__class__.__name__)
            self._unusable.add(code)
            return []
        self._unusable.discard(code)
        return names

    def _act(self, code: str, path: Path, file: Standing) -> bool:
        """Take the file, or remove it if it was taken; whether it is gone. Nothing stops the others."""
        try:
            if file.taken:
                # It was looked at this very moment: what is removed is what was taken.
                path.unlink(missing_ok=True)
                return True
            self._take(code, path, file)
            file.due = self._clock.monotonic() + self._rest_s
        except CIRCUMSTANCES as error:
            log.warning("%s: a file has to wait (%s)", code, error.__class__.__name__)
            file.due = self._clock.monotonic() + RETRY_S
        except Exception as error:
            log.error("%s: a file could not be taken (%s)", code, error.__class__.__name__)
            file.failures += 1
            file.due = self._clock.monotonic() + RETRY_S
        return False

    def _take(self, code: str, path: Path, file: Standing) -> None:
        importer = self._importers.get(code)
        if importer is None:
            importer = self._importers[code] = self._importer_of(self._sources[code])
        take = importer.take if file.failures < TRIES else importer.refuse
        self._receipt(path, take(path, self._reporter))
        file.taken = True

    def _receipt(self, path: Path, summary: Summary) -> None:
        silent = summary.unmentionable or _unmentionable(path.name)
        folder = path.parent / (REFUSED if summary.refusals else DONE)
        folder.mkdir(exist_ok=True)
        stamp = self._clock.now().strftime("%Y%m%dT%H%M%S")
        name = f"{stamp}-tep-bi-tu-choi" if silent else f"{stamp}-{_shortened(shown(path))}"
        receipt = folder / f"{name}.txt"
        number = 1
        while receipt.exists():
            number += 1
            receipt = folder / f"{name}-{number}.txt"
        lines = [f"read {summary.read}", f"published {summary.published}", f"refused {summary.refusals}"]
        lines += [f"{'' if silent else each.where}\t{each.field}\t{each.text}" for each in summary.refused]
        lines += [f"not listed {summary.unlisted}"] if summary.unlisted else []
        receipt.write_text("\n".join(lines) + "\n", encoding="utf-8", errors="backslashreplace")

    def _beat(self, backlog: Mapping[str, int]) -> None:
        try:
            beats = self._heartbeats.due(self._memory.sent(), backlog)
            hand_over(self._publisher, beats)
            for beat in beats:
                self._memory.add(beat.subject, [beat], self._clock.now())
        except CIRCUMSTANCES as error:
            log.warning("heartbeats were not acknowledged (%s)", error.__class__.__name__)


def _seen(path: Path) -> Seen | None:
    """What changes when a file is written to or another put in its place; `None` for what is no file."""
    try:
        found = path.lstat()
    except OSError:
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _make_room(path: Path) -> None:
    """For a folder of receipts: what was dropped under its name gets another, and its turn by that."""
    if path.is_dir() or not os.path.lexists(path):
        return
    number = 1
    while os.path.lexists(aside := path.with_name(f"{path.name}-{number}")):
        number += 1
    path.rename(aside)


def _shortened(name: str) -> str:
    return name.encode()[:MAX_NAME].decode(errors="ignore")


def _unmentionable(name: str) -> bool:
    """A file's name that says a secrecy marking or a number of a person."""
    stem = name.replace("_", " ").replace("-", " ")
    return any(
        screening.is_secret(text) or screening.is_personal(text) for text in (name, stem, *stem.split())
    )
