"""How a spool stands: for its owner, and for whoever looks into the folder from outside."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from producers.counting import instant
from producers.spool.errors import SpoolFailed
from producers.spool.opening import NAME
from producers.spool.tables import Pending, Refusal


def pending(database: sqlite3.Connection, folder: Path, now: datetime) -> Pending:
    """What waits, what was refused, what is kept; the files of `folder` that were set aside."""
    tally = {
        part: (number, size)
        for part, number, size in database.execute("SELECT part, number, bytes FROM tally")
    }
    oldest = database.execute(
        "SELECT put_ms FROM waiting JOIN events USING (seq) ORDER BY seq LIMIT 1"
    ).fetchone()
    (since,) = database.execute("SELECT min(acked_ms) FROM kept").fetchone()
    count, size = tally["waiting"]
    return Pending(
        count=count,
        bytes=size,
        oldest_age=max(now - instant(oldest[0]), timedelta(0)) if oldest else None,
        refused=tally["refused"][0],
        kept=tally["events"][0] - count - tally["refused"][0],
        kept_since=instant(since) if since else None,
        set_aside=tuple(sorted(path.name for path in folder.glob("aside-*.sqlite"))),
    )


def refusals(database: sqlite3.Connection) -> list[Refusal]:
    """What Kafka will not take as it is, each with its reason, in the order in which it was put."""
    rows = database.execute(
        "SELECT source, id, reason, at_ms FROM refused JOIN events USING (seq) ORDER BY seq"
    ).fetchall()
    return [Refusal(source, name, reason, instant(at)) for source, name, reason, at in rows]


def look(folder: Path, now: datetime) -> tuple[Pending, list[Refusal]]:
    """Read a folder that may be another process's, changing nothing. Raises `SpoolFailed`."""
    if not (folder / NAME).is_file():
        raise SpoolFailed(f"{folder} has no {NAME}, expected the folder of a spool")
    try:
        with closing(sqlite3.connect(f"{(folder / NAME).absolute().as_uri()}?mode=ro", uri=True)) as database:
            return pending(database, folder, now), refusals(database)
    except sqlite3.Error as error:
        raise SpoolFailed(f"spool {folder}: {error}, expected a spool's file") from error
