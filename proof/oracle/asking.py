"""What the stack holds, asked for in plain SQL over the native port and read from Kafka itself."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from clickhouse_driver import Client
from kafka import KafkaConsumer, TopicPartition

from proof.oracle.events import TENANT
from proof.oracle.journal import Key, Place

TOPICS = {
    "ioc.documents": 2,
    "ioc.services": 2,
    "ioc.hr": 1,
    "ioc.tasks": 1,
    "ioc.archives": 1,
    "ioc.quality": 1,
    "ioc.platform": 1,
    "ioc.alerts": 1,
}
"""Topic → partitions, as docs/publishers.md names them."""
OURS = tuple(f"urn:ioc:{TENANT}:{name}" for name in ("qlvb", "motcua", "vxp"))
STRETCH = 50_000
"""Ledger rows of one question: a soak leaves a million, with what they say more than a query may hold."""
Base = dict[tuple[str, int], int]
"""(topic, partition) → the offset from which a run's records begin."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the ledger."""

    topic: str
    topic_id: str
    partition: int
    offset: int
    verdict: str
    reason: str
    source: str
    id: str
    type: str
    subject: str
    seqno: int
    data: str

    @property
    def key(self) -> Key:
        return self.source, self.id

    @property
    def place(self) -> Place:
        return self.topic, self.partition, self.offset


