"""What a spool's file holds, and what is said of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from producers import counting

_TABLES = """
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL, id TEXT NOT NULL, topic TEXT NOT NULL,
    key BLOB NOT NULL, value BLOB NOT NULL, crc INTEGER NOT NULL, beat INTEGER NOT NULL,
    put_ms INTEGER NOT NULL, size INTEGER NOT NULL, UNIQUE (source, id));
CREATE TABLE IF NOT EXISTS waiting (seq INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS receipts (seq INTEGER PRIMARY KEY, topic TEXT NOT NULL, partition INTEGER NOT NULL,
                                     offset INTEGER NOT NULL, acked_ms INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS receipts_by_time ON receipts (acked_ms);
CREATE TABLE IF NOT EXISTS refused (seq INTEGER PRIMARY KEY, reason TEXT NOT NULL, at_ms INTEGER NOT NULL);
CREATE VIEW IF NOT EXISTS kept AS SELECT seq, acked_ms FROM receipts
WHERE seq NOT IN (SELECT seq FROM waiting) AND seq NOT IN (SELECT seq FROM refused);
CREATE TABLE IF NOT EXISTS tally (part TEXT PRIMARY KEY, number INTEGER NOT NULL, bytes INTEGER NOT NULL);
"""
_TALLIED = """
INSERT OR IGNORE INTO tally VALUES ('PART', 0, 0);
CREATE TRIGGER IF NOT EXISTS PART_more AFTER INSERT ON PART BEGIN
    UPDATE tally SET number = number + 1, bytes = bytes + (SELECT size FROM events WHERE seq = new.seq)
    WHERE part = 'PART'; END;
CREATE TRIGGER IF NOT EXISTS PART_less BEFORE DELETE ON PART BEGIN
    UPDATE tally SET number = number - 1, bytes = bytes - (SELECT size FROM events WHERE seq = old.seq)
    WHERE part = 'PART'; END;
"""
"""Sums that are right in every transaction, so that `put` need not add up the whole file."""
SCHEMA = (
    counting.SCHEMA
    + _TABLES
    + "".join(_TALLIED.replace("PART", part) for part in ("events", "waiting", "refused"))
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An event that waits, as it will stand in Kafka. `beat`: a heartbeat, which says what went before."""

    seq: int
    source: str
    id: str
    topic: str
    key: bytes
    value: bytes
    beat: bool


@dataclass(frozen=True, slots=True)
class Pending:
    """How a spool stands. `count`, `bytes`, `oldest_age`: what waits for Kafka (`oldest_age` None: nothing).

    `refused`: set aside because Kafka will never take them as they are, see `refusals`. `kept`: acknowledged
    and still here, the oldest of them since `kept_since`. `set_aside`: damaged files beside the spool.
    """

    count: int
    bytes: int
    oldest_age: timedelta | None
    refused: int
    kept: int
    kept_since: datetime | None
    set_aside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An event that Kafka will not take as it is."""

    source: str
    id: str
    reason: str
    at: datetime
