"""Landing as a machine small enough to be crashed at every step: real decisions, pretended Kafka and store.

The decisions are the product's (`resume`, `settle`, `Block`, plan, token, filter); what surrounds them here
is a log, a group that fences, and a store that takes a block once per token, may be slow to do it, and
refuses some rows for what they hold.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from ioc.topics import DOCUMENTS
from storage.ledger import COUNTED, REJECTED, Log
from storage.losses import Order
from streams.land.block import Block
from streams.land.filter import IdentityFilter
from streams.land.judge import Row, settle, suspects
from streams.land.plan import Plan, checksum
from streams.land.resume import Committed, Held, KafkaLog, Start, Stop, planned, resume

TOPIC = UUID(int=1)
INDIGESTIBLE = 3
"""Content that the store refuses, whatever is said of it."""
Landed = tuple[int, int, str]
"""(offset, verdict, identity) of a ledger row."""


class Refused(Exception):
    """The store does not take a block for what one of its rows holds."""


def quarantined(row: Row) -> Row:
    """What stands in the ledger for a row that the store did not take."""
    return row if row.reason else row._replace(reason="store_refused")


def indigestible(row: Row) -> bool:
    return not row.reason and row.value == f"{row.id}{INDIGESTIBLE}".encode()


def record(offset: int, identity: str, content: int) -> Row:
    value = f"{identity}{content}".encode()
    head = (offset, 0, "" if content else "schema", "", ord(identity), "G09", "s", identity)
    return Row(*head, "t", "subject", 0, 0, "G09", 1, "", value, b"{}", "", value)


@dataclass
class Kafka:
    """One partition and one group: commits of an old generation are refused."""

    records: list[Row] = field(default_factory=list)
    start: int = 0
    committed: Committed | None = None
    generation: int = 0
    topic_id: UUID = TOPIC

    def commit(self, generation: int, offset: int, metadata: str) -> bool:
        if generation != self.generation:
            return False
        self.committed = Committed(offset, metadata)
        return True

    @property
    def end(self) -> int:
        return len(self.records)


@dataclass
class Store:
    """A table that takes a block once per token; `rows` are those of the topic as it is now."""

    rows: list[Landed] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    refuses: set[int] = field(default_factory=set)
    given_up: list[Order] = field(default_factory=list)

    def insert(self, token: str, rows: list[Landed]) -> None:
        """Raises `Refused`, and then keeps nothing."""
        if any(offset in self.refuses and verdict != REJECTED for offset, verdict, _ in rows):
            raise Refused
        if token not in self.tokens:
            self.tokens.add(token)
            self.rows += rows

    def held(self, plan: Plan | None) -> Held:
        offsets = {offset for offset, _, _ in self.rows}
        here = {o for o in offsets if plan and plan.first <= o <= plan.last}
        return Held(max(offsets) + 1 if offsets else None, frozenset(here))


class Worker:
    """One worker in one generation; at any point it may be left alone for ever."""

    def __init__(self, kafka: Kafka, store: Store) -> None:
        kafka.generation += 1
        self.kafka, self.store, self.generation = kafka, store, kafka.generation
        self.filter = IdentityFilter()
        self.next: int | None = None
        self.redo: tuple[Plan, frozenset[int] | None] | None = None
        self.block: Block | None = None
        self.only: frozenset[int] | None = None
        self.halves: list[list[Row]] = []
        """What is left of a block that was refused, each half to be planned and sent by itself."""
        self.flying: tuple[str, list[Landed]] | None = None
        self.stopped: Stop | None = None
        self.ended = False
        self.landed: int | None = None

    @property
    def log(self) -> Log:
        return Log(DOCUMENTS, self.kafka.topic_id, 0)

    def assign(self) -> None:
        plan = planned(self.kafka.committed)
        held = self.store.held(plan if isinstance(plan, Plan) else None)
        log = KafkaLog(self.kafka.topic_id, self.kafka.start, self.kafka.end)
        decision = resume(self.kafka.committed, log, held, self.store.given_up)
        if isinstance(decision, Stop):
            self.stopped, self.ended = decision, True
            return
        self._begin(decision)

    def _begin(self, start: Start) -> None:
        self.next = start.offset
        first = start.offset
        if start.redo is not None:
            self.redo = (start.redo, start.missing)
            first = start.redo.first
        self._fill(first)

    def _fill(self, below: int) -> None:
        since = self.filter.upto
        hashes = [
            ord(name) for o, verdict, name in self.store.rows if since <= o < below and verdict == COUNTED
        ]
        self.filter.load([b"".join(h.to_bytes(8, "little") for h in hashes)], below)

    def _judge(self, rows: list[Row]) -> Block:
        first = rows[0].offset
        asked = suspects(rows, self.filter.maybe([row.id_hash for row in rows]))
        prints = {row.offset: row.fingerprint for row in self.kafka.records}
        known = {
            ("s", name): prints[offset]
            for offset, verdict, name in self.store.rows
            if verdict == COUNTED and offset < first and ord(name) in asked
        }
        return Block.of(self.log, "cluster", rows, settle(rows, known))

    def prepare(self, size: int) -> None:
        """Gather and judge the next block, or the planned one again."""
        if self.block is not None or self.next is None or self.ended:
            return
        if self.halves:
            rows = self.halves.pop(0)
        elif self.redo is not None:
            plan, self.only = self.redo
            assert plan.first >= self.kafka.start, "Kafka no longer has what is read"
            rows = self.kafka.records[plan.first : plan.last + 1]
            assert checksum(row.value for row in rows) == plan.checksum
        else:
            self.only = None
            assert self.next >= self.kafka.start, "Kafka no longer has what is read"
            rows = self.kafka.records[self.next : self.next + size]
        if rows:
            self.block = self._judge(rows)

    def plan(self) -> None:
        """Commit the plan; the group refuses it when it has moved on."""
        if self.block is None or self.flying is not None or self.ended:
            return
        plan = self.block.plan
        if not self.kafka.commit(self.generation, plan.first, plan.metadata):
            self.ended = True
            return
        pairs = zip(self.block.rows, self.block.verdicts, strict=True)
        rows = [
            (row.offset, verdict, row.identity[1])
            for row, verdict in pairs
            if self.only is None or row.offset in self.only
        ]
        token = self.block.token if self.only is None else f"{self.block.token}/rest"
        self.flying = (token, rows)

    def insert(self) -> None:
        """What was sent reaches the store; a dead worker's insert may still do so."""
        if self.flying is not None:
            with suppress(Refused):
                self.store.insert(*self.flying)

    def mark(self) -> None:
        """The store has answered."""
        if self.flying is None or self.block is None or self.ended:
            return
        sent, self.flying = self.flying, None
        try:
            self.store.insert(*sent)
        except Refused:
            self._halve(list(self.block.rows))
            return
        plan = self.block.plan
        self.filter.mark(self.block.counted(), plan.last + 1)
        if self.halves:
            self.block = None
            return
        self.landed = plan.last + 1
        if self.redo is not None:
            self.redo = None
            assert self.next is not None
            self._fill(max(self.next, plan.last + 1))
        else:
            self.next = plan.last + 1
        self.block = None

    def _halve(self, rows: list[Row]) -> None:
        """Until the one row is found; that one stands in quarantine."""
        if len(rows) == 1:
            self.block = self._judge([quarantined(rows[0])])
            return
        middle = len(rows) // 2
        self.halves = [rows[:middle], rows[middle:], *self.halves]
        self.block = None

    def idle(self) -> None:
        """Nothing came for a second: commit without a plan."""
        if self.block is None and not self.halves and self.landed is not None and not self.ended:
            self.ended = not self.kafka.commit(self.generation, self.landed, "")
            self.landed = None
