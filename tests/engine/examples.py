"""Running examples on the real engine, and saying in words where a number is not as worked out by hand."""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from ioc.clock import FixedClock
from ioc.kpis import Kpi, Kpis
from storage import values
from storage.client import Store
from storage.explaining import Contribution, explain
from storage.rebuilds import ask, progress
from storage.values import Value, Window, compute, window
from streams.reduce.worktime import milliseconds
from tests.engine.example_composites import composed
from tests.engine.example_places import Place, catalogue, written
from tests.engine.reducing import Bench, Control, Ledger
from tests.examples.reading import TENANT, Between, Example, Expected

BEFORE = timedelta(seconds=10)
ROUNDED = 0.005
"""Values in the files are rounded to two decimals."""
Problems = dict[str, list[str]]
"""KPI → what was not as its example says."""


class Stage(Bench):
    """An empty store, examples side by side, and a clock that goes from one example's now to the next."""

    def __init__(self, store: Store, places: Sequence[Place], kpis: Kpis) -> None:
        self.store = store
        self.places = sorted(places, key=lambda place: (place.example.now, place.example.kpi))
        self.catalogue = catalogue(places)
        self.kpis = kpis
        self.clock = FixedClock(self.places[0].example.now)
        self.ledger = Ledger(store)
        self.control = Control()
        self.empty()

    def empty(self) -> None:
        """Every table that holds anything but the record of migrations."""
        tables = self.store.query(
            "SELECT name FROM system.tables WHERE database = 'ioc' AND total_rows > 0"
            " AND endsWith(engine, 'MergeTree') AND NOT startsWith(name, 'migrations') ORDER BY name"
        )
        for (table,) in tables:
            self.store.execute(f"TRUNCATE TABLE ioc.{table}")

    def acts(self) -> list[tuple[datetime, list[Place]]]:
        """The examples by their now, in order of time."""
        found: defaultdict[datetime, list[Place]] = defaultdict(list)
        for place in self.places:
            found[place.example.now].append(place)
        return sorted(found.items())

    def play(self, now: datetime, rows: Sequence[dict[str, Any]], *, whole: bool = True) -> None:
        """Append and reduce, in one tick or in several; what moves with the clock stands at exactly `now`."""
        self.ledger.append(rows)
        self.clock.advance((now if whole else now - BEFORE) - self.clock.now())
        # A tick's rows are shared among the ledger's tables: with so many, the longest takes a few ticks.
        reducer = self.reducer(batch=30_000 if whole else 2 * len(rows))
        while reducer.step():
            pass
        if not whole:
            self.clock.advance(now - self.clock.now())
            reducer.step()
        self.control.text = ""

    def rebuild(self) -> None:
        """Everything again from the ledger."""
        request = ask(self.store, self.now)
        reducer = self.reducer(batch=300)
        for _ in range(100):
            if progress(self.store, request).done:
                return
            reducer.step()
        raise AssertionError("the rebuild did not end")

    # --- the numbers --------------------------------------------------------------------------------------

    def differences(self, place: Place, *, closed: bool = False, stored: bool = False) -> list[str]:
        """Where a number differs. `closed`: only numbers that no later day changes. `stored`: walls' too."""
        expected = [each for each in place.example.expect if not closed or is_closed(each, place.example)]
        windows = {
            (each.window, each.day): replace(self.asked(each), name=f"{each.day} {each.window}")
            for each in expected
        }
        if not expected:
            return []
        kpi = self.kpis[place.example.kpi]
        found = compute(self.store, [kpi], list(windows.values()), tenant=TENANT, every=self.kpis)
        by_place = {(each.kpi, each.window, each.unit, each.dim): each for each in found}
        shown = self.shown(kpi) if stored else {}
        problems = []
        for each in expected:
            unit = place.unit(each.unit)
            value = by_place.get((kpi.id, f"{each.day} {each.window}", unit, each.dim))
            problems += [f"{told(each)}: {words}" for words in unlike(each, value)]
            if each.day == self.today and stored:
                read = shown.get((each.window, unit, each.dim))
                problems += [f"{told(each)}, as stored: {words}" for words in unlike(each, read)]
        return problems

    def shown(self, kpi: Kpi) -> dict[tuple[str, str, str], Value]:
        """What walls read of a KPI, by window, unit and dim."""
        rows = self.store.query(
            "SELECT kpi, dim, unit, toString(window), numerator, denominator, cases, value"
            f" FROM ioc.kpi_values FINAL WHERE tenant = '{TENANT}' AND kpi = '{kpi.id}'"
        )
        return {(row[3], row[2], row[1]): Value(*row) for row in rows}

    def written_numbers(self) -> set[tuple[Any, ...]]:
        """Every cell, and every value that walls read, with its unit first; those of nothing left out."""
        rows = self.store.query(
            "SELECT unit, kpi, dim, toString(window), numerator, denominator, cases FROM ioc.kpi_values FINAL"
            f" WHERE tenant = '{TENANT}' AND (numerator != 0 OR cases != 0)"
        )
        return {(cell[3], *cell) for cell in self.cells()} | set(rows)

    @property
    def today(self) -> date:
        return values.today(self.now)

    def asked(self, expected: Expected) -> Window:
        return window(expected.window, expected.day, self.now)

    # --- where they come from -----------------------------------------------------------------------------

    def unexplained(self, place: Place) -> list[str]:
        """Where the cases listed do not give the number, or are not the ones that the example names."""
        kpi, shorts = self.kpis[place.example.kpi], place.shorts
        problems = []
        for expected in place.example.expect:
            if kpi.composite:
                problems += composed(self, place, expected)
                continue
            cases = explain(
                self.store,
                kpi,
                self.asked(expected),
                tenant=TENANT,
                unit=place.unit(expected.unit),
                dim=expected.dim,
                now=self.now,
            )
            problems += [f"{told(expected)}: {words}" for words in _adds_up(kpi, expected, cases)]
            for name, wanted, got in (
                ("counted", expected.counted, [each for each in cases if each.numerator]),
                ("among", expected.among, [each for each in cases if each.denominator]),
            ):
                listed = Counter(written(each.events, shorts) for each in got)
                if wanted is not None and Counter(wanted) != listed:
                    problems.append(f"{told(expected)}: {name} {sorted(listed)}, expected {sorted(wanted)}")
        return problems


