"""Landing on a pretended Kafka and store: the product's own machine, stopped between any two actions.

What is pretended is small: logs that can be made anew, a group that fences, a store that takes a block once
per token while it remembers it, and that refuses some rows for what they hold. The sequence, the judgements
and the decisions are those of `streams.land.machine`: it runs here as it runs in a lane.
"""

from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ioc.contracts import Rules
from ioc.topics import DOCUMENTS
from storage.ledger import COUNTED, REJECTED, Log
from storage.losses import Order, Standing
from streams.land import actions
from streams.land.actions import Action, Gone
from streams.land.filter import IdentityFilter
from streams.land.judge import Row, settle, unread_row
from streams.land.machine import Landing
from streams.land.resume import Committed, KafkaLog, Stop, Stopped
from streams.land.trial import Wire

CLUSTER = "cluster"
RULES = Rules("G09", frozenset(), {}, "1")
INDIGESTIBLE = 3
"""Content that the store refuses, whatever is said of it."""
WINDOW = 6
"""Tokens that the store remembers, of all partitions together."""
Landed = tuple[int, int, str]
"""(offset, verdict, identity) of a ledger row."""


class Fenced(Exception):
    """The group has given the partition to another."""


class Impossible(AssertionError):
    """Landing did what it must never do."""


def indigestible(row: Row) -> bool:
    return not row.reason and row.value == f"{row.id}{INDIGESTIBLE}".encode()


def record(offset: int, identity: str, content: int) -> Row:
    value = f"{identity}{content}".encode()
    head = (offset, 0, "" if content else "schema", "", ord(identity), "G09", "s", identity)
    return Row(*head, "t", "subject", 0, 0, "G09", 1, "", value, b"{}", "", value)


def _wire(row: Row) -> Wire:
    return Wire(row.offset, row.logged_at, None, row.value)


def judged(records: Sequence[Row], expired: Sequence[int], lost: Collection[int] = ()) -> list[int]:
    """The verdicts that the log alone demands.

    What had expired before a record is not known any more; what was lost or not read consumed no identity.
    """
    sound = [
        row._replace(reason="store_refused") if indigestible(row) or row.offset in lost else row
        for row in records
    ]
    verdicts: list[int] = []
    for first, upto in zip([0, *expired], [*expired, len(sound)], strict=True):
        verdicts += settle(sound[first:upto], {})
    return verdicts


@dataclass
class Place:
    """One partition: its log, the group's commit, its rows in the ledger, and what was decided of it."""

    number: int
    topic_id: UUID
    records: list[Row] = field(default_factory=list)
    start: int = 0
    committed: Committed | None = None
    generation: int = 0
    rows: list[Landed] = field(default_factory=list)
    expired: list[int] = field(default_factory=list)
    """Offsets below which all rows had reached the end of the ledger's retention, one after another."""
    lost: set[int] = field(default_factory=set)
    orders: list[Order] = field(default_factory=list)
    unconfirmed: Standing | None = None
    killing: set[int] = field(default_factory=set)
    """Offsets of records that nobody reads any more: whoever did, died."""

    @property
    def log(self) -> Log:
        return Log(DOCUMENTS, self.topic_id, self.number)

    @property
    def end(self) -> int:
        return len(self.records)

    @property
    def gone(self) -> int:
        return self.expired[-1] if self.expired else 0

    def deliver(self, events: Sequence[tuple[str, int]]) -> None:
        """(identity, content), one after another."""
        for identity, content in events:
            self.records.append(record(self.end, identity, content))

    def read(self, first: int, upto: int) -> list[Row]:
        """The records first … upto - 1, as a worker reads them now."""
        found = self.records[first:upto]
        return [unread_row(_wire(row)) if row.offset in self.killing else row for row in found]

    def set_aside(self) -> set[int]:
        """Records that could have been read, and stand in the ledger as not read."""
        return {offset for offset, verdict, _ in self.rows if verdict == REJECTED} & self.killing

    def present(self) -> set[int]:
        return {offset for offset, _, _ in self.rows}

    def following(self) -> int | None:
        return max((*self.present(), *self.lost, self.gone - 1), default=-1) + 1 or None

    def commit(self, generation: int, committed: Committed) -> None:
        """Raises `Fenced` for everybody but the newest member."""
        if generation != self.generation:
            raise Fenced
        self.committed = committed

    def holes(self) -> set[int]:
        """Offsets that are neither in the ledger, nor given up, nor expired."""
        return set(range(self.gone, self.end)) - self.present() - self.lost


Blames = Callable[[int, int], int | None]
"""The offset that a refusal names, of a block's first offset and of the first one that is to blame."""


def silent(_first: int, _bad: int) -> int | None:
    return None


def truthful(_first: int, bad: int) -> int | None:
    return bad


def mistaken(first: int, _bad: int) -> int | None:
    return first


