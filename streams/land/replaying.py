"""The ledger held against Kafka: everything that Kafka still has is landed once more, beside, and compared.

Into tables of its own (`ioc_shadow`), read with a consumer without a group: what runs is not touched. What
Kafka no longer has counts as known from the ledger, as it did when the records behind it were landed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from ioc import connecting
from ioc.contracts import Rules
from ioc.settings import Settings
from ioc.topics import EVENT_TOPICS, Topic
from storage import exchange, ledger
from storage.client import Store
from storage.ledger import COLUMNS, Log
from streams.land import cluster
from streams.land.block import MAX_ROWS, Block
from streams.land.filter import IdentityFilter
from streams.land.judge import Row, read_but, settle, suspects

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
    found = []
    for each in begin(settings, store, rules, topics):
        each.advance()
        found.append(each.compared)
    return found


def begin(
    settings: Settings, store: Store, rules: Rules, topics: Sequence[Topic] = EVENT_TOPICS
) -> list["Beside"]:
    """Every partition of these topics, its table beside empty."""
    names = cluster.names(settings.kafka, [topic.name for topic in topics])
    exchange.beside(store, SHADOW, [str(topic.ledger) for topic in topics])
    found = []
    for (name, partition), (start, _) in sorted(cluster.extents(settings.kafka, topics).items()):
        topic = next(each for each in topics if each.name == name)
        found.append(Beside(settings, store, rules, Log(topic, names.topic_ids[name], partition), start))
    return found


def drop(store: Store) -> None:
    """Take the tables beside away."""
    exchange.away(store, SHADOW)


class Beside:
    """One partition, landed once more beside the ledger. `start`: the first record that Kafka still has."""

    def __init__(self, settings: Settings, store: Store, rules: Rules, here: Log, start: int) -> None:
        self._settings = settings
        self._store = store
        self._rules = rules
        self._beside = ShadowLog(here.topic, here.topic_id, here.partition)
        self._known = IdentityFilter()
        self._known.load(ledger.identities(store, here, 0, start), start)
        self.here = here
        self.start = self.upto = start
        """All records below `upto` are landed beside and compared."""
        self.compared = Compared(here.topic.name, here.partition, start, start - 1)

    def advance(self) -> None:
        """Up to what ledger and Kafka both have now."""
        place = self.here.topic.name, self.here.partition
        extent = ledger.extent(self._store, self.here)
        end = cluster.extents(self._settings.kafka, [self.here.topic])[place][1]
        upto = min(end, extent[1] if extent else self.start)
        name, number = place
        unread = ledger.set_aside(self._store, self.here, self.upto, upto)
        for records in _blocks(self._settings, name, number, self.upto, upto):
            rows = read_but(records, unread, self._rules, name)
            _land(self._store, self.here, self._beside, self._known, rows, self.start, self._rules.version)
            self.compared.records += len(rows)
        for first in range(self.upto, upto, STRETCH):
            _compare(self._store, self.here, self._beside, self.compared, first, min(first + STRETCH, upto))
        self.upto = max(upto, self.upto)
        self.compared.last = self.upto - 1


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
    twice = f"SELECT offset FROM {here.table} WHERE {of} GROUP BY offset HAVING count() > 1"  # noqa: S608
    rows = store.query(
        f"SELECT DISTINCT offset FROM (SELECT offset FROM ({said[0]} EXCEPT {said[1]})"  # noqa: S608
        f" UNION ALL SELECT offset FROM ({said[1]} EXCEPT {said[0]}) UNION ALL {twice}) ORDER BY offset",
        {**here.params, "a": first, "b": upto},
    )
    compared.differing += len(rows)
    compared.offsets += [int(row[0]) for row in rows[: max(NAMED - len(compared.offsets), 0)]]
