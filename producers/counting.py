"""How many events each source handed over, and the heartbeat that says so.

Kept in tables of whatever SQLite file keeps the events or their state, so that both change together. Of an
event nothing stays but its id.
"""

import sqlite3
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ioc.contracts import BY_NAME, Envelope, build
from ioc.sources import HEARTBEAT

BEAT = BY_NAME[HEARTBEAT].type
SCHEMA = """
CREATE TABLE IF NOT EXISTS sent (source TEXT PRIMARY KEY, epoch_ms INTEGER NOT NULL,
                                 total INTEGER NOT NULL, last_event_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS ids (source TEXT NOT NULL, id BLOB NOT NULL,
                                PRIMARY KEY (source, id)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """Distinct events of a source that were handed over since `epoch`, heartbeats among them.

    `last_event`: when the latest thing of which they tell happened; None if they were heartbeats only.
    """

    epoch: datetime
    total: int
    last_event: datetime | None


def ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def instant(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def _short(name: str) -> bytes:
    return bytes.fromhex(name.replace("-", ""))


def count(database: sqlite3.Connection, source: str, events: Sequence[Envelope], now: datetime) -> None:
    """Count events as handed over; an id counts once for ever, and a heartbeat is one as well.

    The count begins when the first of them was written: before any of them stood in its log.
    """
    if not events:
        return
    last = max((ms(event.time) for event in events if event.type != BEAT), default=0)
    began = min(ms(now), *(ms(event.producedat) for event in events))
    before = database.total_changes
    database.executemany(
        "INSERT OR IGNORE INTO ids VALUES (?, ?)", [(source, _short(event.id)) for event in events]
    )
    new = database.total_changes - before
    database.execute(
        "INSERT INTO sent VALUES (?, ?, ?, ?) ON CONFLICT (source) DO UPDATE SET "
        "total = total + excluded.total, last_event_ms = max(last_event_ms, excluded.last_event_ms)",
        (source, began, new, last),
    )


def count_ids(database: sqlite3.Connection, names: Iterable[tuple[str, str]], by: int) -> None:
    """Events, by source and id, that are no longer counted (`by` -1), or are again (1)."""
    change = (
        "DELETE FROM ids WHERE source = ? AND id = ?" if by < 0 else "INSERT OR IGNORE INTO ids VALUES (?, ?)"
    )
    for source, name in names:
        found = database.execute(change, (source, _short(name))).rowcount
        database.execute("UPDATE sent SET total = total + ? WHERE source = ?", (by * found, source))


def sent(database: sqlite3.Connection) -> dict[str, Sent]:
    """The sources that handed over anything."""
    rows = database.execute("SELECT source, epoch_ms, total, last_event_ms FROM sent").fetchall()
    return {
        source: Sent(instant(epoch), total, instant(last) if last else None)
        for source, epoch, total, last in rows
    }


def heartbeat(
    *, source: str, orgunit: str, interval_s: int, sent: Sent, backlog: int, now: datetime, status: str = "up"
) -> Envelope:
    """That a source is heard, and how much it handed over since when, with this. Raises `EventRefused`.

    `source`: its urn; `interval_s`: how often it says so; `backlog`: events that wait to be handed over.
    """
    tenant, code = source.split(":")[-2:]
    data: dict[str, Any] = {
        "system_code": code,
        "status": status,
        "interval_s": interval_s,
        "backlog": backlog,
        "sent_total": sent.total + 1,
        "sent_epoch": sent.epoch,
    }
    if sent.last_event is not None:
        data["last_business_event_at"] = sent.last_event
    return build(
        HEARTBEAT,
        source=source,
        id=str(uuid.uuid4()),
        time=now,
        orgunit=orgunit,
        seqno=16 * ms(now) + BY_NAME[HEARTBEAT].n % 16,
        producedat=now,
        data=data,
        tenant=tenant,
    )
