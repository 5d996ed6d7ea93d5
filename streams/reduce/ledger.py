"""New rows of the ledger, in offset order, over contiguous offsets only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from ioc.sources import TYPE_PREFIX, TYPE_SUFFIX
from ioc.topics import EVENT_TOPICS
from storage.client import Store
from streams.reduce.facts import Event
from streams.reduce.plan import Partition, Vector

TABLES = tuple(topic.ledger for topic in EVENT_TOPICS if topic.ledger is not None)
_COLUMNS = (
    "topic_id, partition, offset, verdict = 'counted', tenant, toString(type), toString(source), id,"
    " subject, toUnixTimestamp64Milli(time), toUnixTimestamp64Milli(producedat), toString(orgunit), seqno,"
    " correctionof,"
    " if(verdict = 'counted', data, '')"
)


@dataclass(frozen=True)
class Held:
    """The offsets of one partition that the ledger holds: first, last."""

    table: str
    first: int
    last: int


@dataclass
class Batch:
    """Counted events of a stretch of the ledger, and where the stretch ends."""

    events: list[Event] = field(default_factory=list)
    to: Vector = field(default_factory=dict)


def held(store: Store, tables: Sequence[str] = TABLES) -> dict[Partition, Held]:
    """What the ledger holds of every partition (answered from a projection, whatever its size)."""
    query = " UNION ALL ".join(
        f"SELECT '{table}', topic_id, partition, min(offset), max(offset)"  # noqa: S608
        f" FROM ioc.{table} GROUP BY topic_id, partition"
        for table in tables
    )
    rows = store.query(query)
    return {(topic, partition): Held(table, first, last) for table, topic, partition, first, last in rows}


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
        batch.to.update(to)
        return batch

    def by_identity(self, identities: Iterable[tuple[str, str]]) -> list[Event]:
        """The counted events of these (source URN, id), wherever they stand in the ledger."""
        wanted = sorted(set(identities))
        if not wanted:
            return []
        hashes = ", ".join(
            f"cityHash64(concat({_quoted(source)}, char(0), {_quoted(id)}))" for source, id in wanted
        )
        ids = ", ".join(_quoted(id) for _, id in wanted)
        events: list[Event] = []
        for table in TABLES:
            where = f"id_hash IN ({hashes}) AND id IN ({ids}) AND verdict = 'counted'"
            rows = self._store.query(f"SELECT {_COLUMNS} FROM ioc.{table} WHERE {where}")  # noqa: S608
            found = [self._event(row) for row in rows if row[4] == self._tenant]
            events += [each for each in found if (self._urn(each.source), each.id) in wanted]
        return events

    def _read(
        self,
        batch: Batch,
        ledger: Mapping[Partition, Held],
        starts: Mapping[Partition, int],
        ends: Mapping[Partition, int],
    ) -> None:
        for table in sorted({ledger[each].table for each in starts}):
            ranges = {each: (starts[each], ends[each]) for each in starts if ledger[each].table == table}
            where = " OR ".join(
                f"(topic_id = '{topic}' AND partition = {number} AND offset >= {start} AND offset < {end})"
                for (topic, number), (start, end) in sorted(ranges.items())
            )
            rows = self._store.query(
                f"SELECT {_COLUMNS} FROM ioc.{table} WHERE {where} ORDER BY topic_id, partition, offset"  # noqa: S608
            )
            self._take(batch, rows, {each: start for each, (start, _) in ranges.items()})

    def _take(self, batch: Batch, rows: Iterable[tuple[object, ...]], expected: dict[Partition, int]) -> None:
        for row in rows:
            topic, number, offset, counted = row[0], row[1], row[2], row[3]
            partition = topic, number
            if expected[partition] != offset:  # type: ignore[index]
                continue  # a gap: what lies behind it waits until it is filled
            expected[partition] += 1  # type: ignore[index]
            if counted and row[4] == self._tenant:
                batch.events.append(self._event(row))
        batch.to.update(expected)

    def _event(self, row: tuple[object, ...]) -> Event:
        type, urn = row[5], row[6]
        short = self._types.get(type)  # type: ignore[call-overload]
        if short is None:
            short = self._types[str(type)] = str(type).removeprefix(TYPE_PREFIX).removesuffix(TYPE_SUFFIX)
        source = self._sources.get(urn)  # type: ignore[call-overload]
        if source is None:
            source = self._sources[str(urn)] = str(urn).removeprefix(f"urn:ioc:{self._tenant}:")
        return Event(short, source, *row[7:14], orjson.loads(row[14]))  # type: ignore[call-arg, arg-type]

    def _urn(self, source: str) -> str:
        return f"urn:ioc:{self._tenant}:{source}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
