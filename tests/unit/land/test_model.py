"""Crash, rebalance, zombie, rewind, restored store at each step: a record is one row, rightly judged."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from streams.land.judge import settle
from streams.land.resume import Committed
from tests.unit.land.model import Kafka, Store, Worker, record


class Landing(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.kafka, self.store = Kafka(), Store()
        self.worker = Worker(self.kafka, self.store)
        self.worker.assign()
        self.zombies: list[Worker] = []

    @rule(events=st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 2)), min_size=1, max_size=6))
    def deliver(self, events: list[tuple[str, int]]) -> None:
        for identity, content in events:
            self.kafka.records.append(record(self.kafka.end, identity, content))

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
        kept = data.draw(st.integers(0, self.kafka.end), label="kept")
        self.store.rows = [row for row in self.store.rows if row[0] < kept]
        self.store.tokens.clear()
        self.crash_or_rebalance()

    def _settle_flights(self) -> None:
        for worker in (*self.zombies, self.worker):
            worker.insert()
            worker.ended, worker.flying = True, None
        self.zombies.clear()

    @invariant()
    def no_row_twice(self) -> None:
        offsets = [offset for offset, _, _ in self.store.rows]
        assert len(offsets) == len(set(offsets))

    @invariant()
    def rows_are_judged_by_the_log_alone(self) -> None:
        expected = settle(self.kafka.records, {})
        assert all(expected[offset] == verdict for offset, verdict, _ in self.store.rows)

    @invariant()
    def nothing_stands_still_without_cause(self) -> None:
        assert self.worker.stopped is None

    def teardown(self) -> None:
        """Whatever happened, a worker that is left in peace brings every record into the ledger."""
        last = Worker(self.kafka, self.store)
        last.assign()
        for _ in range(2 * self.kafka.end + 2):
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
