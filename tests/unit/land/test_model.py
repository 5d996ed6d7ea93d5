"""Landing as a machine, stopped at each step: a record is one row, rightly judged, whatever happens.

Crash, rebalance, zombie, rewind, expired commits, a restored store, tokens forgotten because neighbours were
busy, retention in Kafka and in the ledger, a topic made anew, an idle partition, rows that the store refuses,
records set aside unread after others had read them.
"""

from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from storage.losses import Order, Standing
from streams.land.block import MAX_ROWS
from streams.land.resume import Committed
from tests.unit.land.model import (
    INDIGESTIBLE,
    WINDOW,
    Blames,
    Place,
    Store,
    Worker,
    judged,
    mistaken,
    silent,
    truthful,
)

HERE = st.sampled_from((0, 0, 1))
SIZE = st.integers(1, 5)


class Landing(RuleBasedStateMachine):
    """Two partitions of a topic, each with a worker that owns it, and one store."""

    def __init__(self) -> None:
        super().__init__()
        self.store = Store()
        self.topics = 0
        topic = self._topic_id()
        self.places = [Place(number, topic) for number in (0, 1)]
        self.owners = [Worker(place, self.store) for place in self.places]
        self.gone: list[Place] = []
        """Of topics that were made anew."""

    def _topic_id(self) -> UUID:
        self.topics += 1
        return UUID(int=self.topics)

    # What comes, and how it goes on

    @rule(
        n=HERE,
        events=st.lists(
            st.tuples(st.sampled_from("abcdef"), st.sampled_from([0, 1, 1, 2, INDIGESTIBLE])),
            min_size=1,
            max_size=6,
        ),
        size=SIZE,
        blocks=st.integers(0, 3),
    )
    def deliver(self, n: int, events: list[tuple[str, int]], size: int, blocks: int) -> None:
        self.places[n].deliver(events)
        self.go_on_to_an_insert(n, size, blocks)

    @rule(n=HERE, steps=st.integers(1, 12), size=SIZE)
    def go_on(self, n: int, steps: int, size: int) -> None:
        for _ in range(steps):
            self.owners[n].step(size)

    @rule(n=HERE, size=SIZE, blocks=st.integers(1, 3))
    def go_on_to_an_insert(self, n: int, size: int, blocks: int) -> None:
        for _ in range(blocks):
            self.owners[n].step(size)
            self._go_on(self.owners[n], size, inserting=True)

    @rule(blames=st.sampled_from((silent, truthful, mistaken)))
    def the_store_blames(self, blames: Blames) -> None:
        """From now on a refusal names the row, another one, or none."""
        self.store.blames = blames

    @rule(n=HERE)
    def the_answer_is_lost(self, n: int) -> None:
        self.owners[n].arrive()

    # Who works

    @rule(n=HERE)
    def crash_or_rebalance(self, n: int) -> None:
        """Another process takes over; the one before may be dead, or may not know it yet."""
        self.owners[n] = Worker(self.places[n], self.store)

    @rule(n=HERE)
    def rebalance_within_the_process(self, n: int) -> None:
        """It gets the partition back; what it knows by heart it still knows."""
        self.owners[n].die()
        self.owners[n] = Worker(self.places[n], self.store, self.owners[n].filter)

    @rule(n=HERE, data=st.data())
    def a_record_kills_whoever_reads_it(self, n: int, data: st.DataObject) -> None:
        """It was read by others before, it may even be planned: from now on it is set aside unread."""
        place = self.places[n]
        if place.end > place.start:
            place.killing.add(data.draw(st.integers(place.start, place.end - 1), label="offset"))
        self.crash_or_rebalance(n)

    @rule(data=st.data(), steps=st.integers(1, 8))
    def a_zombie_goes_on(self, data: st.DataObject, steps: int) -> None:
        zombies = self._zombies()
        if zombies:
            zombie = data.draw(st.sampled_from(zombies))
            zombie.arrive()
            for _ in range(steps):
                zombie.step(2)

    @rule(arrived=st.booleans())
    def time_passes(self, arrived: bool) -> None:
        """Whatever was sent has arrived or never will."""
        for worker in list(self.store.workers):
            if arrived:
                worker.arrive()
            worker.time_passes()
        self.store.workers = list(self.owners)

    @rule(inserts=st.integers(1, 2 * WINDOW))
    def neighbours_are_busy(self, inserts: int) -> None:
        """Other partitions of the same table insert so much that tokens of ours are forgotten."""
        for n in range(inserts):
            self.store.remember(f"neighbour {n}")

    # What is done to group, store and log

    @rule(n=HERE, data=st.data())
    def rewind(self, n: int, data: st.DataObject) -> None:
        """Someone resets the group's offsets; the workers are stopped for it, as Kafka demands."""
        self._stop_all(n)
        self.places[n].committed = Committed(data.draw(st.integers(0, self.places[n].end), label="offset"))
        self.crash_or_rebalance(n)

    @rule(n=HERE)
    def the_groups_offsets_expire(self, n: int) -> None:
        self._stop_all(n)
        self.places[n].committed = None
        self.crash_or_rebalance(n)

    @rule(data=st.data(), within=st.booleans(), cut_are_known=st.booleans())
    def restore_store(self, data: st.DataObject, within: bool, cut_are_known: bool) -> None:
        """The store comes back from a backup: its rows and its memory of tokens are those of then.

        `cut_are_known`: also the tokens of blocks of which it has a part.
        """
        for n, place in enumerate(self.places):
            self._stop_all(n)
            least, end = max(place.start, place.gone), place.end
            lately = st.integers(max(least, end - 4), max(least, end))
            kept = data.draw(st.one_of(lately, st.integers(least, max(least, end))), label="kept")
            place.rows = [row for row in place.rows if row[0] < kept]
            place.lost = {offset for offset in place.lost if offset < kept}
            self.store.forget(place, kept, cut_are_known=cut_are_known)
        for n in (0, 1):
            if within:
                self.rebalance_within_the_process(n)
            else:
                self.crash_or_rebalance(n)

    @rule(n=HERE, data=st.data())
    def kafka_lets_go(self, n: int, data: st.DataObject) -> None:
        """Of what the ledger has; now and then also of what waits.

        Not before the first row: a log without its beginning is then taken as it is found.
        """
        place = self.places[n]
        landed = min(place.holes(), default=place.end)
        waiting = landed if place.following() is None else place.end
        upto = data.draw(st.sampled_from((landed, landed, landed, waiting)), label="at most")
        place.start = data.draw(st.integers(place.start, max(upto, place.start)), label="start")

    @rule(n=HERE)
    def the_ledger_lets_go(self, n: int) -> None:
        """After years; a worker has been idle since, or was stopped while nothing was under way."""
        owner, place = self.owners[n], self.places[n]
        self._go_on(owner, MAX_ROWS)
        owner.step(1)  # nothing has come for a while
        self._go_on(owner, MAX_ROWS)
        if owner.stopped is None:
            self.time_passes(arrived=True)
            self._stop_all(n)
            place.expired.append(place.end)
            place.rows.clear()
            self.store.tokens.clear()
            self.crash_or_rebalance(n)

    @rule(commits_survive=st.booleans(), seen=st.booleans())
    def make_the_topic_anew(self, commits_survive: bool, seen: bool) -> None:
        """Offsets begin at 0 again, as other records. `seen`: landing had noted how far the old log went."""
        topic = self._topic_id()
        for n, old in enumerate(list(self.places)):
            self._stop_all(n)
            new = self.places[n] = Place(n, topic, generation=old.generation, orders=old.orders)
            new.committed = old.committed if commits_survive else None
            if seen and old.holes():
                new.unconfirmed = Standing(old.log, "the topic was made anew", "recreated", 0, old.end - 1)
            self.gone.append(old)
            self.crash_or_rebalance(n)

    @rule(n=HERE)
    def somebody_gives_up_what_is_lost(self, n: int) -> None:
        self._give_up(n)

    # Tools

    def _zombies(self) -> list[Worker]:
        return [worker for worker in self.store.workers if worker not in self.owners]

    def _go_on(self, worker: Worker, size: int, *, inserting: bool = False) -> None:
        """Until nothing is left to do, or to the next insert."""
        for _ in range(60 + 40 * worker.place.end):
            if worker.ended or worker.stopped is not None or worker.idle:
                return
            if inserting and worker.flight is not None:
                return
            worker.step(size)
        raise AssertionError("landing does not come to an end")

    def _stop_all(self, n: int) -> None:
        """Nobody works here, nothing is under way."""
        for worker in list(self.store.workers):
            if worker.place is self.places[n]:
                worker.arrive()
                worker.die()
                self.store.workers.remove(worker)

    def _give_up(self, n: int) -> None:
        """The order that a person gives when a partition stands still; the worker begins again by itself."""
        owner, place = self.owners[n], self.places[n]
        stop = owner.stopped
        if stop is None:
            return
        for zombie in self._zombies():
            zombie.arrive()
            zombie.time_passes()
        self.store.workers = list(self.owners)
        place.orders.append(Order(stop.topic_id or place.topic_id, stop.first, max(stop.first, stop.last)))
        if stop.topic_id is None:
            place.lost |= set(range(stop.first, stop.last + 1)) - place.present()
        elif place.unconfirmed is not None and place.unconfirmed.log.topic_id == stop.topic_id:
            place.unconfirmed = None
        owner.begin()

    # What must hold

    @invariant()
    def no_row_twice(self) -> None:
        for place in (*self.places, *self.gone):
            assert len(place.present()) == len(place.rows)
            assert all(offset >= place.gone for offset in place.present())

    @invariant()
    def rows_are_judged_by_the_log_alone(self) -> None:
        for place in (*self.places, *self.gone):
            expected = judged(place.records, place.expired, place.lost | place.set_aside())
            assert all(expected[offset] == verdict for offset, verdict, _ in place.rows)

    @invariant()
    def what_is_known_by_heart_stands_in_the_ledger(self) -> None:
        for owner, place in zip(self.owners, self.places, strict=True):
            if owner.at >= 0:
                assert not any(offset < owner.filter.upto for offset in place.holes())

    @invariant()
    def nothing_lands_before_the_log_that_is_gone_is_accounted_for(self) -> None:
        assert not any(place.rows for place in self.places if place.unconfirmed is not None)

    @invariant()
    def nothing_stands_still_without_cause(self) -> None:
        for owner, place in zip(self.owners, self.places, strict=True):
            stop = owner.stopped
            if stop is None:
                continue
            if stop.kind == "recreated":
                assert stop.topic_id in {old.topic_id for old in self.gone}
            else:
                assert stop.kind == "retention"
                # What a dead worker had sent may have arrived since.
                assert stop.first <= stop.last < place.start

    def teardown(self) -> None:
        """Whatever happened, a worker that is left in peace brings every record into the ledger."""
        for n, place in enumerate(self.places):
            self.crash_or_rebalance(n)
            self._go_on(self.owners[n], 3)
            for _ in range(4):
                self._give_up(n)
                self._go_on(self.owners[n], 3)
            assert self.owners[n].stopped is None
            assert place.holes() == set()
        self.no_row_twice()
        self.rows_are_judged_by_the_log_alone()


TestLanding = Landing.TestCase
TestLanding.settings = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
