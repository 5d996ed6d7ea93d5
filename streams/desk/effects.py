"""Which values would change if some refused events were counted: asked of the store, written nowhere live.

The events are merged into their cases as a tick would do it, the cells of those cases are computed before and
after in a database of their own, and the difference is added to the values as they stand. What does not add
up (persons, quantiles, scores) is named and not computed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from ioc.contracts import Decoded
from ioc.kpis import Kpi, Kpis
from ioc.reference import Catalogue
from ioc.sources import TYPE_PREFIX, TYPE_SUFFIX
from storage import cells, foreseeing, values
from storage.client import Store
from storage.composites import READS
from storage.foreseeing import Cell, Counts
from storage.reference import nearest
from storage.series import LEAST_PERSONS
from streams.reduce.corrections import Corrections
from streams.reduce.facts import Event
from streams.reduce.kinds import KINDS
from streams.reduce.ledger import Reader
from streams.reduce.merging import Change, gather, merge
from streams.reduce.settling import views
from streams.reduce.touched import STOCK, Touched
from streams.reduce.worktime import WorkTime, day_of, milliseconds

VERSION = 2**62
"""Greater than that of any tick: beside the live tables, what would be goes before what is."""
MOST = 500
"""Values of one answer."""
HIDDEN: Mapping[str, Any] = dict.fromkeys(("numerator", "denominator", "cases", "value"))
"""What is said of a value that few persons stand behind."""
Place = tuple[str, str, str, str]
"""kpi, dim, unit, window."""
Whose = tuple[str, str, str]
"""dim, unit, window."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """`values`: before and after. `also`: KPIs that would move too and do not add up. `more`: left out."""

    values: tuple[dict[str, Any], ...]
    also: tuple[str, ...] = ()
    more: int = 0
    cases: int = 0

    def document(self) -> dict[str, Any]:
        return {
            "values": list(self.values),
            "also": list(self.also),
            "more": self.more,
            "cases": self.cases,
        }


def event_of(found: Decoded, tenant: str) -> Event:
    """As the reducer would read it from the ledger."""
    head = found.head
    return Event(
        head.type.removeprefix(TYPE_PREFIX).removesuffix(TYPE_SUFFIX),
        head.source.removeprefix(f"urn:ioc:{tenant}:"),
        head.id,
        head.subject,
        milliseconds(head.time),
        milliseconds(head.producedat),
        head.orgunit,
        head.seqno,
        head.correctionof or "",
        orjson.loads(found.data),
    )


class Effects:
    """Asks one tenant's store. Not thread-safe."""

    def __init__(self, store: Store, catalogue: Catalogue, kpis: Kpis, tenant: str) -> None:
        self._store = store
        self._catalogue = catalogue
        self._kpis = kpis
        self._tenant = tenant
        self._time = WorkTime(catalogue.calendar)

    def of(self, found: Sequence[Decoded], now: int) -> Foreseen:
        """What these events would change, if they were counted now."""
        changes = self._changes([event_of(each, self._tenant) for each in found])
        if not changes:
            return Foreseen(())
        moved = self._moved(changes, now)
        standing = {kpi: self._standing(kpi) for kpi in {place[0] for place in moved}}
        shown = [self._shown(place, delta, standing[place[0]]) for place, delta in sorted(moved.items())]
        return Foreseen(
            tuple(shown[:MOST]),
            self._also(changes.keys(), {place[0] for place in moved}),
            max(len(shown) - MOST, 0),
            sum(map(len, changes.values())),
        )

    def _changes(self, events: list[Event]) -> dict[str, list[Change]]:
        """The cases as they would be; corrections take back what they name, wherever it stands."""
        if not events:
            return {}
        reader = Reader(self._store, self._tenant)
        corrections = Corrections(self._store, reader)
        corrections.load()
        named = {(event.source, event.correctionof) for event in events if event.correctionof}
        withdrawn = corrections.named | {"/".join(each) for each in named}
        events = events + reader.by_identity(named)
        return merge(
            self._store, gather(events, withdrawn, self._catalogue.sources), self._tenant, self._time
        )

    def _moved(self, changes: Mapping[str, list[Change]], now: int) -> dict[Place, list[int]]:
        """By how much numerator, denominator and cases of each value would change."""
        on = values.today(now)
        windows = [values.window(name, on, now) for name in values.WINDOWS]
        work = self._work(changes, now, windows)
        moved: dict[Place, list[int]] = {}
        for (kpi, part, day, dim, unit), delta in self._difference(changes, work, now).items():
            for window in windows:
                if window.start <= day <= window.last and (part == "flow" or day == window.last):
                    for above in self._above(unit, day):
                        for each in {"", dim}:
                            sums = moved.setdefault((kpi, each, above, window.name), [0, 0, 0])
                            sums[:] = [was + more for was, more in zip(sums, delta, strict=True)]
        return {place: sums for place, sums in moved.items() if any(sums)}

    def _above(self, unit: str, day: date) -> frozenset[str]:
        """Whose totals a unit's cells count for, as the paths in the store say."""
        units = self._catalogue.units
        if unit in units.codes:
            return units.counted_for(unit, max(day, units.periods(unit)[0].valid_from))
        return units.counted_for(nearest(units, unit, self._tenant), day) | {unit, self._tenant}

    def _work(
        self, changes: Mapping[str, list[Change]], now: int, windows: Sequence[values.Window]
    ) -> list[tuple[cells.Formula, list[date]]]:
        """The cells that the changes touch, as far as a window of today looks at them."""
        formulas = [formula for kpi in self._kpis.values() for formula in cells.formulas(kpi)]
        touched = Touched({name: KINDS[name].table for name in changes}, formulas)
        for kind, changed in changes.items():
            for change in changed:
                touched.add(kind, change.before, change.after, day_of(now))
        dates = touched.dates()
        first = min(window.start for window in windows)
        lasts = {window.last for window in windows}
        work = []
        for formula in formulas:
            days = dates.get((formula.view, formula.day or STOCK), [])
            seen = [day for day in days if (day in lasts if formula.part == "stock" else day >= first)]
            work.append((formula, seen))
        return work

    def _difference(
        self,
        changes: Mapping[str, list[Change]],
        work: list[tuple[cells.Formula, list[date]]],
        now: int,
    ) -> dict[Cell, Counts]:
        listed = [each for each in work if each[0].view in changes and each[1]]
        if not listed:
            return {}
        with foreseeing.Beside(self._store, self._tenant) as beside:
            for kind, changed in changes.items():
                beside.hold(KINDS[kind].table, [change.subject for change in changed])
            before = beside.cells(listed, now)
            for kind, changed in changes.items():
                rows = [(change.subject, change.after, change.state) for change in changed]
                beside.put(KINDS[kind].table, VERSION, rows)
            return foreseeing.difference(before, beside.cells(listed, now))

    def _shown(self, place: Place, delta: Sequence[int], standing: Mapping[Whose, Counts]) -> dict[str, Any]:
        """A value before and after; without its numbers where few persons could be told from one another."""
        name, dim, unit, window = place
        kpi = self._kpis[name]
        before = standing.get((dim, unit, window), foreseeing.NOTHING)
        after = _after(kpi, before, delta)
        hidden = kpi.personal and any(0 < cases < LEAST_PERSONS for _, _, cases in (before, after))
        return {
            "kpi": name,
            "dim": dim,
            "unit": unit,
            "window": window,
            "before": HIDDEN if hidden else _number(kpi, before),
            "after": HIDDEN if hidden else _number(kpi, after),
            "hidden": hidden,
        }

    def _standing(self, kpi: str) -> Mapping[Whose, Counts]:
        """What the values of a KPI are made from now."""
        rows = self._store.query(
            "SELECT dim, unit, toString(window), numerator, denominator, cases FROM ioc.kpi_values FINAL"
            " WHERE tenant = %(tenant)s AND kpi = %(kpi)s",
            {"tenant": self._tenant, "kpi": kpi},
        )
        return {(dim, unit, window): (int(n), int(d), int(c)) for dim, unit, window, n, d, c in rows}

    def _also(self, kinds: Iterable[str], computed: set[str]) -> tuple[str, ...]:
        """KPIs that read these cases and do not add up, and scores made from what moves."""
        changed = set(kinds)
        found = {
            kpi.id for kpi in self._kpis.values() if (kpi.distinct or kpi.quantile) and views(kpi) & changed
        }
        found |= {
            kpi.id
            for kpi in self._kpis.values()
            if kpi.composite
            and (
                READS.get(kpi.composite.of, frozenset()) & changed
                or (kpi.score and set(kpi.score.kpis) & (computed | found))
            )
        }
        return tuple(sorted(found))


def _after(kpi: Kpi, before: Counts, delta: Sequence[int]) -> Counts:
    """A stock over a baseline keeps what it is counted out of; a complement counts what is left."""
    n, d, c = delta
    if not kpi.baseline:
        return before[0] + n, before[1] + d, before[2] + c
    part = kpi.stock
    cases = before[2] + c if part is not None and part.cases else before[2]
    return before[0] + (-n if part is not None and part.complement else n), before[1], cases


def _number(kpi: Kpi, counts: Counts) -> dict[str, Any]:
    n, d, c = counts
    return {"numerator": n, "denominator": d, "cases": c, "value": values.formed(kpi, n, d)}
