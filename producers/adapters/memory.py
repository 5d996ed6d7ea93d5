"""What adapters remember between files: how many events each source handed over, which tables were taken
whole, and under which mark refusals were told.

One SQLite file, shared by the inbox and the command line. No content, no file names: counts and digests.
"""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ioc.contracts import Envelope
from producers import counting
from producers.counting import Sent
from producers.durable import transaction

_SCHEMA = f"""
{counting.SCHEMA}
CREATE TABLE IF NOT EXISTS files (source TEXT NOT NULL, digest BLOB NOT NULL, catalogue TEXT NOT NULL,
                                  PRIMARY KEY (source, digest, catalogue)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refusals (source TEXT NOT NULL, digest BLOB NOT NULL, mark TEXT NOT NULL,
                                     at_ms INTEGER NOT NULL, PRIMARY KEY (source, digest)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Told:
    """What the refusals of one file are told under, however often: by chance, so that no id is a hash of the
    content, and since when."""

    mark: uuid.UUID
    since: datetime


def digest_of(path: Path) -> bytes:
    """SHA-256 of a file, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


class Memory:
    """The file `memory.sqlite` in a folder; every call is one transaction."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "memory.sqlite"
        with transaction(self._path) as database:
            database.executescript(_SCHEMA)

    def add(self, source: str, events: Sequence[Envelope], now: datetime) -> None:
        """Count events that were acknowledged; see `counting.count`."""
        if events:
            with transaction(self._path) as database:
                counting.count(database, source, events, now)

    def sent(self) -> dict[str, Sent]:
        """By system code, the sources that handed over anything."""
        with transaction(self._path) as database:
            return counting.sent(database)

    def knows(self, source: str, digest: bytes, catalogue: str) -> bool:
        """Whether a file of this content was taken under this version of the reference data."""
        with transaction(self._path) as database:
            found = database.execute(
                "SELECT 1 FROM files WHERE source = ? AND digest = ? AND catalogue = ?",
                (source, digest, catalogue),
            ).fetchone()
        return found is not None

    def remember(self, source: str, digest: bytes, catalogue: str) -> None:
        with transaction(self._path) as database:
            database.execute("INSERT OR IGNORE INTO files VALUES (?, ?, ?)", (source, digest, catalogue))

    def told(self, source: str, digest: bytes, now: datetime) -> Told:
        """Under what refusals in a file of this content are told: from now on, or as they were before."""
        with transaction(self._path) as database:
            database.execute(
                "INSERT OR IGNORE INTO refusals VALUES (?, ?, ?, ?)",
                (source, digest, str(uuid.uuid4()), counting.ms(now)),
            )
            mark, at_ms = database.execute(
                "SELECT mark, at_ms FROM refusals WHERE source = ? AND digest = ?", (source, digest)
            ).fetchone()
        return Told(uuid.UUID(mark), counting.instant(at_ms))
