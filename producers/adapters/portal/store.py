"""Where dossiers' states live: one SQLite file, written through to the disk before and after Kafka.

A change is first written down with its events (`begin`), then sent, then made the state (`commit`). After
a crash in between the very same events are sent again before anything new is worked out: nothing is told
twice differently and nothing is left untold.
"""

import fcntl
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import orjson

from producers.adapters.portal.state import State
from producers.durable import transaction

_SCHEMA = """
CREATE TABLE IF NOT EXISTS dossiers (source TEXT NOT NULL, ref TEXT NOT NULL, state BLOB NOT NULL,
                                     PRIMARY KEY (source, ref)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pending (source TEXT NOT NULL, ref TEXT NOT NULL, state BLOB NOT NULL,
                                    events BLOB NOT NULL, PRIMARY KEY (source, ref)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS whole (source TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_STRIPES = 64


@dataclass(frozen=True, slots=True)
class Change:
    """A dossier's next state and the events (wire form) that lead to it."""

    state: State
    events: tuple[bytes, ...]


class DossierStore:
    """The file `portal_sync.sqlite` in a folder, for all sources; safe between threads and processes."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "portal_sync.sqlite"
        self._threads = [threading.Lock() for _ in range(_STRIPES)]
        # One descriptor for ever: the system drops all of a process's locks when any descriptor is closed.
        self._lock_file = os.open(folder / "portal_sync.lock", os.O_RDWR | os.O_CREAT, 0o600)
        with transaction(self._path) as database:
            database.executescript(_SCHEMA)

    @contextmanager
    def held(self, source: str, refs: Sequence[str]) -> Iterator[None]:
        """Nobody else serves these dossiers meanwhile."""
        stripes = sorted({crc32(f"{source}/{ref}".encode()) % _STRIPES for ref in refs})
        with ExitStack() as stack:
            for stripe in stripes:
                stack.enter_context(self._threads[stripe])
                fcntl.lockf(self._lock_file, fcntl.LOCK_EX, 1, stripe)
                stack.callback(fcntl.lockf, self._lock_file, fcntl.LOCK_UN, 1, stripe)
            yield

    def is_whole(self, source: str) -> bool:
        """Whether this file has been the memory of the source from its first dossier on."""
        with transaction(self._path) as database:
            return database.execute("SELECT 1 FROM whole WHERE source = ?", (source,)).fetchone() is not None

    def set_whole(self, source: str) -> None:
        with transaction(self._path) as database:
            database.execute("INSERT OR IGNORE INTO whole VALUES (?)", (source,))

    def state(self, source: str, ref: str) -> State | None:
        """What was acknowledged last of a dossier."""
        with transaction(self._path) as database:
            row = database.execute(
                "SELECT state FROM dossiers WHERE source = ? AND ref = ?", (source, ref)
            ).fetchone()
        return State.model_validate_json(row[0]) if row else None

    def pending(self, source: str, refs: Sequence[str]) -> list[Change]:
        """Changes that were begun but not committed."""
        found = []
        with transaction(self._path) as database:
            for ref in dict.fromkeys(refs):
                row = database.execute(
                    "SELECT state, events FROM pending WHERE source = ? AND ref = ?", (source, ref)
                ).fetchone()
                if row:
                    events = tuple(text.encode() for text in orjson.loads(row[1]))
                    found.append(Change(State.model_validate_json(row[0]), events))
        return found

    def begin(self, source: str, changes: Sequence[Change]) -> None:
        """Write down what is about to be sent."""
        rows = [
            (
                source,
                change.state.dossier_ref,
                change.state.model_dump_json(),
                orjson.dumps([event.decode() for event in change.events]),
            )
            for change in changes
        ]
        with transaction(self._path) as database:
            database.executemany("INSERT INTO pending VALUES (?, ?, ?, ?)", rows)

    def commit(self, source: str, changes: Sequence[Change]) -> None:
        """Kafka has it: make it the state."""
        rows = [(source, change.state.dossier_ref, change.state.model_dump_json()) for change in changes]
        with transaction(self._path) as database:
            database.executemany("INSERT OR REPLACE INTO dossiers VALUES (?, ?, ?)", rows)
            database.executemany(
                "DELETE FROM pending WHERE source = ? AND ref = ?", [row[:2] for row in rows]
            )