def is_closed(expected: Expected, example: Example) -> bool:
    """Whether the number's days had all ended by the example's now."""
    now = milliseconds(example.now)
    return window(expected.window, expected.day, now).last < values.today(now)


def told(expected: Expected) -> str:
    return f"{expected.unit} {expected.window} {expected.day} {expected.dim}".strip()


def unlike(expected: Expected, value: Value | None) -> list[str]:
    """How a value differs from what is expected."""
    numerator, denominator = (value.numerator, value.denominator) if value else (0, 0)
    number, cases = (value.value, value.cases) if value else (None, 0)
    pairs = (
        ("numerator", expected.numerator, numerator),
        ("denominator", expected.denominator, denominator),
        ("cases", expected.cases, cases),
    )
    found = [f"{name} {got}, expected {wanted}" for name, wanted, got in pairs if wanted not in (None, got)]
    if not _same(expected.value, number):
        found.append(f"value {number}, expected {expected.value}")
    return found


def _same(expected: float | Between | None, value: float | None) -> bool:
    if expected is None or value is None:
        return expected is None and value is None
    if isinstance(expected, Between):
        return expected.low - 1e-9 <= value <= expected.high + 1e-9
    return abs(expected - value) <= ROUNDED


def _adds_up(kpi: Kpi, expected: Expected, cases: Sequence[Contribution]) -> Iterable[str]:
    """Whether the cases give the number, by the way in which the KPI is counted."""
    if kpi.quantile:
        if kpi.quantile.view != "latency":
            ranked = sorted(each.numerator / each.denominator for each in cases)
            number = ranked[math.ceil(kpi.quantile.level * len(ranked)) - 1] if ranked else None
            if not _same(expected.value, number):
                yield f"the cases rank to {number}, expected {expected.value}"
        return
    above, below = sum(each.numerator for each in cases), sum(each.denominator for each in cases)
    if kpi.gauge and not expected.dim:
        above, below = max((each.numerator, each.denominator) for each in cases)
    if kpi.stock and kpi.stock.complement:
        above = (expected.denominator or 0) - above
    if expected.numerator not in (None, above):
        yield f"numerators add up to {above}, expected {expected.numerator}"
    if kpi.baseline is None and expected.denominator not in (None, below):
        yield f"denominators add up to {below}, expected {expected.denominator}"


def shuffled(rows: Sequence[dict[str, Any]], seed: int) -> list[dict[str, Any]]:
    return random.Random(seed).sample(rows, len(rows))
