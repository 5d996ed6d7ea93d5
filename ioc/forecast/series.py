"""An indicator week by week, made into a series without gaps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

WEEK = timedelta(days=7)
LEAST_WEEKS = 13
"""A quarter: with less, no trend can be told from chance."""
MOST_MISSING = 1 / 3
STALE_WEEKS = 8
"""A series that ended longer ago says nothing about now."""


@dataclass(frozen=True)
class Week:
    """A complete week from `monday`. `value` None: nothing to divide, or not to be shown."""

    monday: date
    value: float | None
    cases: int


@dataclass(frozen=True)
class Series:
    """One value a week from `first` to `last` (Mondays); `missing` of them were drawn between neighbours."""

    first: date
    last: date
    values: tuple[float, ...]
    missing: int


def monday(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def connected(weeks: Sequence[Week], minimum_cases: int) -> Series | None:
    """The weeks that rest on enough cases, gaps bridged by straight lines; None if there are none."""
    known = {
        week.monday: week.value for week in weeks if week.value is not None and week.cases >= minimum_cases
    }
    if not known:
        return None
    days = sorted(known)
    values: list[float] = [known[days[0]]]
    for before, after in pairwise(days):
        steps = (after - before) // WEEK
        start, end = known[before], known[after]
        values += [start + (end - start) * step / steps for step in range(1, steps + 1)]
    return Series(days[0], days[-1], tuple(values), len(values) - len(known))


def wanting(series: Series | None, on: date) -> str | None:
    """Why a series is too little to look ahead from; None: it is enough. In Vietnamese, for people."""
    if series is None:
        return "chưa có tuần nào đủ số liệu"
    if len(series.values) < LEAST_WEEKS:
        return f"mới có {len(series.values)} tuần, cần ít nhất {LEAST_WEEKS}"
    if series.missing > MOST_MISSING * len(series.values):
        return f"thiếu số liệu {series.missing} trong {len(series.values)} tuần"
    if (monday(on) - series.last) // WEEK > STALE_WEEKS:
        return f"không có số liệu từ tuần {series.last:%d/%m/%Y}"
    return None
