"""Reducing on a pretended ioc.control and store: the product's own machine, stopped between any two actions.

What is pretended is small: a ledger of a few partitions, a group that fences, a store whose rows replace
those of a lower version, and three formulas: what cases count on the day they began, how many were overdue as
a day ended, and a value made of both. The order of the steps and what a new owner goes on with are those of
`streams.reduce.machine`; how facts join is `streams.reduce.state`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from streams.land.actions import Action, Reached
from streams.reduce import actions
from streams.reduce.actions import Work, Writing
from streams.reduce.machine import Reduction
from streams.reduce.plan import Partition, Plan, Vector
from streams.reduce.state import State
from tests.unit.reduce.tables import (
    DAY,
    FLOW,
    OVERDUE,
    PARTITIONS,
    Changes,
    Key,
    Said,
    Tables,
    cell,
    copied,
    fold,
    join,
    touched,
)  # fmt: skip

BATCH = 5
"""Ledger rows of a tick at most."""


class Fenced(Exception):
    """The group has given ioc.control to another."""


@dataclass
class Batch:
    """Rows of the ledger, and where they end."""

    to: Vector
    events: list[Said] = field(default_factory=list)


class World:
    """What the reducers share."""

    def __init__(self) -> None:
        self.now = 0
        self.topics: dict[Partition, list[Said]] = {each: [] for each in PARTITIONS}
        self.store = Tables()
        self.generation = 0
        self.committed: Plan | None = None
        self.workers: list[Worker] = []
        """All that may still have something under way."""

    def commit(self, generation: int, plan: Plan) -> None:
        """Raises `Fenced` for everybody but the newest member."""
        if generation != self.generation:
            raise Fenced
        self.committed = plan

    def stretch(self, watermark: Vector, to: Vector) -> Batch:
        """Rows behind the watermark, as far as the ledger has them."""
        reached = dict(watermark)
        events = []
        for place, end in to.items():
            start = watermark.get(place, 0)
            end = max(min(end, self.store.ledger[place]), start)
            events += self.topics[place][start:end]
            if end:
                reached[place] = end
        return Batch(reached, events)

    def new(self, watermark: Vector, limit: int) -> Batch:
        waiting = [each for each in PARTITIONS if self.store.ledger[each] > watermark.get(each, 0)]
        share = max(limit // max(len(waiting), 1), 1)
        return self.stretch(watermark, {each: watermark.get(each, 0) + share for each in waiting})

    def by_identity(self, ids: set[str]) -> list[Said]:
        return [
            each
            for place, events in self.topics.items()
            for each in events[: self.store.ledger[place]]
            if each.id in ids
        ]


class Worker:
    """One reducer in one generation, between two actions; it may be left there for ever."""

    machine_of: type[Reduction[Batch, Changes]] = Reduction
    fenced = True

    def __init__(self, world: World) -> None:
        world.generation += 1
        self.world, self.generation = world, world.generation
        for other in world.workers:
            other.late = True
        world.workers.append(self)
        self.machine = self.machine_of()
        self.touched: set[Key] = set()
        self.named: set[str] = set()
        self.ended = False
        self.late: bool = False
        """`late`: it begins nothing before the group has confirmed its plan."""
        self._slow: Callable[[], None] | None = None
        self._steps = self.machine.begin()
        self.pending: Action[Any] | None = next(self._steps)

    @property
    def idle(self) -> bool:
        """Between two ticks."""
        return self.pending is None

    def take(self, limit: int = BATCH, *, settle: bool = True, by_clock: bool = True) -> None:
        """Begin a tick, if none is under way."""
        if self.ended or not self.idle:
            return
        batch = self.world.new(self.machine.watermark, limit)
        work = Work[Batch, Changes](batch, self.world.now, settle=settle, by_clock=settle and by_clock)
        self._steps = self.machine.tick(work)
        self.pending = next(self._steps)

    def step(self) -> None:
        """One action, and on to the next."""
        if self.ended or self.pending is None:
            return
        try:
            answer = self._answer(self.pending)
        except Fenced:
            self.die()
            return
        self._slow = None
        try:
            self.pending = self._steps.send(answer)
        except StopIteration:
            self.pending = None

    def die(self) -> None:
        """Nothing more is done; what is under way stays so."""
        self.ended = True
        self._steps.close()

    def slow_down(self) -> None:
        """The store has begun what was asked, on what it holds now, and ends it later."""
        if self._slow is None and isinstance(self.pending, Writing):
            self._slow = self._effect(self.pending, 99)

    def arrive(self, part: int = 99) -> None:
        """What is under way reaches the store, or some of it; nobody hears the answer."""
        if isinstance(self.pending, Writing):
            (self._slow or self._effect(self.pending, part))()

    def _answer(self, action: Action[Any]) -> Any:
        world, store = self.world, self.world.store
        match action:
            case actions.Commit(plan):
                return world.commit(self.generation, plan)
            case Writing():
                if self.late and self.fenced:
                    raise Fenced
                if isinstance(action, actions.Finish) and action.work.settle and not self.late:
                    assert store.value[1] == store.shown(action.work.at), (
                        "a tick is finished before its values"
                    )
                (self._slow or self._effect(action, 99))()
                if isinstance(action, actions.WriteCells):
                    self.touched = set()
                return self._merged(action) if isinstance(action, actions.Merge) else None
            case actions.ReadFinished():
                return store.last()
            case actions.ReadPlan():
                return world.committed
            case actions.ReadUsed():
                return store.used()
            case actions.Inherit(done):
                self.touched |= store.unsettled(done.settled)
                self.named = set(store.corrections)
                if done.tick and not done.values_at:
                    # As after a pause longer than the log is kept: all days of all cases.
                    days = range(max((began for began, _, _ in store.rows()), default=0) // DAY + 1)
                    self.touched |= {(FLOW, day) for day in days}
                    self.touched |= {(OVERDUE, day) for day in range(world.now // DAY + 1)}
                return None
            case actions.Again(watermark, to):
                batch = world.stretch(watermark, to)
                fits = 0 < len(batch.events) <= BATCH
                return Work[Batch, Changes](batch, world.now, by_clock=True) if fits else None
            case Reached():
                return None
        raise AssertionError(f"{action!r} is not known here")

    def _effect(self, action: Action[Any], part: int) -> Callable[[], None]:
        """What an action does to the store, as it stands now, whenever it is done; `part` of it at most."""
        store = self.world.store
        match action:
            case actions.Merge(work=work):
                named = {each.corrects for each in work.batch.events if each.corrects}
                return lambda: store.corrections.update(named)
            case actions.LogTouched(tick):
                keys = frozenset(self.touched)
                return lambda: store.log.append((tick, keys))
            case actions.WriteCases(tick, changes):
                rows = sorted(changes.items(), key=lambda each: each[0])[:part]
                return lambda: store.put_cases(tick, rows)
            case actions.WriteCells(tick, at):
                found = {key: cell(store.rows(), key, at) for key in self.touched}
                return lambda: store.put_cells(tick, found)
            case actions.WriteValues(tick, at):
                value = store.shown(at)
                return lambda: store.put_value(tick, value)
            case actions.Finish(ended, done):

                def finish() -> None:
                    store.ticks.setdefault(ended.number, done)

                return finish
        raise AssertionError(f"{action!r} is not known here")

    def _merged(self, action: actions.Merge[Batch, Changes]) -> Changes:
        work, store = action.work, self.world.store
        named = {each.corrects for each in work.batch.events if each.corrects}
        self.named |= named
        states: dict[str, State] = {}
        changed = set()
        for said in work.batch.events + self.world.by_identity(named):
            if said.case not in states:
                known = store.cases.get(said.case)
                states[said.case] = copied(known[2]) if known else State()
            if join(states[said.case], said, self.named):
                changed.add(said.case)
        changes: Changes = {}
        for name in changed:
            before = store.cases[name][1] if name in store.cases else None
            changes[name] = (before, fold(states[name]), states[name])
            self.touched |= touched(changes[name], work.at)
        if work.by_clock:
            self.touched |= {(OVERDUE, day) for day in range(action.since // DAY, work.at // DAY + 1)}
        return changes
