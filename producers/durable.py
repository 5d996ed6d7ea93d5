"""One way to keep something on this machine's disk: a SQLite file, written through before a call returns.

Write-ahead log with `synchronous=FULL`: a commit is on the disk, or it never was; what a kill or a power cut
tears off is cut off by SQLite's own checksums. Readable by its owner only.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE_S = 30
"""How long a call waits for another process that writes."""


def connect(path: Path) -> sqlite3.Connection:
    """A connection that any thread may use, one at a time; `with connection:` is a transaction."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    database = sqlite3.connect(path, timeout=PATIENCE_S, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
    except sqlite3.Error:
        database.close()
        raise
    return database


@contextmanager
def transaction(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection of one's own for one transaction."""
    database = connect(path)
    try:
        with database:
            yield database
    finally:
        database.close()
