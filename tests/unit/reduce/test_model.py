"""Reducing as a machine, stopped at each step: numbers are what the ledger says, whoever wrote them.

Two reducers at any action, crash, an answer that is lost, what a dead one had sent and arrives late, a store
put back from a copy made while it ran, a group that forgot its commits, late and corrected events, midnight.
"""

from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from streams.reduce import actions
from streams.reduce.plan import Partition
from streams.reduce.state import State
from tests.unit.reduce.model import BATCH, Worker, World
from tests.unit.reduce.tables import DAY, FLOW, OVERDUE, PARTITIONS, Said, Tables, cell, fold, join

CASES = "ABC"
WRITING = (actions.LogTouched, actions.WriteCases, actions.WriteCells, actions.WriteValues, actions.Finish)
Told = tuple[str, int, int, int, int]
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(CASES),
        st.integers(0, 25),  # began so long ago
        st.integers(-5, 15),  # due so long from now
        st.integers(1, 3),
        st.integers(0, 8),  # takes back the one so many before it; 0: none
    ),
    min_size=1,
    max_size=4,
)


class Reducing(RuleBasedStateMachine):
    """A ledger, one owner of ioc.control, and all those that owned it before."""

    worker = Worker

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.world.now = 3 * DAY
        self.said = 0
        self.copies: list[Tables] = []
        self.owner = self.worker(self.world)

    # What comes, and how it goes on

    @rule(place=st.sampled_from(PARTITIONS), events=EVENTS, lands=st.booleans())
    def events_come(self, place: Partition, events: list[Told], lands: bool) -> None:
        for case, ago, due, seqno, back in events:
            self.said += 1
            now = self.world.now
            corrects = f"e{self.said - back + 2}" if back and self.said - back + 2 != self.said else ""
            said = Said(f"e{self.said}", case, max(now - ago, 0), max(now + due, 0), seqno, corrects)
            self.world.topics[place].append(said)
        if lands:
            self.world.store.ledger[place] = len(self.world.topics[place])

    @rule(place=st.sampled_from(PARTITIONS), rows=st.integers(1, 4))
    def rows_land(self, place: Partition, rows: int) -> None:
        held = self.world.store.ledger
        held[place] = min(held[place] + rows, len(self.world.topics[place]))

    @rule(by=st.sampled_from((1, 1, 3, DAY)))
    def the_clock_goes_on(self, by: int) -> None:
        self.world.now += by

    @rule(steps=st.integers(1, 12), limit=st.integers(1, BATCH), settle=st.booleans())
    def go_on(self, steps: int, limit: int, settle: bool) -> None:
        self.owner.take(limit, settle=settle)
        for _ in range(steps):
            self.owner.step()

    @rule(limit=st.integers(1, BATCH), settle=st.booleans(), ticks=st.integers(1, 2))
    def go_on_to_an_end(self, limit: int, settle: bool, ticks: int) -> None:
        for _ in range(ticks):
            self._go_on()
            self.owner.take(limit, settle=settle)
        self._go_on()

    @rule(kind=st.sampled_from(WRITING))
    def go_on_to_an_action(self, kind: type) -> None:
        self.owner.take()
        for _ in range(40):
            if self.owner.idle or isinstance(self.owner.pending, kind):
                return
            self.owner.step()

    @rule()
    def the_store_is_slow(self) -> None:
        self.owner.slow_down()

    @rule(part=st.integers(0, 3))
    def the_answer_is_lost(self, part: int) -> None:
        self.owner.arrive(part)

    # Who works

    @rule()
    def crash_or_rebalance(self) -> None:
        """Another one takes over; the one before may be dead, or may not know it yet."""
        self.owner = self.worker(self.world)

    @rule(data=st.data(), part=st.integers(0, 3), steps=st.integers(0, 6))
    def a_zombie_goes_on(self, data: st.DataObject, part: int, steps: int) -> None:
        zombies = [each for each in self.world.workers if each is not self.owner]
        if zombies:
            zombie = data.draw(st.sampled_from(zombies))
            zombie.arrive(part)
            for _ in range(steps):
                zombie.step()

    @rule(arrived=st.booleans())
    def time_passes(self, arrived: bool) -> None:
        """Whatever a dead one had sent has arrived or never will."""
        for worker in self.world.workers:
            if worker is not self.owner and arrived:
                worker.arrive()
        self.world.workers = [self.owner]

    # What is done to group and store

    @rule()
    def the_groups_offsets_expire(self) -> None:
        """Nobody was there for days."""
        self.time_passes(arrived=True)
        self.world.workers = []
        self.world.committed = None
        self.owner = self.worker(self.world)

    @rule()
    def copy_a_part(self) -> None:
        """`ioc backup` takes one group of tables after another, while everything goes on."""
        if len(self.copies) < 4:
            self.copies.append(self.world.store.copy())

    @rule()
    def restore(self) -> None:
        """All are stopped, what was sent has arrived; the copies are put back into an empty store."""
        if len(self.copies) < 4:
            return
        ticks, derived, log, ledger = self.copies
        self.copies = []
        self.world.workers = []
        store = replace(derived, ticks=ticks.ticks, log=log.log, ledger=ledger.ledger)
        if store.ticks and max(store.ticks) < store.used():
            last = store.ticks[max(store.ticks)]
            store.ticks[store.used()] = replace(last, tick=store.used())
        self.world.store = store
        self.owner = self.worker(self.world)

    # Tools

    def _go_on(self) -> None:
        for _ in range(60):
            if self.owner.idle:
                return
            self.owner.step()
        raise AssertionError("a tick does not come to an end")

    def _rest(self) -> None:
        """Until nothing waits and everything is settled."""
        self._go_on()
        while True:
            self.owner.take()
            self._go_on()
            reached = self.owner.machine.watermark
            if all(reached.get(each, 0) == rows for each, rows in self.world.store.ledger.items()):
                self.owner.take()
                self._go_on()
                return

    # What must hold

    @invariant()
    def what_is_finished_is_in_the_cases(self) -> None:
        store = self.world.store
        for place, upto in store.last().watermark().items():
            for said in self.world.topics[place][:upto]:
                assert said.id in store.cases[said.case][2].facts

    @invariant()
    def cells_are_what_cases_say_but_for_what_the_log_names(self) -> None:
        store = self.world.store
        last = store.last()
        today = last.values_at // DAY
        waiting = store.unsettled(last.settled)
        rows = store.rows()
        for day in range(0, today + 3):
            if (FLOW, day) not in waiting:
                assert store.count((FLOW, day)) == cell(rows, (FLOW, day), self.world.now)
            if day < today and (OVERDUE, day) not in waiting:
                assert store.count((OVERDUE, day)) == cell(rows, (OVERDUE, day), self.world.now)

    @rule()
    def in_the_end_everything_is_what_the_ledger_says(self) -> None:
        self._rest()
        store, now = self.world.store, self.world.now
        held = [said for place, rows in store.ledger.items() for said in self.world.topics[place][:rows]]
        named = {said.corrects for said in held if said.corrects}
        states: dict[str, State] = {}
        for said in held:
            join(states.setdefault(said.case, State()), said, named)
        rows = {name: fold(state) for name, state in states.items()}
        assert {name: row for name, (_, row, _) in store.cases.items()} == rows
        for day in range(now // DAY + 3):
            assert store.count((FLOW, day)) == cell(rows.values(), (FLOW, day), now)
        for day in range(now // DAY + 1):
            assert store.count((OVERDUE, day)) == cell(rows.values(), (OVERDUE, day), now), day
        assert store.value[1] == store.shown(now)

    def teardown(self) -> None:
        """Whatever happened, and whatever still arrives, a reducer left in peace puts everything right."""
        self.owner = self.worker(self.world)
        self.in_the_end_everything_is_what_the_ledger_says()
        self.time_passes(arrived=True)
        self.in_the_end_everything_is_what_the_ledger_says()


TestReducing = Reducing.TestCase
TestReducing.settings = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
