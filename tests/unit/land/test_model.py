"""Landing as a machine, crashed at each step: a record is one row, rightly judged.

Rebalance, zombie, rewind, expired commits, a restored store, a forgotten window of tokens, retention, a topic
made anew, rows that the store refuses.
"""

from dataclasses import replace
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from storage.losses import Order
from streams.land.judge import Row, settle
from streams.land.resume import Committed
from tests.unit.land.model import (
    INDIGESTIBLE,
    Kafka,
    Landed,
    Store,
    Worker,
    indigestible,
    quarantined,
    record,
)


class Landing(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.kafka, self.store = Kafka(), Store()
        self.worker = Worker(self.kafka, self.store)
        self.worker.assign()
        self.zombies: list[Worker] = []
        self.gone: list[tuple[list[Row], list[Landed], frozenset[int]]] = []
        """Of topics that were made anew: their records, their rows, and which offsets the store refused."""

    @rule(
        events=st.lists(
            st.tuples(st.sampled_from("abcdef"), st.sampled_from([0, 1, 1, 2, INDIGESTIBLE])),
            min_size=1,
            max_size=6,
        )
    )
    def deliver(self, events: list[tuple[str, int]]) -> None:
        for identity, content in events:
            row = record(self.kafka.end, identity, content)
            self.kafka.records.append(row)
            if indigestible(row):
                self.store.refuses.add(row.offset)

    @precondition(lambda self: self.worker.block is None)
    @rule(size=st.integers(1, 5))
    def plan(self, size: int) -> None:
        self.worker.prepare(size)
        self.worker.plan()

    @precondition(lambda self: self.worker.flying is not None)
    @rule()
    def insert_and_mark(self) -> None:
        self.worker.mark()

    @precondition(lambda self: self.worker.landed is not None)
    @rule()
    def idle(self) -> None:
        self.worker.idle()

    @precondition(lambda self: self.worker.flying is not None)
    @rule()
    def reach_store_without_an_answer(self) -> None:
        self.worker.insert()

    @rule()
    def crash_or_rebalance(self) -> None:
        self.zombies.append(self.worker)
        self.worker = Worker(self.kafka, self.store)
        self.worker.assign()

    @precondition(lambda self: self.zombies)
    @rule(data=st.data())
    def zombie_goes_on(self, data: st.DataObject) -> None:
        zombie = data.draw(st.sampled_from(self.zombies))
        # What it had sent arrives; for whatever it does next it must ask the group first.
        zombie.mark()
        zombie.prepare(2)
        zombie.plan()
        zombie.mark()
        zombie.idle()

    @rule(data=st.data())
    def rewind(self, data: st.DataObject) -> None:
        """Someone resets the group's offsets; the workers are stopped for it, as Kafka demands."""
        self._settle_flights()
        self.kafka.committed = data.draw(
            st.one_of(st.none(), st.integers(0, self.kafka.end).map(Committed)), label="committed"
        )
        self.crash_or_rebalance()

    @rule(data=st.data())
    def restore_store(self, data: st.DataObject) -> None:
        """The store comes back from a backup: its rows and its memory of tokens are those of then."""
        self._settle_flights()
        kept = data.draw(st.integers(self.kafka.start, self.kafka.end), label="kept")
        self.store.rows = [row for row in self.store.rows if row[0] < kept]
        self.store.tokens.clear()
        self.crash_or_rebalance()

    @precondition(lambda self: self.worker.flying is None)
    @rule()
    def neighbours_overflow_the_window(self) -> None:
        """The store forgets all tokens; what a dead worker had sent has arrived or is lost by then."""
        for zombie in self.zombies:
            zombie.insert()
            zombie.flying = None
        self.store.tokens.clear()

    @rule(data=st.data())
    def retention(self, data: st.DataObject) -> None:
        """Kafka deletes what is old; of what the ledger has, not of what waits."""
        landed = max((offset for offset, _, _ in self.store.rows), default=-1) + 1
        oldest = min([landed, *(w.redo[0].first for w in (self.worker, *self.zombies) if w.redo)])
        self.kafka.start = data.draw(
            st.integers(self.kafka.start, max(oldest, self.kafka.start)), label="start"
        )

    @rule(commits_survive=st.booleans())
    def make_the_topic_anew(self, commits_survive: bool) -> None:
        """Offsets begin at 0 again, as other records; of a block under way somebody gives up the rest."""
        self._settle_flights()
        self.gone.append((self.kafka.records, self.store.rows, frozenset(self.store.refuses)))
        committed = self.kafka.committed if commits_survive else None
        self.kafka = Kafka(
            committed=committed, generation=self.kafka.generation, topic_id=UUID(int=len(self.gone) + 1)
        )
        self.store = replace(self.store, rows=[], refuses=set())
        self.worker = Worker(self.kafka, self.store)
        self.worker.assign()
        if (stop := self.worker.stopped) is not None:
            assert stop.kind == "recreated" and stop.topic_id is not None
            self.store.given_up.append(Order(stop.topic_id, stop.first, stop.last))
            self.worker = Worker(self.kafka, self.store)
            self.worker.assign()

    def _settle_flights(self) -> None:
        for worker in (*self.zombies, self.worker):
            worker.insert()
            worker.ended, worker.flying = True, None
        self.zombies.clear()

    @invariant()
    def no_row_twice(self) -> None:
        for rows in (self.store.rows, *(rows for _, rows, _ in self.gone)):
            offsets = [offset for offset, _, _ in rows]
            assert len(offsets) == len(set(offsets))

    @invariant()
    def rows_are_judged_by_the_log_alone(self) -> None:
        now = (self.kafka.records, self.store.rows, frozenset(self.store.refuses))
        for records, rows, refused in (now, *self.gone):
            expected = settle([quarantined(row) if row.offset in refused else row for row in records], {})
            assert all(expected[offset] == verdict for offset, verdict, _ in rows)

    @invariant()
    def nothing_stands_still_without_cause(self) -> None:
        assert self.worker.stopped is None

    def teardown(self) -> None:
        """Whatever happened, a worker that is left in peace brings every record into the ledger."""
        last = Worker(self.kafka, self.store)
        last.assign()
        # A block that is refused is halved down to its rows, and each of these is tried and then quarantined.
        for _ in range(6 * self.kafka.end + 2):
            last.prepare(3)
            last.plan()
            last.mark()
        assert sorted(offset for offset, _, _ in self.store.rows) == list(range(self.kafka.end))
        self.rows_are_judged_by_the_log_alone()


class TestLanding(Landing.TestCase):  # type: ignore[misc]
    settings = settings(
        max_examples=100,
        stateful_step_count=50,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
