"""Our own score by QĐ 766: every line of the index counted from our cases, for a unit and all beneath it.

A line's numerator and denominator come from one scan of a case view that it shares with others. What a unit's
cases count for is decided by the tree of the day a case began (a standing case: of the period's last day).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from ioc.kpis import Kpi, Kpis
from ioc.periods import Period
from ioc.qd766 import Group, Line, Rules, load, one_more, points, total
from storage.client import Store
from storage.composites.qd766_scans import Span, counts_sql
from storage.windows import DAY_MS, VIETNAM_MS, Value, Window, formed, today

VIEWS = frozenset({"dossier", "feedback", "procedure"})
"""Kinds of cases the index is counted from."""
WINDOWS = ("month", "ytd")
"""The portal knows months, quarters and years; a day or a week has no score."""
VOLUME = "2.1"
"""The line whose denominator says on how many dossiers a score rests."""


@dataclass(frozen=True)
class Counted:
    """A line with our counts; without them (`missing`) there are no points, which is not 0."""

    line: Line
    numerator: int | None
    denominator: int | None

    @property
    def points(self) -> Decimal | None:
        if self.numerator is None or self.denominator is None:
            return None
        return points(self.line.rule, self.numerator, self.denominator)

    @property
    def one_more(self) -> Decimal | None:
        """Points that one more good case would bring."""
        if self.numerator is None or self.denominator is None:
            return None
        return one_more(self.line.rule, self.numerator, self.denominator)


@dataclass(frozen=True)
class Score:
    """A unit's index over a span, line by line."""

    unit: str
    lines: tuple[Counted, ...]

    @property
    def total(self) -> Decimal | None:
        return total(each.points for each in self.lines)

    def group(self, group: Group) -> Decimal | None:
        """Points of one group, what has none left out."""
        return total(each.points for each in self.lines if each.line.group.id == group.id)

    @property
    def dossiers(self) -> int:
        found = (each.denominator for each in self.lines if each.line.metric.id == VOLUME)
        return next(found, None) or 0


def scores(store: Store, rules: Rules, span: Span, tenant: str, unit: str | None = None) -> list[Score]:
    """The score of every unit with a case, or of one (also without).

    Raises `SettingsError` for a span that ends before the first rule.
    """
    lines = rules.on(span.last)
    scans: dict[tuple[str, str, str | None], list[Line]] = {}
    for line in lines:
        if (own := line.metric.own) is not None:
            scans.setdefault((own.view, own.taken, own.day), []).append(line)
    counts: dict[str, dict[str, tuple[int, int]]] = {unit: {}} if unit else {}
    for shared in scans.values():
        for code, *numbers in store.query(counts_sql(shared, span, tenant, unit)):
            for index, line in enumerate(shared):
                counts.setdefault(code, {})[line.metric.id] = numbers[2 * index], numbers[2 * index + 1]
    return [
        Score(code, tuple(_counted(line, found) for line in lines)) for code, found in sorted(counts.items())
    ]


def _counted(line: Line, found: Mapping[str, tuple[int, int]]) -> Counted:
    if line.metric.own is None:
        return Counted(line, None, None)
    return Counted(line, *found.get(line.metric.id, (0, 0)))


def compute(
    kpi: Kpi,
    windows: Sequence[Window],
    store: Store,
    tenant: str,
    unit: str | None,
    every: Kpis,
    parts: Sequence[Value],
) -> list[Value]:
    """The index over month and year to date; nothing over days and weeks, nor before the first rule."""
    rules = _rules(every.catalogue)
    now = max(window.t for window in windows)
    return [
        _value(kpi, window, score.unit, made, score.dossiers)
        for window in windows
        if window.name.split()[-1] in WINDOWS and window.last >= rules.first
        for score in scores(store, rules, Span(window.start, window.last, window.t, now), tenant, unit)
        if (made := score.total) is not None
    ]


def _value(kpi: Kpi, window: Window, unit: str, made: Decimal, cases: int) -> Value:
    """In hundredths, of 100."""
    numerator = int(made * 100)
    return Value(kpi.id, "", unit, window.name, numerator, 100, cases, formed(kpi, numerator, 100))


@cache
def _rules(catalogue: Path | None) -> Rules:
    return load(catalogue)


def span_of(period: Period, now: int) -> Span:
    """A period as far as it has gone by now (ms since 1970)."""
    last = min(period.last, max(today(now), period.start))
    ended = ((last - date(1970, 1, 1)).days + 1) * DAY_MS - VIETNAM_MS
    return Span(period.start, last, min(now, ended), now)
