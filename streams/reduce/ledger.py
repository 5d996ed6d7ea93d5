"""New rows of the ledger, in offset order, over contiguous offsets only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from ioc.canary import CANARY
from ioc.sources import TYPE_PREFIX, TYPE_SUFFIX
from ioc.topics import EVENT_TOPICS
from storage.cases import quoted
from storage.client import Store
from streams.reduce.facts import Event
from streams.reduce.plan import Partition, Vector

WHOLE_MS = 5_000
TABLES = tuple(topic.ledger for topic in EVENT_TOPICS if topic.ledger is not None)
_COLUMNS = (
    "offset, verdict = 'counted' AND tenant = %s, type, source, id, subject, toUnixTimestamp64Milli(time),"
    " toUnixTimestamp64Milli(producedat), orgunit, seqno, correctionof, if(verdict = 'counted', data, ''),"
    " toUnixTimestamp64Milli(logged_at)"
)


@dataclass(frozen=True)
class Held:
    """The offsets of one partition that the ledger holds: first, last."""

    table: str
    first: int
    last: int


@dataclass
class Batch:
    """Counted events of a stretch of the ledger, and where the stretch ends.

    `logged`: Kafka's timestamps of these events. `read_to`: that of the last row of each partition.
    Canaries are apart: they say how old numbers are, and are in none.
    """

    events: list[Event] = field(default_factory=list)
    to: Vector = field(default_factory=dict)
    logged: list[int] = field(default_factory=list)
    canaries: list[tuple[Event, int]] = field(default_factory=list)
    read_to: dict[Partition, int] = field(default_factory=dict)


def held(store: Store, tables: Sequence[str] = TABLES) -> dict[Partition, Held]:
    """What the ledger holds of every partition (answered from a projection, whatever its size)."""
    query = " UNION ALL ".join(
        f"SELECT '{table}', topic_id, partition, min(offset), max(offset)"  # noqa: S608
        f" FROM ioc.{table} GROUP BY topic_id, partition"
        for table in tables
    )
    rows = store.query(query)
    return {(topic, partition): Held(table, first, last) for table, topic, partition, first, last in rows}


class Watch:
    """Whether the ledger grew since the last look, asked of the store's list of parts: a fifth of the cost.

    Only a hint: `WHOLE_MS` after the last full look there is one in any case.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: list[tuple[object, ...]] = []
        self._looked_at = 0
        self._held: dict[Partition, Held] = {}

    def held(self, now: int) -> dict[Partition, Held]:
        """What the ledger holds, as of now or of a moment at which it held the same."""
        parts = self._store.query(
            "SELECT table, sum(rows), max(max_block_number) FROM system.parts"
            " WHERE database = 'ioc' AND active AND startsWith(table, 'events_')"
            " GROUP BY table ORDER BY table"
        )
        if now - self._looked_at >= WHOLE_MS:
            self._held, self._looked_at = held(self._store), now
        elif grown := sorted({str(each[0]) for each in set(parts) ^ set(self._seen)}):
            self._held |= held(self._store, grown)
        self._seen = parts
        return self._held


def behind(ledger: Mapping[Partition, Held], watermark: Mapping[Partition, int]) -> dict[Partition, int]:
    """Where to read on, for every partition with rows that have not been reduced."""
    found = {}
    for partition, rows in ledger.items():
        start = max(watermark.get(partition, 0), 0)
        if partition not in watermark or start < rows.first:
            start = rows.first
        if start <= rows.last:
            found[partition] = start
    return found


