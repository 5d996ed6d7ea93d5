"""Cells and values: computed anew for what was touched, and for what moves with the clock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from ioc.kpis import Kpi, Kpis
from ioc.reference import Catalogue
from storage import cells, history, trust, values
from storage.client import Store
from storage.composites import READS
from storage.measuring import LATENCY, Counts
from streams.reduce import spread
from streams.reduce.kinds import KINDS
from streams.reduce.merging import Change
from streams.reduce.touched import STOCK, Pair, Touched
from streams.reduce.worktime import day_of, number

PEOPLE_MS = 60_000
"""How often persons are counted anew without an event: credentials end and trainings expire."""
COUNT_MS = 1_500
"""How often persons are counted at most: they do not add up, so each count reads all of them."""
SCORE_MS = 5_000
"""How often scores and quantiles are computed at most: scores follow from what is shown already, quantiles
read every case of the year."""
INDEX_MS = 60_000
"""How often an index by rules is computed at most: it reads the cases of a year, line by line."""
HISTORY_MS = 300_000


class Settling:
    """What is still to be computed, and how. Everything here can be done twice."""

    def __init__(self, store: Store, catalogue: Catalogue, kpis: Kpis, tenant: str) -> None:
        self._store = store
        self._catalogue = catalogue
        self._kpis = kpis
        self._tenant = tenant
        self.formulas = [formula for kpi in kpis.values() for formula in cells.formulas(kpi)]
        self._touched = Touched({name: kind.table for name, kind in KINDS.items()}, self.formulas)
        self._counts = Counts(store, tenant)
        self._due = set(kpis)
        self._due_before = set(kpis)
        self._shown: dict[str, list[values.Value]] = {}
        self._yesterday: dict[str, list[values.Value]] = {}
        self._trust_due = True
        self._kept: date | None = None  # the day whose predecessor is known to be in the history as it ended
        self._at: dict[str, int] = {}
        self._people_at = self._history_at = 0

    def note(self, changes: Mapping[str, Iterable[Change]], now: int) -> None:
        """These cases changed: their cells, and the KPIs that read them, are due."""
        today = day_of(now)
        for kind, changed in changes.items():
            for change in changed:
                self._touched.add(kind, change.before, change.after, today)
            reading = {kpi.id for kpi in self._kpis.values() if kind in views(kpi) and not kpi.gauge}
            reading |= {kpi.id for kpi in self._kpis.values() if kind in _reads(kpi)}
            self._due |= reading
            self._due_before |= reading

    def note_pairs(self, pairs: Iterable[tuple[str, str, Iterable[int]]]) -> None:
        """Pairs of ticks that were never settled; everything may have changed."""
        self._touched.merge(pairs)
        self.everything()
        self._shown = values.stored(self._store, self._kpis, self._tenant)

    def note_clock(self, since: int, now: int) -> None:
        """Time went on: stocks and limits of today, and of every day that ended since.

        Stocks that do not speak of `t` are looked at once a minute only: a case may begin a little after now.
        """
        first, last = (day_of(at) for at in (since or now, now))
        minute = now - self._people_at >= PEOPLE_MS or first != last
        self._touched.merge(spread.of_clock(self.formulas, since, now, every=minute))
        self._due |= {kpi.id for kpi in self._kpis.values() if _clockwork(kpi)}
        self._trust_due = True
        if first != last:
            self.everything()
        elif minute:
            self._due |= {kpi.id for kpi in self._kpis.values() if kpi.distinct or kpi.score or kpi.stock}

    def note_views(self, kinds: Iterable[str], now: int) -> None:
        """All days on which these views have cases."""
        self._touched.merge(spread.of_views(self._store, self.formulas, kinds, self._tenant, now))

    def note_day(self, day: date) -> None:
        """The cells of one day, of every view and formula, and all values."""
        places = {(formula.view, formula.day or STOCK) for formula in self.formulas}
        self._touched.merge([(view, column, [number(day)]) for view, column in sorted(places)])
        self.everything()

    def decide(self, kpis: Kpis) -> None:
        """Two persons changed targets or weights: of values, scores are made from these."""
        self._kpis = kpis
        scores = {kpi.id for kpi in kpis.values() if kpi.score}
        self._due |= scores
        self._due_before |= scores

    def note_now(self, since: int, now: int) -> None:
        """Whatever a look at the clock can change, all of it: for two tables that are to say the same."""
        self._touched.merge(spread.of_clock(self.formulas, since, now, every=True))

    def everything(self) -> None:
        """All values are due."""
        self._due = set(self._kpis)
        self._due_before = set(self._kpis)
        self._yesterday = {}
        self._at = {}
        self._people_at = 0
        self._trust_due = True

    def waits(self, now: int) -> bool:
        """Whether values are due that were held back: of persons, of composites."""
        return any(self._ripe(self._kpis[each], now) for each in self._due)

    def _ripe(self, kpi: Kpi, now: int) -> bool:
        """Whether enough time has gone by for this KPI to be worth another computation."""
        return now - self._at.get(kpi.id, 0) >= _pause(kpi)

    def pairs(self) -> dict[Pair, list[date]]:
        """What is to be computed, for the log."""
        return self._touched.dates()

    def settle(self, now: int, version: int) -> None:
        """Write the cells of what was touched."""
        touched = self._touched.take()
        work = [(each, touched.get((each.view, each.day), [])) for each in self.formulas]
        cells.recompute(self._store, work, tenant=self._tenant, now=now, version=version)

    def show(self, now: int, version: int) -> None:
        """Write the values that are due, and what they rest on."""
        if self._trust_due:
            self._trust(now, version)
        if self._due:
            self._values(now, version)

    def _trust(self, now: int, version: int) -> None:
        """How far the sources reach, and of which units they speak."""
        on = values.today(now)
        units = sorted({unit.code for unit in self._catalogue.units.valid(on)} | {self._tenant})
        trust.write(
            self._store,
            self._kpis,
            units,
            self._catalogue,
            tenant=self._tenant,
            on=on,
            now=now,
            version=version,
        )
        self._trust_due = False

    def _values(self, now: int, version: int) -> None:
        self._due |= {kpi.id for kpi in self._kpis.values() if kpi.score and self._due & set(kpi.score.kpis)}
        due = [self._kpis[each] for each in sorted(self._due) if self._ripe(self._kpis[each], now)]
        minute = now - self._people_at >= PEOPLE_MS
        self._people_at = now if minute else self._people_at
        self._at |= {kpi.id: now for kpi in due}
        listed = self._listed(due, now, minute)
        self._keep(now, version)
        values.write(self._store, listed, tenant=self._tenant, now=now, version=version)
        self._due -= {kpi.id for kpi in due}
        self._due_before -= {kpi.id for kpi in due}
        if now - self._history_at >= HISTORY_MS:
            everything = [each for kpi in self._shown.values() for each in kpi]
            values.write_history(self._store, everything, tenant=self._tenant, now=now, version=version)
            self._history_at = now

    def _keep(self, now: int, version: int) -> None:
        """Before anything is shown of a new day: what stood on the wall when the last one ended."""
        today = values.today(now)
        if self._kept != today:
            history.close_day(self._store, tenant=self._tenant, now=now, version=version)
            self._kept = today

    def _listed(self, due: list[Kpi], now: int, minute: bool) -> list[values.Value]:
        """The values of today's windows. Composites last: what they are made from is shown by then."""
        today = values.today(now)
        plain = [kpi for kpi in due if not kpi.composite]
        listed = self._with_empty(plain, self._computed(plain, now, minute), today)
        composed = [kpi for kpi in due if kpi.composite]
        return listed + self._with_empty(composed, self._computed(composed, now, minute), today)

    def _computed(self, due: list[Kpi], now: int, minute: bool) -> list[values.Value]:
        """The values of today's windows, each with what it showed yesterday evening.

        Yesterday is computed again only when an event may have changed it; of persons and of scores, once a
        minute.
        """
        today = values.today(now)
        yesterday = today - timedelta(days=1)
        windows = [values.window(name, today, now) for name in values.WINDOWS]
        before = [values.window(name, yesterday, end_of(yesterday)) for name in values.WINDOWS]
        anew = [
            kpi
            for kpi in due
            if (minute if kpi.distinct or kpi.score else kpi.id in self._due_before and not kpi.gauge)
        ]
        then = self._asked(anew, before, self._yesterday)
        self._yesterday |= _by_kpi(anew, then)
        rest = [kpi for kpi in due if kpi not in anew]
        known = {_place(each): each.previous for kpi in rest for each in self._shown.get(kpi.id, [])}
        known |= {_place(each): each.value for each in then}
        found = self._asked(due, windows, self._shown)
        return [replace(each, previous=known.get(_place(each))) for each in found]

    def _asked(
        self, kpis: list[Kpi], windows: Sequence[values.Window], known: Mapping[str, Sequence[values.Value]]
    ) -> list[values.Value]:
        """Values over these windows. `known`: what composites are made from, as far as it stands."""
        return values.compute(
            self._store,
            kpis,
            windows,
            tenant=self._tenant,
            every=self._kpis,
            known=known,
            counts=self._counts,
        )

    def _with_empty(self, due: list[Kpi], shown: list[values.Value], on: date) -> list[values.Value]:
        """Every unit of today has a value, if only none; what has nothing beneath it any more shows that."""
        found = _by_kpi(due, shown)
        units = [unit.code for unit in self._catalogue.units.valid(on)]
        listed = []
        for kpi in due:
            wanted = {(each.dim, each.unit, each.window) for each in self._shown.get(kpi.id, [])}
            if not (kpi.gauge or (kpi.quantile and kpi.quantile.view == LATENCY)):
                wanted |= {("", unit, name) for unit in units for name in values.WINDOWS}
            wanted -= {(each.dim, each.unit, each.window) for each in found[kpi.id]}
            self._shown[kpi.id] = found[kpi.id] + [emptied(kpi, *place) for place in sorted(wanted)]
            listed += self._shown[kpi.id]
        return listed