@dataclass
class Found:
    """Everything that a check looks at."""

    rows: list[Row] = field(default_factory=list)
    broken: list[tuple[Any, ...]] = field(default_factory=list)
    """Partitions whose offsets do not add up: (topic, topic id, partition, rows, distinct, span)."""
    gaps: list[tuple[Any, ...]] = field(default_factory=list)
    checksum: int = 0
    records: dict[Place, bytes | None] = field(default_factory=dict)
    ends: Base = field(default_factory=dict)
    cells: dict[tuple[str, str, str], tuple[int, int]] = field(default_factory=dict)
    """(kpi, unit, day) → numerator, denominator."""
    cases: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Subject of an incoming document → columns of its case."""

    def between(self, base: Base, ends: Base) -> "Found":
        """The part of it between these offsets; what is not about offsets is shared."""

        def inside(place: Place) -> bool:
            topic, partition, offset = place
            return base.get((topic, partition), 0) <= offset < ends.get((topic, partition), 0)

        rows = [row for row in self.rows if inside(row.place)]
        records = {place: value for place, value in self.records.items() if inside(place)}
        return replace(self, rows=rows, records=records, ends=ends)


class Asked:
    """A connection to the store and one to Kafka; made anew when they fail."""

    def __init__(self, store_port: int, password: str, bootstrap: str) -> None:
        self._store = (store_port, password)
        self._bootstrap = bootstrap

    def sql(self, text: str, params: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        port, password = self._store
        client = Client(
            "127.0.0.1", port=port, user="ioc_writer", password=password,
            connect_timeout=5, send_receive_timeout=60,
        )  # fmt: skip
        try:
            return list(client.execute(text, params))
        finally:
            client.disconnect()

    def ends(self) -> Base:
        """The next offset of every partition."""
        consumer = self._consumer()
        try:
            found = consumer.end_offsets(_places())
            return {(place.topic, place.partition): int(end) for place, end in found.items()}
        finally:
            consumer.close()

    def landed(self) -> Base:
        """The offset behind the last ledger row of every partition."""
        rows = self.sql(
            "SELECT _table, partition, max(offset) + 1 FROM ioc.events GROUP BY _table, partition"
        )
        return {(_topic(table), int(partition)): int(end) for table, partition, end in rows}

    def records(self, base: Base, ends: Base) -> dict[Place, bytes | None]:
        """Every record of Kafka from `base` up to `ends`."""
        consumer = self._consumer()
        found: dict[Place, bytes | None] = {}
        try:
            places = [
                place
                for place in _places()
                if base.get((place.topic, place.partition), 0) < ends[place.topic, place.partition]
            ]
            consumer.assign(places)
            for place in places:
                consumer.seek(place, base.get((place.topic, place.partition), 0))
            waiting = set(places)
            idle = 0
            while waiting and idle < 20:
                got = consumer.poll(timeout_ms=1000)
                idle = 0 if got else idle + 1
                for records in got.values():
                    for record in records:
                        found[record.topic, record.partition, record.offset] = record.value
                waiting = {p for p in waiting if consumer.position(p) < ends[p.topic, p.partition]}
        finally:
            consumer.close()
        return found

    def _consumer(self) -> Any:
        return KafkaConsumer(
            bootstrap_servers=self._bootstrap, enable_auto_commit=False, group_id=None,
            auto_offset_reset="earliest", client_id="proof-oracle",
        )  # fmt: skip

    def found(self, base: Base, ends: Base) -> Found:
        """What lies between these offsets, and the cells; checksum and cases are asked for by run.

        The centre's own canaries never stop, so that the end of a log is a moment that the caller chose.
        """
        rows = [
            Row(topic, *row)
            for topic, count in TOPICS.items()
            for n in range(count)
            for first, upto in stretches(base.get((topic, n), 0), ends[topic, n])
            for row in self.sql(
                "SELECT toString(topic_id), partition, offset, toString(verdict), reason,"
                f" source, id, type, subject, seqno, data FROM ioc.{_table(topic)}"
                f" WHERE partition = {n} AND offset >= {first} AND offset < {upto} ORDER BY topic_id, offset"
            )
        ]
        found = Found(rows=rows, ends=ends, records=self.records(base, ends))
        found.broken = self.sql(_I6)
        found.gaps = self.sql(_GAPS)
        found.cells = self.cells()
        return found

    def checksum(self, run: str) -> int:
        """The order-free checksum over what is counted of a run."""
        ours = " OR ".join(f"source = '{source}'" for source in OURS)
        ((sum_,),) = self.sql(
            "SELECT sum(reinterpretAsUInt64(substring(SHA256(concat(source, '\\0', id, '\\0', data)), 1, 8)))"
            f" FROM ioc.events WHERE verdict = 'counted' AND ({ours}) AND startsWith(subject, %(run)s)",
            {"run": f"{run}/"},
        )
        return int(sum_)

    def cells(self) -> dict[tuple[str, str, str], tuple[int, int]]:
        rows = self.sql(
            "SELECT kpi, unit, toString(day), sum(numerator) AS n, sum(denominator) AS d"
            " FROM ioc.kpi_cells FINAL WHERE part = 'flow' AND dim = ''"
            " GROUP BY kpi, unit, day HAVING n != 0 OR d != 0"
        )
        return {(kpi, unit, day): (int(n), int(d)) for kpi, unit, day, n, d in rows}

    def cases(self, run: str) -> dict[str, dict[str, Any]]:
        rows = self.sql(
            "SELECT subject, unit, toUnixTimestamp64Milli(ended_at), outcome FROM ioc.cases_document_in FINAL"
            " WHERE startsWith(subject, %(run)s)",
            {"run": f"{run}/"},
        )
        return {
            subject: {"unit": unit, "ended": ended, "outcome": outcome}
            for subject, unit, ended, outcome in rows
        }


_I6 = """
SELECT _table, toString(topic_id), partition, count() AS c, uniqExact(offset) AS u,
  max(offset) - min(offset) + 1 AS e
FROM ioc.events GROUP BY _table, topic_id, partition HAVING c != e OR u != c
"""
_GAPS = """
SELECT t, toString(i), p, prev + 1, off - 1 FROM (
  SELECT _table AS t, topic_id AS i, partition AS p, offset AS off,
    lagInFrame(toInt64(offset), 1, toInt64(offset) - 1) OVER (
      PARTITION BY _table, topic_id, partition ORDER BY offset
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS prev
  FROM ioc.events)
WHERE off > prev + 1
"""


def stretches(first: int, end: int) -> Iterator[tuple[int, int]]:
    """The offsets from `first` to before `end`, so many at a time that the store has the memory for it."""
    for at in range(first, end, STRETCH):
        yield at, min(at + STRETCH, end)


def checksum(source: str, id_: str, said: str) -> int:
    """What one event adds to the order-free checksum."""
    digest = hashlib.sha256(f"{source}\0{id_}\0{said}".encode()).digest()
    return int.from_bytes(digest[:8], "little")


def _places() -> list[Any]:
    return [TopicPartition(topic, n) for topic, count in TOPICS.items() for n in range(count)]


def _table(topic: str) -> str:
    return "events_" + topic.removeprefix("ioc.")


def _topic(table: str) -> str:
    return "ioc." + table.removeprefix("events_")
