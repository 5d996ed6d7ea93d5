"""One tick after another: from the ledger to cases, cells and values.

Says what the next tick is about, and does what the machine (`machine.py`) asks for, on ioc.control and store.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from ioc.clock import Clock
from ioc.kpis import Kpis
from ioc.reference import Catalogue
from storage import rebuilds, reference
from storage.client import Store
from storage.trust import TICK_LIMIT_MS
from streams.land.actions import Action, Reached, Steps
from streams.reduce import actions, ledger, ticks, visible
from streams.reduce.actions import Work, Writing
from streams.reduce.corrections import Corrections
from streams.reduce.kinds import KINDS
from streams.reduce.machine import Reduction
from streams.reduce.merging import Change
from streams.reduce.performing import Changes, Events, Performing
from streams.reduce.plan import Partition, Vector
from streams.reduce.planning import Control, Planning
from streams.reduce.rebuilding import Rebuilding
from streams.reduce.refolding import Refolding
from streams.reduce.worktime import day_of, milliseconds, start_of

BATCH = 60_000
"""Ledger rows a tick takes at most."""
CLOCK_MS = 8_000
"""How often numbers that move with the clock are computed anew."""
BACKLOG_MS = 5_000
"""With more rows waiting, cells and values are written this often only: nobody waits for the ones between."""
DEEP, DEEP_MS = 100_000, 30_000
"""With so many waiting, not even that: what is written while a year is told is old before it can be read."""
RESTS = 10
"""Then at least so many times as long as it took the last time: cells are a tenth of the work at most."""


def _quietly(_point: str) -> None:
    """Tests stop a tick here; nobody else does."""


class Reducer:
    """The one reducer of a tenant. Not thread-safe."""

    def __init__(
        self,
        store: Store,
        catalogue: Catalogue,
        kpis: Kpis,
        *,
        tenant: str,
        clock: Clock,
        control: Control,
        batch: int = BATCH,
        reach: Callable[[str], None] = _quietly,
    ) -> None:
        self._store = store
        self._catalogue = catalogue
        self._tenant = tenant
        self._clock = clock
        self._batch = batch
        self._reach = reach
        self._reader = ledger.Reader(store, tenant)
        self._watch = ledger.Watch(store)
        self._doing = Performing(store, catalogue, kpis, tenant=tenant, clock=clock, reader=self._reader)
        self._refolding = Refolding(store, tenant, catalogue.calendar)
        self._rebuilding = Rebuilding(
            store, catalogue, tenant, self._doing.settling.formulas, self._refolding.made_with, reach
        )
        self._planning = Planning(store, control, clock)
        self._machine = Reduction[ledger.Batch, Changes]()
        self._read_to: dict[Partition, int] = {}
        self._reached = 0
        self._reloaded = False

    @property
    def corrections(self) -> Corrections:
        """The identities that corrections have named so far."""
        return self._doing.corrections

    @property
    def tick(self) -> int:
        """The number of the last finished tick."""
        return self._done.tick

    @property
    def watermark(self) -> Vector:
        """How far the ledger is reduced."""
        return self._machine.watermark

    @property
    def _done(self) -> ticks.Finished:
        return self._machine.done

    def start(self, committed: str) -> None:
        """Go on where the last owner stopped, first through the tick that it had planned."""
        self._reloaded = self._doing.load_reference()
        self._planning.take_over(committed)
        self._drive(self._machine.begin())

    def _inherit(self, done: ticks.Finished) -> None:
        """What is still to be computed, and what is known by heart."""
        now = self._now()
        self._refolding.begin(now, empty=not done.tick)
        self._doing.settled_at = now
        forgotten = done.tick and now - done.values_at > ticks.LOG_MS
        if forgotten or self._reloaded:
            # New units, targets or formulas, or touched days that the log no longer names: all days count.
            self._doing.settling.note_views(KINDS, now)
        self._doing.settling.note_pairs(ticks.unsettled_pairs(self._store, done.settled))
        self.corrections.load()
        if not done.live:
            # Cases were left half made, by a program that emptied them first.
            rebuilds.ask_once(self._store, now)

    def _again(self, watermark: Vector, to: Vector) -> Events | None:
        """The planned stretch. More than a tick takes: the store is older than the plan (restored)."""
        held = ledger.held(self._store)
        starts = ledger.behind(held, watermark)
        rows = sum(max(to.get(each, 0) - start, 0) for each, start in starts.items())
        if not 0 < rows <= self._batch:
            return None
        return self._work(self._reader.stretch(held, watermark, to))

    def decide(self, kpis: Kpis) -> None:
        """Two persons changed targets or weights: values follow from the day on which each begins."""
        self._doing.settling.decide(kpis)

    def step(self) -> int:
        """One tick, if there is anything to do; how many ledger rows wait behind it."""
        ended = self._day_over(self._now())
        if ended is not None:
            self._run(self._work(at=ended))
        self._rebuilding.look(self._now())
        if self._rebuilding.wish is None:
            self._refold()
        elif self._rebuilding.wish.day is not None:
            self._redo_day(self._rebuilding.wish.day)
        looked = self._now()
        held = self._watch.held(looked)
        batch = self._reader.new(held, self.watermark, self._batch)
        self._read_to |= batch.read_to
        unread = [each for each, rows in held.items() if rows.last >= batch.to.get(each, rows.first)]
        self._reached = visible.reached(looked, self._read_to, unread, self._done.reached_at)
        waiting = sum(rows.last + 1 - batch.to.get(each, rows.first) for each, rows in held.items())
        moves = batch.to != self.watermark
        if moves:
            self._run(self._work(batch, waiting=waiting))
        elif self._clock_due(self._now()) or self._held_back():
            self._run(self._work())
        elif self._rebuilding.wish is not None:
            self._run(self._work(waiting=1))  # a version of its own for the slice that follows
        self._rebuilding.advance(held, self, self._now())
        if self._rebuilding.wish is not None or self._refolding.due:
            return max(waiting, 1)
        return waiting if moves else 0  # what lies behind a gap waits for what fills it

    # --- one tick -----------------------------------------------------------------------------------------

    def _run(self, work: Events) -> None:
        self._drive(self._machine.tick(work))

    def _work(
        self,
        batch: ledger.Batch | None = None,
        *,
        kind: str = "events",
        waiting: int = 0,
        live: bool = False,
        folded: Changes | None = None,
        at: int | None = None,
    ) -> Events:
        """What a tick is to do; without a batch it stays where it is, and is no tick of events."""
        now = self._now() if at is None else at
        settle = not waiting or now - self._doing.settled_at >= self._pause(waiting)
        by_clock = settle and (live or self._done.live) and (at is not None or self._clock_due(now))
        if batch is None:
            batch, kind = ledger.Batch(to=self.watermark), "clock" if kind == "events" else kind
        return Work(batch, now, kind, settle, by_clock, live, folded, self._reached)

    def _drive(self, steps: Steps[None]) -> None:
        """Perform one action after another. Raises `NotOwner`, `StoreUnavailable`, `StoreRefused`."""
        answer: Any = None
        while True:
            try:
                action = steps.send(answer)
            except StopIteration:
                return
            if isinstance(action, Writing):
                self._planning.confirm()
            answer = self._performed(action)

    def _performed(self, action: Action[Any]) -> Any:
        match action:
            case actions.Commit(plan):
                return self._planning.keep(plan)
            case Reached(point):
                return self._reach(point)
            case actions.ReadFinished():
                return ticks.last_finished(self._store)
            case actions.Inherit(done):
                return self._inherit(done)
            case actions.ReadPlan():
                return self._planning.planned()
            case actions.ReadUsed():
                return ticks.used(self._store)
            case actions.Again(watermark, to):
                return self._again(watermark, to)
        return self._doing.perform(action)

    def confirm(self) -> None:
        """Before anything is written: ioc.control is still ours. Raises `NotOwner`."""
        self._planning.confirm()

    def _pause(self, waiting: int) -> int:
        """Milliseconds between two times that cells are written while so many rows wait."""
        return max(DEEP_MS, RESTS * self._doing.settling_ms) if waiting >= DEEP else BACKLOG_MS

    def _held_back(self) -> bool:
        """Whether values wait that were not worth a computation of their own yet."""
        return self._done.live and self._doing.settling.waits(self._now())

    def _clock_due(self, now: int) -> bool:
        """Every few seconds, and at once when a new day has begun."""
        last = self._done.values_at
        return now - last >= CLOCK_MS or day_of(now) != day_of(last)

    def _day_over(self, now: int) -> int | None:
        """The last millisecond of the day that has just ended, if it was not looked at yet.

        What was due in the last seconds of a day is shown as overdue before that day is kept as it was shown:
        else the mere passing of time would look like a correction. Not after a pause: then nothing was shown.
        """
        last = self._done.values_at
        ended = start_of(day_of(last) + 1) - 1
        alive = self._done.live and now - last <= TICK_LIMIT_MS
        return ended if alive and last < ended < now else None

    def _refold(self) -> None:
        """A page of cases that older code derived, if there are any."""
        changes = self._refolding.page(self._now())
        if changes:
            self._run(self._work(waiting=1, folded=changes))

    # --- rebuild ------------------------------------------------------------------------------------------

    def _redo_day(self, day: date) -> None:
        """The cells of one day from the cases, and the values that read them; all others stay as they are."""
        self._doing.settling.note_day(day)
        self._run(self._work())
        self._rebuilding.day_done(self._now())

    def settle_at(self, at: int) -> None:
        """Write all cells that are due, and all that move with the clock, as they are at this instant."""
        self._doing.settling.note_now(self._machine.clock_right_at(at), at)
        self._run(self._work(at=at))

    def put(self, kind: str, changes: Sequence[Change], before: Sequence[Change]) -> None:
        """Put these cases in place; the days of what they were `before` are counted anew too."""
        self._doing.settling.note({kind: before}, self._now())
        self._run(self._work(waiting=1, folded={kind: list(changes)}))

    def taken_over(self) -> None:
        """Cases and cells are others now: all values again, and they may be trusted."""
        reference.add_used(self._store, self._catalogue.units, self._tenant)
        self.corrections.load()
        self._doing.settling.everything()
        self._run(self._work(kind="rebuild", live=True))

    def _now(self) -> int:
        return milliseconds(self._clock.now())
