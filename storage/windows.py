"""Windows of days, and the number that a KPI has for a unit and a window."""

from dataclasses import dataclass
from datetime import date, timedelta

from ioc.kpis import Kpi

WINDOWS = ("day", "week", "month", "ytd")
_EPOCH = date(1970, 1, 1)
DAY_MS = 86_400_000
VIETNAM_MS = 7 * 3_600_000


@dataclass(frozen=True)
class Window:
    """A span of days; `last` is its last day that has begun. `t`: its end, or now; ms since 1970."""

    name: str
    start: date
    last: date
    t: int


@dataclass(frozen=True)
class Value:
    """One number with what it was made from. `previous`: the same window as it stood yesterday evening."""

    kpi: str
    dim: str
    unit: str
    window: str
    numerator: int
    denominator: int
    cases: int
    value: float | None
    previous: float | None = None


def today(now: int) -> date:
    """The Vietnamese date of an instant in milliseconds."""
    return _EPOCH + timedelta(days=(now + VIETNAM_MS) // DAY_MS)


def window(name: str, on: date, now: int) -> Window:
    """The window that contains `on`, as far as it has gone by now. Year to date ends with `on` itself."""
    starts = {
        "day": on,
        "week": on - timedelta(days=on.weekday()),
        "month": on.replace(day=1),
        "ytd": on.replace(month=1, day=1),
    }
    start = starts[name]
    after_month = (start.replace(day=28) + timedelta(days=4)).replace(day=1)
    ends = {"day": on, "week": start + timedelta(days=6), "month": after_month - timedelta(days=1), "ytd": on}
    last = min(ends[name], max(today(now), start))
    ended = ((last - _EPOCH).days + 1) * DAY_MS - VIETNAM_MS
    return Window(name, start, last, min(now, ended))


def formed(kpi: Kpi, numerator: int, denominator: int) -> float | None:
    """The number to show; None when there is nothing to divide."""
    if kpi.kind == "stock" and kpi.unit == "count":
        return float(numerator)
    return kpi.scale * numerator / denominator if denominator else None
