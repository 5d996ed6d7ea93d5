"""The spool's file: what waits for Kafka, what it acknowledged and is kept a while, what it refuses for ever.

An event is one row, written once. Where it stands is told by small rows beside it, so that noting a receipt
rewrites no event: `waiting` (to be sent), `receipts` (acknowledged), `refused` (set aside, with the reason).
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Condition
from typing import Any

import crc32c

from ioc.contracts import TYPES, Envelope, encode, fingerprint, kafka_key
from ioc.contracts.codec import canonical_data
from ioc.contracts.registry import ADAPTER
from producers import counting
from producers.counting import BEAT, Sent, ms
from producers.sdk import Receipt
from producers.spool import asking
from producers.spool.errors import SpoolConflict, SpoolFailed, SpoolFull
from producers.spool.opening import opened
from producers.spool.tables import SCHEMA, Entry, Pending, Refusal

ROW_BYTES = 256
"""What an event costs on the disk beside its text: rows, indexes, its id for ever."""
RESERVE_BYTES = 1 << 20
"""Left free on the volume, so that receipts can still be noted when it is full."""
CHECKPOINT_PAGES = 256
EVER_MS = 1 << 62
DAMAGED = "damaged on this disk: its checksum does not match"


class SpoolFile:
    """The file `spool.sqlite` in a folder. Every call is one transaction; any thread may call.

    `changed` is notified when something no longer waits. Raises `SpoolFailed` when the disk does not serve.
    """

    def __init__(self, folder: Path, limit_bytes: int, now: datetime) -> None:
        self._folder, self._limit = folder, limit_bytes
        self.changed = Condition()
        self.turned = 0
        """Grows when older events wait again: what was read before is no longer the order."""
        self._database = opened(folder, SCHEMA, now)
        self._database.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self.changed:
            before = self._database.total_changes
            try:
                with self._database:
                    yield self._database
            except sqlite3.Error as error:
                if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
                    raise SpoolFull(f"spool {self._folder}: no room on the disk") from error
                raise SpoolFailed(
                    f"spool {self._folder}: {error}, expected a folder that can be written"
                ) from error
            if self._database.total_changes > before:  # who only looks wakes nobody, or two would for ever
                self.changed.notify_all()

    # Putting

    def put(self, events: Sequence[Envelope], now: datetime) -> int:
        """Write events down, all or none, to wait for Kafka; how many were new here.

        Raises `SpoolFull`, `SpoolConflict`.
        """
        with self._transaction() as database:
            new = [event for event in _distinct(events) if not self._has(database, event)]
            rows = [_row(event, now) for event in new]
            self._make_room(database, sum(row[-1] for row in rows))
            for row in rows:
                seq = database.execute(
                    "INSERT INTO events (source, id, topic, key, value, crc, beat, put_ms, size)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row,
                ).lastrowid  # fmt: skip
                database.execute("INSERT INTO waiting VALUES (?)", (seq,))
            for source in {event.source for event in new}:
                counting.count(database, source, [event for event in new if event.source == source], now)
        return len(new)

    def _has(self, database: sqlite3.Connection, event: Envelope) -> bool:
        row = database.execute(
            "SELECT value FROM events WHERE source = ? AND id = ?", (event.source, event.id)
        ).fetchone()
        return row is not None and _same(ADAPTER.validate_json(row[0]), event)

    def could_hold(self, events: Sequence[Envelope]) -> bool:
        """Whether there would be room for all of these in an empty spool."""
        return sum(_size(encode(event), kafka_key(event)) for event in events) <= self._limit

    def _make_room(self, database: sqlite3.Connection, needed: int) -> None:
        """Let go of what was acknowledged, the oldest first, until there is room. Raises `SpoolFull`."""
        owed = self._bytes(database, "waiting") + self._bytes(database, "refused")
        if owed + needed > self._limit:
            raise SpoolFull(
                f"spool {self._folder}: {owed} of {self._limit} bytes wait for Kafka, "
                f"no room for {needed} more"
            )
        while self._bytes(database, "events") + needed > self._limit or self._disk_short(database, needed):
            if not _let_go(database, EVER_MS, 100):
                break
        if self._disk_short(database, needed):
            raise SpoolFull(f"spool {self._folder}: its volume has no room for {needed} bytes more")

    def _disk_short(self, database: sqlite3.Connection, needed: int) -> bool:
        """Whether the volume has no room for the events twice (log and file) and the reserve."""
        volume = os.statvfs(self._folder)
        unused = _one(database, "PRAGMA freelist_count") * _one(database, "PRAGMA page_size")
        return volume.f_bavail * volume.f_frsize + unused < 2 * needed + RESERVE_BYTES

    def _bytes(self, database: sqlite3.Connection, part: str) -> int:
        return _one(database, "SELECT bytes FROM tally WHERE part = ?", part)

    # Sending

    def next(self, limit: int, now: datetime) -> list[Entry]:
        """The events that have waited longest, in the order in which they were put."""
        with self._transaction() as database:
            while True:
                rows = database.execute(
                    "SELECT seq, source, id, topic, key, value, beat, crc"
                    " FROM waiting JOIN events USING (seq) ORDER BY seq LIMIT ?", (limit,),
                ).fetchall()  # fmt: skip
                sound = [row for row in rows if crc32c.crc32c(row[5]) == row[7]]
                _refuse(database, ((row[0], DAMAGED) for row in rows if row not in sound), now)
                if sound or not rows:
                    return [_entry(row) for row in sound]

    def note(
        self, receipts: Iterable[tuple[int, Receipt]], refusals: Iterable[tuple[int, str]], now: datetime
    ) -> None:
        """What became of events: acknowledged, or refused for ever. They wait no longer."""
        with self._transaction() as database:
            for seq, at in receipts:
                database.execute("DELETE FROM waiting WHERE seq = ?", (seq,))
                database.execute(
                    "INSERT OR REPLACE INTO receipts VALUES (?, ?, ?, ?, ?)",
                    (seq, at.topic, at.partition, at.offset, ms(now)),
                )
            _refuse(database, refusals, now)

    def resend(self, since: datetime) -> int:
        """What was acknowledged since then waits again; how many."""
        with self._transaction() as database:
            found = database.execute(
                "INSERT INTO waiting SELECT seq FROM kept WHERE acked_ms >= ?", (ms(since),)
            ).rowcount
            self.turned += 1
        return found

    def retry_refused(self) -> int:
        """What Kafka refused waits again; how many."""
        with self._transaction() as database:
            names = database.execute("SELECT source, id FROM refused JOIN events USING (seq)").fetchall()
            counting.count_ids(database, names, 1)
            database.execute("INSERT INTO waiting SELECT seq FROM refused")
            database.execute("DELETE FROM refused")
            self.turned += 1
        return len(names)

    def let_go(self, before: datetime) -> int:
        """Remove a thousand at most of what was acknowledged before then; how many."""
        with self._transaction() as database:
            return _let_go(database, ms(before), 1000)

    # Asking

    def pending(self, now: datetime) -> Pending:
        """How it stands."""
        with self._transaction() as database:
            return asking.pending(database, self._folder, now)

    def waits(self) -> int:
        """How many events wait."""
        with self._transaction() as database:
            return _one(database, "SELECT number FROM tally WHERE part = 'waiting'")

    def receipt(self, source: str, name: str) -> Receipt | None:
        """Where Kafka has an event; None: it waits, was refused, or is no longer kept."""
        with self._transaction() as database:
            row = database.execute(
                "SELECT r.topic, partition, offset FROM receipts AS r JOIN events USING (seq)"
                " WHERE source = ? AND id = ?", (source, name),
            ).fetchone()  # fmt: skip
        return Receipt(*row) if row else None

    def refusals(self) -> list[Refusal]:
        """What Kafka will not take as it is."""
        with self._transaction() as database:
            return asking.refusals(database)

    def sent(self, source: str) -> tuple[Sent | None, int]:
        """What a source handed over to the spool, heartbeats that wait among it; how many of these."""
        with self._transaction() as database:
            beats = _one(
                database,
                "SELECT count() FROM waiting JOIN events USING (seq) WHERE beat AND source = ?",
                source,
            )
            return counting.sent(database).get(source), beats

    def close(self) -> None:
        with self.changed:
            self._database.close()


def _row(event: Envelope, now: datetime) -> tuple[Any, ...]:
    value, key = encode(event), kafka_key(event)
    topic, size = TYPES[event.type].topic.name, _size(value, key)
    beat = event.type == BEAT
    return event.source, event.id, topic, key, value, crc32c.crc32c(value), beat, ms(now), size


def _entry(row: tuple[Any, ...]) -> Entry:
    seq, source, name, topic, key, value, beat, _ = row
    return Entry(seq, source, name, topic, key, value, bool(beat))


def _size(value: bytes, key: bytes) -> int:
    return len(value) + len(key) + ROW_BYTES


def _distinct(events: Sequence[Envelope]) -> list[Envelope]:
    """The first of each id. Raises `SpoolConflict`."""
    found: dict[tuple[str, str], Envelope] = {}
    for event in events:
        _same(found.setdefault((event.source, event.id), event), event)
    return list(found.values())


def _same(one: Envelope, other: Envelope) -> bool:
    """That two events of one id say the same. Raises `SpoolConflict`."""
    if one is other or _says(one) == _says(other):
        return True
    raise SpoolConflict(f"event {one.id} is here with other content, expected a new id for what is new")


def _says(event: Envelope) -> bytes:
    return fingerprint(event, canonical_data(event.data))


def _one(database: sqlite3.Connection, text: str, *values: object) -> int:
    return int(database.execute(text, values).fetchone()[0] or 0)


def _refuse(database: sqlite3.Connection, refusals: Iterable[tuple[int, str]], now: datetime) -> None:
    """Set aside: no longer counted as handed over, for Kafka will not see them."""
    for seq, reason in refusals:
        name = database.execute("SELECT source, id FROM events WHERE seq = ?", (seq,)).fetchone()
        database.execute("DELETE FROM waiting WHERE seq = ?", (seq,))
        database.execute("DELETE FROM receipts WHERE seq = ?", (seq,))
        database.execute("INSERT INTO refused VALUES (?, ?, ?)", (seq, reason, ms(now)))
        counting.count_ids(database, [name], -1)


def _let_go(database: sqlite3.Connection, before_ms: int, limit: int) -> int:
    """Remove the oldest acknowledged ones; how many."""
    seqs = database.execute(
        "SELECT seq FROM kept WHERE acked_ms < ? ORDER BY acked_ms LIMIT ?", (before_ms, limit)
    ).fetchall()
    database.executemany("DELETE FROM events WHERE seq = ?", seqs)
    database.executemany("DELETE FROM receipts WHERE seq = ?", seqs)
    return len(seqs)