class Reader:
    """Reads stretches of the ledger as events of one tenant."""

    def __init__(self, store: Store, tenant: str) -> None:
        self._store = store
        self._tenant = tenant
        self._columns = _COLUMNS % quoted(tenant)
        self._types: dict[str, str] = {}
        self._sources: dict[str, str] = {}

    def new(self, ledger: Mapping[Partition, Held], watermark: Mapping[Partition, int], limit: int) -> Batch:
        """The next rows behind the watermark, up to `limit` of them, up to the first missing offset."""
        starts = behind(ledger, watermark)
        batch = Batch(to=dict(watermark))
        if not starts:
            return batch
        share = max(limit // len(starts), 1)
        ends = {each: min(start + share, ledger[each].last + 1) for each, start in starts.items()}
        self._read(batch, ledger, starts, ends)
        return batch

    def stretch(
        self,
        ledger: Mapping[Partition, Held],
        watermark: Mapping[Partition, int],
        to: Mapping[Partition, int],
    ) -> Batch:
        """Exactly the rows from the watermark to `to`: a planned tick, once more."""
        starts = {each: start for each, start in behind(ledger, watermark).items() if start < to.get(each, 0)}
        batch = Batch(to=dict(watermark))
        if starts:
            self._read(batch, ledger, starts, {each: to[each] for each in starts})
        return batch

    def by_identity(self, identities: Iterable[tuple[str, str]]) -> list[Event]:
        """The counted events of these (source, id), wherever they stand in the ledger."""
        wanted = {(f"urn:ioc:{self._tenant}:{source}", id) for source, id in identities}
        if not wanted:
            return []
        hashes = ", ".join(
            f"cityHash64(concat({quoted(urn)}, char(0), {quoted(id)}))" for urn, id in sorted(wanted)
        )
        ids = ", ".join(quoted(id) for _, id in sorted(wanted))
        events: list[Event] = []
        for table in TABLES:
            rows = self._store.query(
                f"SELECT {self._columns} FROM ioc.{table}"  # noqa: S608
                f" WHERE id_hash IN ({hashes}) AND id IN ({ids}) AND verdict = 'counted'"
            )
            events += [self._event(row) for row in rows if row[1] and (row[3], row[4]) in wanted]
        return events

    def _read(
        self,
        batch: Batch,
        ledger: Mapping[Partition, Held],
        starts: Mapping[Partition, int],
        ends: Mapping[Partition, int],
    ) -> None:
        for place, start in sorted(starts.items()):
            topic, number = place
            rows = self._store.query(
                f"SELECT {self._columns} FROM ioc.{ledger[place].table}"  # noqa: S608
                f" WHERE topic_id = '{topic}' AND partition = {number}"
                f" AND offset >= {start} AND offset < {ends[place]} ORDER BY offset"
            )
            reached = self._take(batch, place, rows, start)
            batch.to[place] = self._behind_lost(place, reached, ends[place])

    def _behind_lost(self, place: Partition, offset: int, upto: int) -> int:
        """The next offset, at most `upto`, that was not given up: it will never come."""
        if offset >= upto:
            return offset
        topic, number = place
        lost = self._store.query(
            "SELECT first, last FROM ioc.ledger_lost FINAL"  # noqa: S608
            f" WHERE topic_id = '{topic}' AND partition = {number} AND last >= {offset} ORDER BY first"
        )
        for first, last in lost:
            if first > offset:
                break
            offset = max(offset, int(last) + 1)
        return min(offset, upto)

    def _take(self, batch: Batch, place: Partition, rows: Iterable[tuple[Any, ...]], expected: int) -> int:
        for row in rows:
            if row[0] < expected:
                continue  # a row too many: told by the exact check, and no reason to stand still
            if row[0] != expected:
                expected = self._behind_lost(place, expected, row[0])
            if row[0] != expected:
                break  # a gap: what lies behind it waits until it is filled
            expected += 1
            batch.read_to[place] = row[-1]
            if not row[1]:
                continue
            event = self._event(row)
            if event.type == CANARY:
                batch.canaries.append((event, row[-1]))
            else:
                batch.events.append(event)
                batch.logged.append(row[-1])
        return expected

    def _event(self, row: tuple[Any, ...]) -> Event:
        _, _, type, urn, id, subject, time, producedat, orgunit, seqno, correctionof, data, _ = row
        short = self._types.get(type)
        if short is None:
            short = self._types[type] = type.removeprefix(TYPE_PREFIX).removesuffix(TYPE_SUFFIX)
        source = self._sources.get(urn)
        if source is None:
            source = self._sources[urn] = urn.removeprefix(f"urn:ioc:{self._tenant}:")
        return Event(
            short, source, id, subject, time, producedat, orgunit, seqno, correctionof, orjson.loads(data)
        )
