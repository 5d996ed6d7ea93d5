"""What was shown: the last state of every hour and of every day, kept as it was and never restated.

`ioc.kpi_history` has one row an hour for each number: the last one written in that hour, at most five minutes
old when the hour went on, and for the last hour of a day exactly what stood on the wall when the day ended.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from ioc.kpis import Kpi, Kpis
from storage.cells import ZONE
from storage.client import Store
from storage.values import compute
from storage.windows import DAY_MS, VIETNAM_MS, Value, Window, today
from storage.windows import window as span

AGREES = 0.0005
"""Numbers nearer than this are the same number: what nobody can see is no correction."""


@dataclass(frozen=True)
class Shown:
    """A number as it was shown. `at`: when it had been computed, milliseconds since 1970."""

    numerator: int
    denominator: int
    cases: int
    value: float | None
    at: int


def close_day(store: Store, *, tenant: str, now: int, version: int) -> None:
    """Keep the last state of the day that is over: to be called before anything is shown of a new day.

    It goes to the last hour in which anything was shown that day. A number that had become nothing is kept as
    nothing. A day can be closed again; only the last one is still known.
    """
    started = today(now).isoformat()
    place = "(tenant, kpi, unit, window, dim)"
    rows = (
        f"SELECT * FROM ioc.kpi_values FINAL WHERE tenant = '{tenant}' AND on_day ="  # noqa: S608
        f" (SELECT max(on_day) FROM ioc.kpi_values FINAL WHERE tenant = '{tenant}' AND on_day < '{started}')"
    )
    seen = (
        f"SELECT {place} FROM ioc.kpi_history FINAL"  # noqa: S608
        f" WHERE tenant = '{tenant}' AND isNotNull(value)"
        f" AND hour >= toDateTime((SELECT min(on_day) FROM ({rows})), {ZONE})"
    )
    store.execute(
        "INSERT INTO ioc.kpi_history"  # noqa: S608
        " (tenant, kpi, unit, window, dim, hour, numerator, denominator, cases, value, shown_at, version)"
        " SELECT tenant, kpi, unit, window, dim, toStartOfHour(max(computed_at) OVER ()), numerator,"
        f" denominator, cases, value, computed_at, {version} FROM ({rows})"
        f" WHERE isNotNull(value) OR {place} IN ({seen})"
    )


def last_shown(
    store: Store, kpi: Kpi, window: str, on: date, *, tenant: str, unit: str, dim: str
) -> Shown | None:
    """What was kept of a window of a Vietnamese day, at its end exactly; None: nothing was shown that day."""
    start = start_of(on) // 1000
    rows = store.query(
        "SELECT numerator, denominator, cases, value, toUnixTimestamp64Milli(shown_at)"
        " FROM ioc.kpi_history FINAL"
        " WHERE tenant = %(tenant)s AND kpi = %(kpi)s AND unit = %(unit)s AND window = %(window)s"
        " AND dim = %(dim)s AND hour >= toDateTime(%(start)s) AND hour < toDateTime(%(end)s)"
        " ORDER BY hour DESC LIMIT 1",
        {
            "tenant": tenant,
            "kpi": kpi.id,
            "unit": unit,
            "window": window,
            "dim": dim,
            "start": start,
            "end": start + DAY_MS // 1000,
        },
    )
    return Shown(*rows[0]) if rows else None


def showing(
    store: Store, kpi: Kpi, window: str, on: date, *, tenant: str, unit: str, dim: str
) -> Shown | None:
    """What is shown of a window on the day that is not over; None: no value stands for that day."""
    rows = store.query(
        "SELECT numerator, denominator, cases, value, toUnixTimestamp64Milli(computed_at)"
        " FROM ioc.kpi_values FINAL"
        " WHERE tenant = %(tenant)s AND kpi = %(kpi)s AND unit = %(unit)s AND window = %(window)s"
        " AND dim = %(dim)s AND on_day = %(on)s",
        {"tenant": tenant, "kpi": kpi.id, "unit": unit, "window": window, "dim": dim, "on": on},
    )
    return Shown(*rows[0]) if rows else None


def start_of(day: date) -> int:
    """The first millisecond of a Vietnamese day."""
    return (day - date(1970, 1, 1)).days * DAY_MS - VIETNAM_MS


def differs(known: float | None, shown: float | None) -> bool:
    """Whether somebody who saw the one would be told something else by the other."""
    if known is None or shown is None:
        return known is not shown
    return abs(known - shown) > AGREES


def closed(window: Window, now: int) -> date | None:
    """The last day of a window that is over; None: it began today."""
    last = min(window.last, today(now) - timedelta(days=1))
    return last if last >= window.start else None


@dataclass(frozen=True)
class Compared:
    """A window as it stood when a day ended, or stands today: as it was shown, and as it is known now."""

    then: Shown | None
    known: Value | None
    over: bool = True

    @property
    def restated(self) -> bool:
        """Known otherwise now than it was shown; never, if it was not shown or the day is not over."""
        if self.then is None or not self.over:
            return False
        return differs(self.known.value if self.known else None, self.then.value)


def compare(
    store: Store, kpi: Kpi, every: Kpis, window: str, on: date, now: int, *, tenant: str, unit: str, dim: str
) -> Compared:
    """One number at the end of a day that has begun. What cannot be measured afterwards is known as shown."""
    over = on < today(now)
    then = None if over else showing(store, kpi, window, on, tenant=tenant, unit=unit, dim=dim)
    if then is None:
        then = last_shown(store, kpi, window, on, tenant=tenant, unit=unit, dim=dim)
    if kpi.gauge:
        known = None
        if then is not None:
            known = Value(kpi.id, dim, unit, window, then.numerator, then.denominator, then.cases, then.value)
        return Compared(then, known, over)
    asked = span(window, on, min(now, start_of(on) + DAY_MS - 1))
    found = compute(store, [kpi], [asked], tenant=tenant, unit=unit, every=every)
    return Compared(then, next((each for each in found if each.dim == dim), None), over)
