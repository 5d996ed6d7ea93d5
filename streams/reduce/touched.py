"""Which cells a changed case may have changed: the days of its instants, before and after, per view.

A stock counts a case on every day it was open. When only its end moved, the days between the two ends change;
when anything else moved that a stock formula reads, all the days it was open.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from storage.cases import CaseTable
from storage.cells import STAGES, Formula
from streams.reduce.state import Row
from streams.reduce.worktime import FAR, calendar_day, day_of

STOCK = ""
"""The day column of stocks: none, every day counts."""
FIRST_DAY = 18_262
"""2020-01-01, before which no stock is kept."""
Pair = tuple[str, str]


@dataclass(frozen=True)
class _Watch:
    """What of a view's rows decides its cells, as positions in the row."""

    flows: tuple[tuple[str, int], ...]
    stock: bool
    start: int
    end: int
    read: tuple[int, ...]
    stages: tuple[int, ...]


class Touched:
    """Collects (view, day column) → days."""

    def __init__(self, tables: Mapping[str, CaseTable], formulas: Iterable[Formula]) -> None:
        listed = list(formulas)
        self._watches = {
            name: _watch(table, [each for each in listed if each.view == name])
            for name, table in tables.items()
        }
        self._known: dict[Pair, set[int]] = {}
        self._spans: dict[str, dict[int, int]] = {name: {} for name in tables}

    def add(self, view: str, before: Row | None, after: Row, today: int) -> None:
        """A case of this view changed from one row to another."""
        watch = self._watches[view]
        for column, index in watch.flows:
            for row in (before, after):
                if row is not None and row[index] is not None:
                    self._days(view, column).add(day_of(_int(row[index])))
        if watch.stock:
            spans = _stages(watch, before, after) if watch.stages else _spans(watch, before, after)
            lasts = self._spans[view]
            for start, end in spans:
                first, last = max(day_of(start), FIRST_DAY), min(day_of(end), today)
                if lasts.get(first, -1) < last:
                    lasts[first] = last

    def merge(self, pairs: Iterable[tuple[str, str, Iterable[int]]]) -> None:
        """Pairs noted by ticks that did not finish."""
        for view, column, days in pairs:
            self._days(view, column).update(days)

    def dates(self) -> dict[Pair, list[date]]:
        """The same, as dates in order; pairs without a day left out."""
        known = self.days()
        return {pair: [calendar_day(day) for day in sorted(days)] for pair, days in known.items() if days}

    def days(self) -> dict[Pair, set[int]]:
        """What was collected, as numbers of days."""
        for view, lasts in self._spans.items():
            reached = 0
            for first in sorted(lasts):
                # Most spans of a backlog lie in one another: each day is added once, not once a case.
                if lasts[first] >= max(first, reached):
                    self._days(view, STOCK).update(range(max(first, reached), lasts[first] + 1))
                    reached = lasts[first] + 1
            lasts.clear()
        return self._known

    def take(self) -> dict[Pair, list[date]]:
        """`dates`, and begin anew."""
        taken = self.dates()
        self._known = {}
        return taken

    def _days(self, view: str, column: str) -> set[int]:
        return self._known.setdefault((view, column), set())


def _watch(table: CaseTable, formulas: list[Formula]) -> _Watch:
    flows = sorted({each.day for each in formulas if each.part == "flow"})
    stocks = [each for each in formulas if each.part == "stock"]
    text = " ".join(
        str(part)
        for each in stocks
        for part in (each.where, each.numerator, each.denominator, each.cases, each.dim, each.unit)
    )
    words = set(re.findall(r"\w+", text)) - {"ended_at", *STAGES.get(table.kind, ())}
    read = tuple(index for index, column in enumerate(table.columns) if column in words)
    spans = ("stage_from", "stage_to", *STAGES.get(table.kind, {}).values())
    stages = tuple(table.index(column) for column in spans) if table.kind in STAGES else ()
    positions = tuple((column, table.index(column)) for column in flows)
    return _Watch(positions, bool(stocks), table.index("opened_at"), table.index("ended_at"), read, stages)


def _int(value: object) -> int:
    assert isinstance(value, int)  # noqa: S101 (instants of a row are milliseconds)
    return value


def _span(watch: _Watch, row: Row | None) -> tuple[int, int] | None:
    if row is None or row[watch.start] is None:
        return None
    end = row[watch.end]
    return _int(row[watch.start]), FAR if end is None else _int(end)


def _spans(watch: _Watch, before: Row | None, after: Row) -> list[tuple[int, int]]:
    old, new = _span(watch, before), _span(watch, after)
    same_start = old is not None and new is not None and old[0] == new[0]
    if old and new and before and same_start and all(before[each] == after[each] for each in watch.read):
        return [(min(old[1], new[1]), max(old[1], new[1]))] if old[1] != new[1] else []
    return [span for span in (old, new) if span is not None]


def _stages(watch: _Watch, before: Row | None, after: Row) -> list[tuple[int, int]]:
    """From the first stage that differs to the last end; everything, when a column read has changed."""
    old, new = _listed(watch, before), _listed(watch, after)
    same = 0
    known = before is not None and all(before[index] == after[index] for index in watch.read)
    if known:
        while same < min(len(old), len(new)) and old[same] == new[same]:
            same += 1
    if same < min(len(old), len(new)) and _moved_end(old[same], new[same], known):
        ends = sorted((old[same][1], new[same][1]))
        rest = [*old[same + 1 :], *new[same + 1 :]]
        return [(ends[0], ends[1]), *((stage[0], stage[1]) for stage in rest)]
    return [(stage[0], stage[1]) for stage in (*old[same:], *new[same:])]


def _moved_end(old: tuple[Any, ...], new: tuple[Any, ...], known: bool) -> bool:
    """The same stage, but for its end."""
    return known and old[0] == new[0] and old[2:] == new[2:]


def _listed(watch: _Watch, row: Row | None) -> list[tuple[Any, ...]]:
    if row is None:
        return []
    columns: list[Any] = [row[index] for index in watch.stages]
    return list(zip(*columns, strict=True))
