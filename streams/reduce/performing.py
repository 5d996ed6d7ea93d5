"""What a tick does to the store: the machine's actions (`actions.py`), one after another."""

from typing import Any

from ioc.clock import Clock
from ioc.kpis import Kpis
from ioc.reference import Catalogue
from storage import cases, reference
from storage.client import Store
from streams.land.actions import Action
from streams.reduce import actions, ledger, ticks, visible
from streams.reduce.actions import Work
from streams.reduce.corrections import Corrections
from streams.reduce.kinds import KINDS
from streams.reduce.merging import Change, gather, merge, units_of
from streams.reduce.settling import Settling
from streams.reduce.worktime import WorkTime, milliseconds

Changes = dict[str, list[Change]]
Events = Work[ledger.Batch, Changes]


class Performing:
    """The tables that ticks write, and what is kept between two of them. Not thread-safe.

    `settled_at`, `settling_ms`: when cells and values were written last, and how long that took.
    """

    def __init__(
        self,
        store: Store,
        catalogue: Catalogue,
        kpis: Kpis,
        *,
        tenant: str,
        clock: Clock,
        reader: ledger.Reader,
    ) -> None:
        self._store = store
        self._catalogue = catalogue
        self._kpis = kpis
        self._tenant = tenant
        self._clock = clock
        self._time = WorkTime(catalogue.calendar)
        self._codes: set[str] = set(catalogue.units.codes)
        self._unshown = visible.Unshown()
        self._loaded: str | None = None
        self.settling = Settling(store, catalogue, kpis, tenant)
        self.corrections = Corrections(store, reader)
        self.settled_at = self.settling_ms = 0

    def load_reference(self) -> bool:
        """Write reference data if it is other than what stands there; whether it was."""
        self._loaded = reference.load(self._store, self._catalogue, self._kpis, self._tenant)
        return self._loaded is not None

    def perform(self, action: Action[Any]) -> Any:
        """Do it, and give its answer. Raises `StoreUnavailable`, `StoreRefused`."""
        match action:
            case actions.Merge(tick, work, since):
                return self._merged(tick, work, since)
            case actions.LogTouched(tick):
                return ticks.log_touched(self._store, tick, self.settling.pairs())
            case actions.WriteCases(tick, changes):
                return self._write_cases(changes, tick)
            case actions.WriteCells(tick, at):
                return self._settle(tick, at)
            case actions.WriteValues(tick, at):
                return self._values(tick, at)
            case actions.Finish(tick, done, work, changes):
                return self._finish(tick, done, work, changes)
        raise TypeError(f"{action!r} is an action that a reducer does not know")

    def _settle(self, tick: int, at: int) -> None:
        begun = self._now()
        self.settling.settle(at, tick)
        self.settled_at = self._now()
        self.settling_ms = self.settled_at - begun

    def _values(self, tick: int, at: int) -> None:
        begun = self._now()
        self.settling.show(at, tick)
        self.settled_at = self._now()
        self.settling_ms += self.settled_at - begun

    def _finish(self, tick: ticks.Tick, done: ticks.Finished, work: Events, changes: Changes) -> None:
        if work.settle:
            self._record_reference()
        finished = self._now()
        changed = sum(map(len, changes.values()))
        fresh = self._show(work.batch, work.at, finished, written=work.settle and tick.live)
        ticks.finish(self._store, tick, done, finished, work.batch.events, changed, fresh)

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

    def _merged(self, tick: ticks.Tick, work: Events, since: int) -> Changes:
        changes = self._joined(work.batch, tick.number) if work.folded is None else work.folded
        self.settling.note(changes, work.at)
        if work.by_clock:
            self.settling.note_clock(since, work.at)
        return changes

    def _joined(self, batch: ledger.Batch, tick: int) -> Changes:
        if not batch.events:
            return {}
        events = self.corrections.apply(batch.events, tick)
        gathered = gather(events, self.corrections.named, self._catalogue.sources)
        return merge(self._store, gathered, self._tenant, self._time)

    def _write_cases(self, changes: dict[str, list[Change]], tick: int) -> None:
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

    def _now(self) -> int:
        return milliseconds(self._clock.now())
