"""The ledger held against Kafka: everything that Kafka still has is landed once more, beside, and compared.

Into tables of its own (`ioc_shadow`), read with a consumer without a group: what runs is not touched. What
Kafka no longer has counts as known from the ledger, as it did when the records behind it were landed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from kafka import KafkaConsumer, TopicPartition

from ioc import connecting
from ioc.contracts import Rules
from ioc.settings import Settings
from ioc.topics import EVENT_TOPICS, Topic
from storage import ledger
from storage.client import Store
from storage.ledger import COLUMNS, Log
from streams.land import cluster
from streams.land.block import MAX_ROWS, Block
from streams.land.filter import IdentityFilter
from streams.land.judge import Row, read_all, settle, suspects

SHADOW = "ioc_shadow"
STRETCH = 200_000
"""Offsets compared in one query."""
NAMED = 20
"""Differences that are named, of each partition."""
POLL_MS = 1_000
COMPARED = tuple(name for name in COLUMNS if name not in ("topic_id", "partition", "rules"))
"""`rules` is left out: a later catalogue may say the same."""


class ShadowLog(Log):
    """The same log in the tables beside."""

    @property
    def table(self) -> str:
        return f"{SHADOW}.{self.topic.ledger}"


@dataclass(slots=True)
class Compared:
    """One partition: the records compared, and the offsets at which ledger and Kafka differ."""

    topic: str
    partition: int
    first: int
    last: int
    records: int = 0
    differing: int = 0
    offsets: list[int] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def replay(
    settings: Settings, store: Store, rules: Rules, topics: Sequence[Topic] = EVENT_TOPICS
) -> list[Compared]:
    """Land again and compare, partition by partition. Raises `StoreUnavailable`, kafka-python's errors."""
    names = cluster.names(settings.kafka, [topic.name for topic in topics])
    drop(store)
    store.execute(f"CREATE DATABASE {SHADOW}")
    found = []
    for (name, partition), (start, end) in sorted(cluster.extents(settings.kafka, topics).items()):
        topic = next(each for each in topics if each.name == name)
        found.append(_partition(settings, store, rules, topic, names.topic_ids[name], partition, start, end))
    return found


def drop(store: Store) -> None:
    """Take the tables beside away."""
    store.execute(f"DROP DATABASE IF EXISTS {SHADOW} SYNC")


def _partition(
    settings: Settings,
    store: Store,
    rules: Rules,
    topic: Topic,
    topic_id: UUID,
    partition: int,
    start: int,
    end: int,
) -> Compared:
    here, beside = Log(topic, topic_id, partition), ShadowLog(topic, topic_id, partition)
    store.execute(f"CREATE TABLE IF NOT EXISTS {beside.table} AS {here.table}")
    extent = ledger.extent(store, here)
    upto = min(end, extent[1] if extent else start)
    compared = Compared(topic.name, partition, start, upto - 1)
    known = IdentityFilter()
    known.load(ledger.identities(store, here, 0, start), start)
    for records in _blocks(settings, topic.name, partition, start, upto):
        rows = read_all(records, rules, topic.name)
        _land(store, here, beside, known, rows, start, rules.version)
        compared.records += len(rows)
    for first in range(start, upto, STRETCH):
        _compare(store, here, beside, compared, first, min(first + STRETCH, upto))
    return compared


def _land(
    store: Store, here: Log, beside: Log, known: IdentityFilter, rows: Sequence[Row], start: int, version: str
) -> None:
    maybe = known.maybe([row.id_hash for row in rows])
    asked = suspects(rows, maybe) if maybe else []
    before = {}
    if asked:
        before = ledger.known(store, here, asked, start) | ledger.known(store, beside, asked, rows[0].offset)
    block = Block.of(beside, SHADOW, rows, settle(rows, before))
    store.insert(beside.table, COLUMNS, block.columns(version), token=block.token)
    known.mark(block.counted(), rows[-1].offset + 1)


def _blocks(settings: Settings, topic: str, partition: int, start: int, upto: int) -> Iterator[list[Any]]:
    """The records start … upto - 1, as Kafka has them."""
    if start >= upto:
        return
    place = TopicPartition(topic, partition)
    consumer = KafkaConsumer(
        **connecting.kafka_python(settings.kafka),
        client_id="ioc-replay",
        enable_auto_commit=False,
        isolation_level="read_committed",
    )
    try:
        consumer.assign([place])
        consumer.seek(place, start)
        while consumer.position(place) < upto:
            records = consumer.poll(POLL_MS, max_records=MAX_ROWS).get(place, [])
            if some := [record for record in records if record.offset < upto]:
                yield some
    finally:
        consumer.close()


def _compare(store: Store, here: Log, beside: Log, compared: Compared, first: int, upto: int) -> None:
    columns = ", ".join(COMPARED)
    of = "topic_id = %(t)s AND partition = %(p)s AND offset >= %(a)s AND offset < %(b)s"
    said = [f"SELECT {columns} FROM {log.table} WHERE {of}" for log in (here, beside)]  # noqa: S608
    rows = store.query(
        f"SELECT DISTINCT offset FROM (({said[0]} EXCEPT {said[1]})"  # noqa: S608 (names are ours)
        f" UNION ALL ({said[1]} EXCEPT {said[0]})) ORDER BY offset",
        {**here.params, "a": first, "b": upto},
    )
    compared.differing += len(rows)
    compared.offsets += [int(row[0]) for row in rows[: max(NAMED - len(compared.offsets), 0)]]