class Store:
    """A table that takes a block once per token, as long as it remembers the token."""

    def __init__(self, blames: Blames = silent) -> None:
        self.blames = blames
        self.attempts = 0
        self.tokens: deque[str] = deque()
        self.workers: list[Worker] = []
        """All that may still have an insert under way."""

    def insert(self, place: Place, action: actions.Insert) -> actions.Refusal | None:
        self.attempts += 1
        pairs = list(zip(action.block.rows, action.block.verdicts, strict=True))
        bad = [row.offset for row, verdict in pairs if indigestible(row) and verdict != REJECTED]
        if bad:
            return actions.Refusal("the store does not like a row", self.blames(pairs[0][0].offset, bad[0]))
        if action.token not in self.tokens:
            only = action.only
            place.rows += [(r.offset, v, r.id) for r, v in pairs if only is None or r.offset in only]
            self.remember(action.token)
        return None

    def remember(self, token: str) -> None:
        """And forget the oldest. What takes so long that its token is forgotten has failed by then."""
        self.tokens.append(token)
        while len(self.tokens) > WINDOW:
            for worker in self.workers:
                if worker.flight is not None and worker.flight.token == self.tokens[0]:
                    worker.time_passes()
            self.tokens.popleft()

    def forget(self, place: Place, kept: int, *, cut_are_known: bool) -> None:
        """All tokens of blocks from `kept` on; of a block that lies across it, if they are not known."""

        def stays(token: str) -> bool:
            name, _, block = token.removesuffix("/rest").rpartition("/")
            if name != f"{CLUSTER}/{place.topic_id}/{place.number}":
                return True
            first, last = map(int, block.split("-"))
            return last < kept or (first < kept and cut_are_known)

        self.tokens = deque(filter(stays, self.tokens))


class Worker:
    """One worker in one generation, between two actions; it may be left there for ever."""

    def __init__(self, place: Place, store: Store, known: IdentityFilter | None = None) -> None:
        place.generation += 1
        self.place, self.store, self.generation = place, store, place.generation
        self.filter = known if known is not None else IdentityFilter()
        self.ended = False
        store.workers.append(self)
        self.begin()

    def begin(self) -> None:
        """From the beginning, within the same generation."""
        self.stopped: Stop | None = None
        self.at = -1
        self.late = False
        self._steps = Landing(self.place.log, CLUSTER, RULES, self.filter).run()
        self.pending: Action[Any] = next(self._steps)

    @property
    def flight(self) -> actions.Insert | None:
        """The insert that may reach the store at any moment, whether or not its sender still lives."""
        return self.pending if isinstance(self.pending, actions.Insert) and not self.late else None

    @property
    def owner(self) -> bool:
        return self.generation == self.place.generation

    @property
    def idle(self) -> bool:
        return isinstance(self.pending, actions.Next) and self.at == self.place.end

    def step(self, size: int) -> None:
        """One action, and on to the next."""
        if self.ended or self.stopped is not None:
            return
        try:
            self.pending = self._steps.send(self._answer(self.pending, size))
        except Stopped as stopped:
            self.stopped = stopped.stop
        except Fenced:
            self.die()

    def arrive(self) -> None:
        """The insert under way reaches the store; nobody hears the answer."""
        if self.flight is not None:
            self.store.insert(self.place, self.flight)

    def time_passes(self) -> None:
        """An insert that waits now is begun no more, before the group has confirmed its plan."""
        if self.flight is not None and self.owner and not self.ended:
            # Its own insert is either answered or known to have failed before others could be so many.
            self.step(1)
        self.late = True

    def die(self) -> None:
        """Nothing more is done; what is under way stays so."""
        self.ended = True
        self._steps.close()

    def _answer(self, action: Action[Any], size: int) -> Any:
        place = self.place
        match action:
            case actions.ReadCommit():
                return place.committed
            case actions.Commit(offset, metadata):
                self.late = False
                return place.commit(self.generation, Committed(offset, metadata))
            case actions.ReadEnds():
                return KafkaLog(place.topic_id, place.start, place.end)
            case actions.Read(first, last):
                return self._records(first, last + 1)
            case actions.Seek(offset):
                self.at = offset
            case actions.Next():
                return self._next(size)
            case actions.Insert(block):
                if self.late:
                    plan = block.plan
                    place.commit(self.generation, Committed(plan.first, plan.metadata))
                    self.late = False
                return self.store.insert(place, action)
            case actions.Reached():
                return None
            case _:
                return self._told(action)
        return None

    def _records(self, first: int, upto: int) -> Sequence[Row] | Gone:
        if first < self.place.start:
            return Gone(self.place.start)
        return self.place.read(first, upto)

    def _next(self, size: int) -> Sequence[Row] | Gone | None:
        if self.at == self.place.end:
            return None
        found = self._records(self.at, self.at + size)
        if not isinstance(found, Gone):
            self.at += len(found)
        return found

    def _told(self, question: Action[Any]) -> Any:
        """The ledger's answer."""
        place = self.place
        match question:
            case actions.Following():
                return place.following()
            case actions.Present(first, last):
                return frozenset(o for o in place.present() if first <= o <= last)
            case actions.Known(hashes, below):
                prints = {row.offset: row.fingerprint for row in place.records}
                return {
                    ("s", name): prints[offset]
                    for offset, verdict, name in place.rows
                    if verdict == COUNTED and offset < below and ord(name) in hashes
                }
            case actions.Identities(since, below):
                counted = [n for o, verdict, n in place.rows if since <= o < below and verdict == COUNTED]
                return [b"".join(ord(name).to_bytes(8, "little") for name in counted)]
            case actions.Orders():
                return tuple(place.orders)
            case actions.Unconfirmed():
                return place.unconfirmed
        raise Impossible(f"{question!r} is not known here")
