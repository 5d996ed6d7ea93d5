"""Reducing, as a machine: which steps in which order, and nothing of how they are done.

A tick first says how far it will go (the plan, on ioc.control), then what it will touch (the log), then
writes cases, cells and values, and last that it is done. Wherever it dies, what it planned is run again:
merging is idempotent, every row carries the number of its tick as its version, and the cells of ticks that
were not settled are computed anew.

No clock, no I/O: it yields actions and is sent their answers (`actions.py`). `reducer.py` drives it on Kafka
and store; `tests/unit/reduce/model.py` drives the same on pretended ones.
"""

from dataclasses import replace
from typing import Generic

from streams.land.actions import Reached, Steps, do
from streams.reduce import actions
from streams.reduce.actions import Batch, Changes, Work
from streams.reduce.plan import Plan, Vector, dump_vector
from streams.reduce.ticks import Finished, Tick


class Reduction(Generic[Batch, Changes]):
    """One owner of ioc.control, from taking over to its last tick."""

    def __init__(self) -> None:
        self.done = Finished()
        self.watermark: Vector = {}
        self._first_at = 0

    def clock_right_at(self, at: int) -> int:
        """The instant up to which what moves with the clock is right, asked at this one.

        Until it was looked at for the first time there are no cases from before the first tick.
        """
        self._first_at = self._first_at or at
        return self.done.values_at or self._first_at

    def begin(self) -> Steps[None]:
        """Go on where the owner before stopped, first through the tick that it had planned.

        Under another number: whatever that owner has sent may still arrive, and must not stand above what is
        written now. The whole of it at once: a case that arrives so late is then one that we write too, or
        one that we found, and whose cells are named in the log that we read.
        """
        self.done = yield from do(actions.ReadFinished())
        self.watermark = self.done.watermark()
        yield from do(actions.Inherit(self.done))
        plan = yield from do(actions.ReadPlan())
        if plan is None:
            # Nothing says what was begun: behind everything that was ever written.
            used = yield from do(actions.ReadUsed())
            plan = Plan(max(used, self.done.tick + 1) if self.done.tick else used)
        self.done = replace(self.done, tick=max(self.done.tick, plan.tick))
        planned = yield from do(actions.Again[Batch, Changes](self.watermark, plan.to))
        if planned is not None:
            yield from self.tick(planned)

    def tick(self, work: Work[Batch, Changes]) -> Steps[None]:
        """One tick, from its plan to its end."""
        tick = Tick(self.done.tick + 1, work.kind, work.at, work.live or self.done.live)
        yield from do(actions.Commit(Plan(tick.number, work.batch.to)))
        yield from do(Reached("planned"))
        changes: Changes = yield from do(actions.Merge(tick, work, self.clock_right_at(work.at)))
        yield from do(actions.LogTouched(tick.number))
        yield from do(Reached("logged"))
        yield from do(actions.WriteCases(tick.number, changes))
        yield from do(Reached("cases"))
        if work.settle:
            yield from self._settle(tick, work.at)
        done = self._after(tick, work)
        yield from do(actions.Finish(tick, done, work, changes))
        self.done, self.watermark = done, work.batch.to
        yield from do(Reached("finished"))

    def _settle(self, tick: Tick, at: int) -> Steps[None]:
        yield from do(actions.WriteCells(tick.number, at))
        yield from do(Reached("cells"))
        if tick.live:
            yield from do(actions.WriteValues(tick.number, at))
        yield from do(Reached("values"))

    def _after(self, tick: Tick, work: Work[Batch, Changes]) -> Finished:
        done = replace(self.done, tick=tick.number, live=tick.live, vector=dump_vector(work.batch.to))
        if work.by_clock:
            done = replace(done, values_at=work.at)
        if work.settle:
            done = replace(done, settled=tick.number, reached_at=max(work.reached, done.reached_at))
        return done
