"""Taking a spool's folder: one owner, readable by nobody else, and a file that is whole or set aside."""

import fcntl
import logging
import os
import sqlite3
from datetime import datetime
from pathlib import Path

from producers.durable import connect
from producers.spool.errors import SpoolFailed, SpoolInUse

log = logging.getLogger("ioc.spool")
NAME = "spool.sqlite"
OURS = 0x494F4353
"""SQLite's `application_id` of a spool: IOCS."""
VERSION = 1


def taken(folder: Path) -> int:
    """Make the folder and be its only owner until the descriptor is closed.

    Raises `SpoolInUse`, `SpoolFailed`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise SpoolFailed(f"spool {folder}: {error.strerror}, expected a folder of one's own") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise SpoolInUse(
            f"spool {folder} belongs to another process, expected one process a folder"
        ) from None
    except OSError as error:
        os.close(lock)
        raise SpoolFailed(f"spool {folder}: {error.strerror}, expected a disk of this machine") from error
    return lock


def opened(folder: Path, schema: str, now: datetime) -> sqlite3.Connection:
    """The folder's file, ready. One that is damaged or of something else is set aside, and said.

    Raises `SpoolFailed` when the file is of a newer version or the disk does not serve.
    """
    path = folder / NAME
    if path.exists() and path.stat().st_size and (fault := _fault(path)):
        aside = _set_aside(path, now)
        log.error(
            "spool %s: %s; set aside as %s, events in it are not sent until it is mended, a new spool begins",
            folder, fault, aside.name,
        )  # fmt: skip
    try:
        database = connect(path)
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            database.close()
            raise SpoolFailed(f"spool {folder} is of version {version}, expected {VERSION} at most")
        database.executescript(schema)
        database.execute(f"PRAGMA application_id={OURS}")
        database.execute(f"PRAGMA user_version={VERSION}")
    except sqlite3.Error as error:
        raise SpoolFailed(f"spool {folder}: {error}, expected a folder that can be written") from error
    return database


def _fault(path: Path) -> str:
    """What is wrong with a file that should be a spool; empty: nothing."""
    try:
        database = sqlite3.connect(path)  # nothing is changed in what may be somebody else's
        try:
            owner = database.execute("PRAGMA application_id").fetchone()[0]
            tables = database.execute("SELECT count() FROM sqlite_schema").fetchone()[0]
            found = database.execute("PRAGMA quick_check(1)").fetchone()[0]
        finally:
            database.close()
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise SpoolFailed(f"spool {path.parent}: {error}, expected a file that can be read") from error
        return f"{path.name} is damaged ({error})"
    if owner != OURS and tables:
        return f"{path.name} is of something else (application {owner:#x})"
    return "" if found == "ok" else f"{path.name} is damaged ({found})"


def _set_aside(path: Path, now: datetime) -> Path:
    """Rename the file with its log, so that both can be mended together."""
    aside = path.with_name(f"aside-{now:%Y%m%dT%H%M%S%f}.sqlite")
    for end in ("", "-wal", "-shm"):
        part = path.with_name(path.name + end)
        if part.exists():
            part.rename(aside.with_name(aside.name + end))
    return aside
