"""One tick after another: from the ledger to cases, cells and values.

A tick first says how far it will go (the plan, on ioc.control), then what it will touch (the log), then
writes cases, cells and values, and last that it is done. Wherever it dies, it is run again: merging is
idempotent, every row carries the tick as its version, and the cells of unsettled ticks are computed anew.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

from ioc.clock import Clock
from ioc.kpis import Kpis
from ioc.reference import Catalogue
from storage import cases, rebuilds, reference
from storage.client import Store
from storage.trust import TICK_LIMIT_MS
from streams.reduce import ledger, ticks, visible
from streams.reduce.corrections import Corrections
from streams.reduce.kinds import KINDS
from streams.reduce.merging import Change, gather, merge, units_of
from streams.reduce.plan import LIMIT, STORED, Partition, Plan, Vector, load, load_vector
from streams.reduce.rebuilding import Rebuilding
from streams.reduce.refolding import Refolding
from streams.reduce.settling import Settling
from streams.reduce.worktime import WorkTime, day_of, milliseconds, start_of

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


Changes = dict[str, list[Change]]


class Control(Protocol):
    """The one-partition topic that says who reduces, and keeps its plan."""

    def commit(self, text: str) -> None:
        """Keep a plan. Raises `NotOwner` when another process reduces now."""


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
        self._kpis = kpis
        self._tenant = tenant
        self._clock = clock
        self._control = control
        self._batch = batch
        self._reach = reach
        self._time = WorkTime(catalogue.calendar)
        self._reader = ledger.Reader(store, tenant)
        self._watch = ledger.Watch(store)
        self._settling = Settling(store, catalogue, kpis, tenant, reach)
        self._refolding = Refolding(store, tenant, catalogue.calendar)
        self._rebuilding = Rebuilding(
            store, catalogue, tenant, self._settling.formulas, self._refolding.made_with, reach
        )
        self.corrections = Corrections(store, self._reader)
        self._codes: set[str] = set(catalogue.units.codes)
        self._done = ticks.Finished()
        self._settled_at = self._settling_ms = 0
        self._unshown = visible.Unshown()
        self._read_to: dict[Partition, int] = {}
        self._reached = 0
        self._loaded: str | None = None
        self.watermark: Vector = {}

    @property
    def tick(self) -> int:
        """The number of the last finished tick."""
        return self._done.tick

    def start(self, committed: str) -> None:
        """Go on where the last owner stopped, first through the tick that it had planned."""
        self._loaded = reference.load(self._store, self._catalogue, self._kpis, self._tenant)
        self._done = ticks.last_finished(self._store)
        self._refolding.begin(self._now(), empty=not self.tick)
        self._settled_at = self._now()
        forgotten = self.tick and self._now() - self._done.values_at > ticks.LOG_MS
        if forgotten or self._loaded is not None:
            # New units, targets or formulas, or touched days that the log no longer names: all days count.
            self._settling.note_views(KINDS, self._now())
        self.watermark = self._done.watermark()
        self._settling.note_pairs(ticks.unsettled_pairs(self._store, self._done.settled))
        self.corrections.load()
        if not self._done.live:
            # Cases were left half made, by a program that emptied them first.
            rebuilds.ask_once(self._store, self._now())
        plan = self._planned(committed)
        if plan is not None and plan.tick == self.tick + 1:
            batch = self._reader.stretch(ledger.held(self._store), self.watermark, plan.to)
            self._run(batch, kind="events", waiting=0)
        elif plan is not None and plan.tick > self.tick:
            # The store is older than the commit (restored): never use a version twice.
            self._done = replace(self._done, tick=plan.tick)

    def decide(self, kpis: Kpis) -> None:
        """Two persons changed targets or weights: values follow from the day on which each begins."""
        self._settling.decide(kpis)

    def step(self) -> int:
        """One tick, if there is anything to do; how many ledger rows wait behind it."""
        ended = self._day_over(self._now())
        if ended is not None:
            self._run(ledger.Batch(to=self.watermark), kind="clock", waiting=0, at=ended)
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
            self._run(batch, kind="events", waiting=waiting)
        elif self._clock_due(self._now()) or self._held_back():
            self._run(batch, kind="clock", waiting=0)
        elif self._rebuilding.wish is not None:
            self._run(batch, kind="clock", waiting=1)  # a version of its own for the slice that follows
        self._rebuilding.advance(held, self, self._now())
        if self._rebuilding.wish is not None or self._refolding.due:
            return max(waiting, 1)
        return waiting if moves else 0  # what lies behind a gap waits for what fills it

    # --- one tick -----------------------------------------------------------------------------------------

    def _run(
        self,
        batch: ledger.Batch,
        *,
        kind: str,
        waiting: int,
        live: bool = False,
        folded: Changes | None = None,
        at: int | None = None,
    ) -> None:
        now = self._now() if at is None else at
        tick = ticks.Tick(self.tick + 1, kind, now, live or self._done.live)
        self._plan(Plan(tick.number, batch.to))
        self._reach("planned")
        changes = self._merged(batch, tick.number) if folded is None else folded
        self._settling.note(changes, now)
        settle = not waiting or now - self._settled_at >= self._pause(waiting)
        by_clock = settle and tick.live and (at is not None or self._clock_due(now))
        if by_clock:
            self._settling.note_clock(self._done.values_at, now)
        ticks.log_touched(self._store, tick.number, self._settling.pairs())
        self._reach("logged")
        self._write(changes, tick.number)
        self._reach("cases")
        if settle:
            begun = self._now()
            self._settling.settle(now, tick.number, with_values=tick.live)
            self._settled_at = self._now()
            self._settling_ms = self._settled_at - begun
            self._record_reference()
        done = replace(self._done, tick=tick.number, live=tick.live)
        if by_clock:
            done = replace(done, values_at=now)
        if settle:
            done = replace(done, settled=tick.number)
            done = replace(done, reached_at=max(self._reached, done.reached_at))
        changed = sum(map(len, changes.values()))
        finished = self._now()
        fresh = self._show(batch, now, finished, written=settle and tick.live)
        ticks.finish(self._store, tick, done, finished, batch.to, batch.events, changed, fresh)
        self._done, self.watermark = done, batch.to
        self._reach("finished")

    def _show(self, batch: ledger.Batch, began: int, at: int, *, written: bool) -> list[tuple[int, int]]:
        """What became visible now, if values were written; else it is remembered until they are."""
        passing = (
            visible.Canary(event.subject, event.producedat, event.data["every_s"], logged, max(began, logged))
            for event, logged in batch.canaries
        )
        self._unshown.note(batch.logged, passing)
        if not written:
            return []
        self._unshown.write_canaries(self._store, at)
        return self._unshown.shown(at)

    def _pause(self, waiting: int) -> int:
        """Milliseconds between two times that cells are written while so many rows wait."""
        return max(DEEP_MS, RESTS * self._settling_ms) if waiting >= DEEP else BACKLOG_MS

    def _held_back(self) -> bool:
        """Whether values wait that were not worth a computation of their own yet."""
        return self._done.live and self._settling.waits(self._now())

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

    def _merged(self, batch: ledger.Batch, tick: int) -> dict[str, list[Change]]:
        if not batch.events:
            return {}
        events = self.corrections.apply(batch.events, tick)
        gathered = gather(events, self.corrections.named, self._catalogue.sources)
        return merge(self._store, gathered, self._tenant, self._time)

    def _write(self, changes: dict[str, list[Change]], tick: int) -> None:
        # Paths first: once its case is written, a tick that is run again sees no change to find the unit by.
        if unknown := units_of(changes) - self._codes:
            reference.add_paths(self._store, self._catalogue.units, self._tenant, unknown)
            self._codes |= unknown
        for kind, changed in sorted(changes.items()):
            rows = [(each.subject, each.after, each.state) for each in changed]
            cases.write(self._store, KINDS[kind].table, self._tenant, tick, rows)

    def _record_reference(self) -> None:
        if self._loaded is not None:
            reference.record(self._store, self._loaded, self._now())
            self._loaded = None

    def _refold(self) -> None:
        """A page of cases that older code derived, if there are any."""
        changes = self._refolding.page(self._now())
        if changes:
            self._run(ledger.Batch(to=self.watermark), kind="clock", waiting=1, folded=changes)

    # --- the plan -----------------------------------------------------------------------------------------

    def _plan(self, plan: Plan) -> None:
        text = plan.dump()
        if len(text) > LIMIT:
            ticks.store_plan(self._store, plan.tick, text.rpartition(";")[2])
            text = plan.reference()
        self._control.commit(text)

    def _planned(self, committed: str) -> Plan | None:
        if not committed:
            return None
        tick, text = load(committed)
        vector = ticks.stored_plan(self._store, tick) if text == STORED else text
        return None if vector is None else Plan(tick, load_vector(vector))

    # --- rebuild ------------------------------------------------------------------------------------------

    def _redo_day(self, day: date) -> None:
        """The cells of one day from the cases, and the values that read them; all others stay as they are."""
        self._settling.note_day(day)
        self._run(ledger.Batch(to=self.watermark), kind="clock", waiting=0)
        self._rebuilding.day_done(self._now())

    def settle_at(self, at: int) -> None:
        """Write all cells that are due, and all that move with the clock, as they are at this instant."""
        self._settling.note_now(self._done.values_at, at)
        self._run(ledger.Batch(to=self.watermark), kind="clock", waiting=0, at=at)

    def put(self, kind: str, changes: Sequence[Change], before: Sequence[Change]) -> None:
        """Put these cases in place; the days of what they were `before` are counted anew too."""
        self._settling.note({kind: before}, self._now())
        self._run(ledger.Batch(to=self.watermark), kind="clock", waiting=1, folded={kind: list(changes)})

    def taken_over(self) -> None:
        """Cases and cells are others now: all values again, and they may be trusted."""
        reference.add_used(self._store, self._catalogue.units, self._tenant)
        self.corrections.load()
        self._settling.everything()
        self._run(ledger.Batch(to=self.watermark), kind="rebuild", waiting=0, live=True)

    def _now(self) -> int:
        return milliseconds(self._clock.now())