def _by_kpi(kpis: Iterable[Kpi], found: Iterable[values.Value]) -> dict[str, list[values.Value]]:
    """Each of these KPIs with its values, none if it has none."""
    listed: dict[str, list[values.Value]] = {kpi.id: [] for kpi in kpis}
    for value in found:
        listed[value.kpi].append(value)
    return listed


def _place(value: values.Value) -> tuple[str, str, str, str]:
    return value.kpi, value.dim, value.unit, value.window


def end_of(day: date) -> int:
    """The last millisecond of a Vietnamese day."""
    return (number(day) + 1) * values.DAY_MS - values.VIETNAM_MS - 1


def emptied(kpi: Kpi, dim: str, unit: str, window: str) -> values.Value:
    """The value where there is nothing to count."""
    return values.Value(kpi.id, dim, unit, window, 0, 0, 0, values.formed(kpi, 0, 0), None)


def _reads(kpi: Kpi) -> frozenset[str]:
    """The case views that a composite reads by itself."""
    return READS.get(kpi.composite.of, frozenset()) if kpi.composite else frozenset()


def _pause(kpi: Kpi) -> int:
    """How long a number is left as it is, at least: what does not add up is read as a whole each time."""
    if kpi.composite and not kpi.score:
        return INDEX_MS
    if kpi.score or (kpi.quantile and kpi.quantile.view != LATENCY):
        return SCORE_MS
    return COUNT_MS if kpi.distinct else 0


def views(kpi: Kpi) -> set[str]:
    """The case views that a KPI reads."""
    parts = (kpi.flow, kpi.stock, kpi.distinct, kpi.gauge, kpi.quantile)
    return {part.view for part in parts if part is not None}


def _clockwork(kpi: Kpi) -> bool:
    """Whether its value does: by its cells, or because the centre measures it by the clock."""
    timed = any(spread.moving(formula) for formula in cells.formulas(kpi))
    return timed or kpi.gauge is not None or (kpi.quantile is not None and kpi.quantile.view == LATENCY)
