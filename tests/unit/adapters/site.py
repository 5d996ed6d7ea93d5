"""A stack's data folder with an inbox, for tests of files."""

import json
from collections.abc import Iterator
from pathlib import Path

from ioc.settings import Settings
from producers.adapters.inbox import Inbox
from producers.adapters.reporting import Heartbeats
from producers.adapters.wiring import Adapters
from tests.unit.adapters.support import CATALOGUE, KeepingPublisher, clock, names


class Site:
    """A stack's data folder with an inbox, a publisher and the time."""

    def __init__(self, data: Path, rest_s: float = 0, publisher: KeepingPublisher | None = None) -> None:
        self.data = data
        self.clock = clock()
        self.publisher = publisher or KeepingPublisher()
        keys = {code: {"pseudonym_key": "k"} for code in CATALOGUE.sources}
        (data / "credentials.json").write_text(json.dumps({"sources": keys}), encoding="utf-8")
        self.adapters = Adapters(Settings(data=data), CATALOGUE, self.clock, self.publisher)
        self.memory = self.adapters.memory
        self.inbox = Inbox(
            data / "inbox",
            CATALOGUE.sources,
            self.adapters.importer,
            publisher=self.publisher,
            memory=self.memory,
            reporter=self.adapters.reporter,
            heartbeats=Heartbeats(CATALOGUE.sources, self.adapters.reporter, self.clock),
            clock=self.clock,
            rest_s=rest_s,
        )

    def drop(self, code: str, name: str, content: str | bytes) -> Path:
        path = self.data / "inbox" / code / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def look(self, times: int = 3) -> list[str]:
        """Kinds of the events that some looks brought: one sees a file, one takes it, one removes it."""
        before = len(self.publisher.events)
        for _ in range(times):
            self.inbox.look()
        return names(self.publisher.events[before:])

    def receipts(self, code: str) -> Iterator[tuple[str, str]]:
        for path in sorted((self.data / "inbox" / code).rglob("*.txt")):
            yield path.parent.name, path.read_text(encoding="utf-8")

    def everything(self) -> bytes:
        """All bytes and all names under the data folder."""
        files = [path for path in self.data.rglob("*") if path.is_file()]
        return b"".join(str(path).encode() + path.read_bytes() for path in files)
