"""What adapters remember between files: how many events each source handed over, and which tables were taken.

One SQLite file, shared by the inbox and the command line. No content, no file names: counts and digests.
"""

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ioc.contracts import BY_NAME, Envelope
from ioc.sources import HEARTBEAT

_BEAT = BY_NAME[HEARTBEAT].type
_SCHEMA = """
CREATE TABLE IF NOT EXISTS sent (source TEXT PRIMARY KEY, epoch_ms INTEGER NOT NULL,
                                 total INTEGER NOT NULL, last_event_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS ids (source TEXT NOT NULL, id BLOB NOT NULL,
                                PRIMARY KEY (source, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (source TEXT NOT NULL, digest BLOB NOT NULL, catalogue TEXT NOT NULL,
                                  PRIMARY KEY (source, digest, catalogue)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """Distinct events of a source that Kafka acknowledged since `epoch`."""

    epoch: datetime
    total: int
    last_event: datetime


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def digest_of(path: Path) -> bytes:
    """SHA-256 of a file, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


class Memory:
    """The file `memory.sqlite` in a folder; every call is one transaction."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "memory.sqlite"
        with self._open() as database:
            database.executescript(_SCHEMA)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self._path, timeout=30)
        try:
            database.execute("PRAGMA journal_mode=WAL")
            with database:
                yield database
        finally:
            database.close()

    def add(self, source: str, events: Sequence[Envelope], now: datetime) -> None:
        """Count events that were acknowledged; an id counts once for ever, and a heartbeat is one as well.

        The count begins when the first of them was written: before any of them stood in its log.
        """
        if not events:
            return
        last = max((_ms(event.time) for event in events if event.type != _BEAT), default=0)
        began = min(_ms(now), *(_ms(event.producedat) for event in events))
        with self._open() as database:
            before = database.total_changes
            database.executemany(
                "INSERT OR IGNORE INTO ids VALUES (?, ?)",
                [(source, bytes.fromhex(event.id.replace("-", ""))) for event in events],
            )
            new = database.total_changes - before
            database.execute(
                "INSERT INTO sent VALUES (?, ?, ?, ?) ON CONFLICT (source) DO UPDATE SET "
                "total = total + excluded.total, last_event_ms = max(last_event_ms, excluded.last_event_ms)",
                (source, began, new, last),
            )

    def sent(self) -> dict[str, Sent]:
        """By system code, the sources that handed over anything."""
        with self._open() as database:
            rows = database.execute("SELECT source, epoch_ms, total, last_event_ms FROM sent").fetchall()
        return {source: Sent(_at(epoch), total, _at(last)) for source, epoch, total, last in rows}

    def knows(self, source: str, digest: bytes, catalogue: str) -> bool:
        """Whether a file of this content was taken under this version of the reference data."""
        with self._open() as database:
            found = database.execute(
                "SELECT 1 FROM files WHERE source = ? AND digest = ? AND catalogue = ?",
                (source, digest, catalogue),
            ).fetchone()
        return found is not None

    def remember(self, source: str, digest: bytes, catalogue: str) -> None:
        with self._open() as database:
            database.execute("INSERT OR IGNORE INTO files VALUES (?, ?, ?)", (source, digest, catalogue))
