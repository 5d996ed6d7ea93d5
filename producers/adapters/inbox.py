"""The inbox: a folder per source where its files are dropped, taken one by one and replaced by receipts.

It is no archive: once a file is taken its content is gone, for it may name persons. `done/` and `refused/`
keep one small receipt a file, with counts, fields and reasons, never with content; a file whose very presence
is a secret or personal does not even leave its name.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ioc.clock import Clock
from ioc.contracts import screening
from ioc.errors import IocError
from ioc.sources import Source
from producers.adapters.handover import Publisher, hand_over
from producers.adapters.importing import Importer, Summary
from producers.adapters.memory import Memory
from producers.adapters.reporting import Heartbeats, Reporter

log = logging.getLogger("ioc.inbox")
PERIOD_S = 1.0
RETRY_S = 30.0
UNFINISHED = frozenset({".tmp", ".part", ".filepart", ".crdownload"})
DONE, REFUSED = "done", "refused"
Seen = tuple[int, int]


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
        self._seen: dict[Path, Seen] = {}
        self._not_before: dict[Path, float] = {}
        for code in sources:
            (folder / code).mkdir(parents=True, exist_ok=True)

    async def run(self) -> None:
        """Look once a second until cancelled."""
        while True:
            await asyncio.to_thread(self.look)
            await asyncio.sleep(PERIOD_S)

    def look(self) -> None:
        """Take every file that has not changed since the last look; send the heartbeats that are due."""
        backlog: dict[str, int] = {}
        seen: dict[Path, Seen] = {}
        for code, path in self._files():
            now = self._state(path)
            if now is None:
                continue
            settled = self._seen.get(path) == now
            if (
                settled
                and self._clock.monotonic() >= self._not_before.get(path, 0)
                and self._take(code, path)
            ):
                continue
            seen[path] = now
            backlog[code] = backlog.get(code, 0) + 1
        self._seen = seen
        self._beat(backlog)

    def _files(self) -> Iterator[tuple[str, Path]]:
        for code in self._sources:
            folder = self._folder / code
            for path in sorted(folder.iterdir()) if folder.is_dir() else ():
                hidden = path.name.startswith(".") or path.suffix.lower() in UNFINISHED
                if not hidden and path.is_file() and not path.is_symlink():
                    yield code, path

    def _state(self, path: Path) -> Seen | None:
        try:
            stat = path.stat()
        except OSError:
            return None
        return stat.st_size, stat.st_mtime_ns

    def _take(self, code: str, path: Path) -> bool:
        """Take one file; False when it has to be tried again later."""
        source = self._sources[code]
        try:
            importer = self._importers.get(code)
            if importer is None:
                importer = self._importers[code] = self._importer_of(source)
            summary = importer.take(path)
            hand_over(self._publisher, self._reporter.rejections(source, summary.refused))
        except (IocError, OSError) as error:
            log.warning("%s: a file has to wait (%s)", code, error.__class__.__name__)
            self._not_before[path] = self._clock.monotonic() + RETRY_S
            return False
        self._not_before.pop(path, None)
        self._receipt(path, summary)
        path.unlink(missing_ok=True)
        return True

    def _receipt(self, path: Path, summary: Summary) -> None:
        silent = any(each.reason.unmentionable for each in summary.refused) or _unmentionable(path.name)
        folder = path.parent / (REFUSED if summary.refused else DONE)
        folder.mkdir(exist_ok=True)
        stamp = self._clock.now().strftime("%Y%m%dT%H%M%S")
        name = f"{stamp}-tep-bi-tu-choi" if silent else f"{stamp}-{path.name}"
        receipt = folder / f"{name}.txt"
        number = 1
        while receipt.exists():
            number += 1
            receipt = folder / f"{name}-{number}.txt"
        lines = [f"read {summary.read}", f"published {summary.published}", f"refused {len(summary.refused)}"]
        lines += [f"{'' if silent else each.where}\t{each.field}\t{each.text}" for each in summary.refused]
        receipt.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _beat(self, backlog: Mapping[str, int]) -> None:
        try:
            beats = self._heartbeats.due(self._memory.sent(), backlog)
            hand_over(self._publisher, beats)
            for beat in beats:
                self._memory.add(beat.subject, [beat], self._clock.now())
        except IocError as error:
            log.warning("heartbeats were not acknowledged (%s)", error.__class__.__name__)


def _unmentionable(name: str) -> bool:
    """A file's name that says a secrecy marking or a number of a person."""
    stem = name.replace("_", " ").replace("-", " ")
    return any(
        screening.is_secret(text) or screening.is_personal(text) for text in (name, stem, *stem.split())
    )
