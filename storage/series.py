"""An indicator's complete weeks, as they are known now: what a forecast is made from.

Known now, not shown then: a late event that was counted on the day it belongs to is no change of pace.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from ioc.forecast.series import WEEK, Week, monday
from ioc.kpis import Kpi, Kpis
from storage.cells import ZONE
from storage.client import Store
from storage.composites import READS
from storage.history import start_of
from storage.values import compute
from storage.windows import DAY_MS, Value, Window, today

WEEKS = 104
"""How far back: two years, whatever lies before tells little about the pace of now."""
LEAST_PERSONS = 5
"""A number made from fewer persons is not shown, and not told by a forecast either."""

Place = tuple[str, str]
"""(dim, unit)"""


def weekly(
    store: Store, kpi: Kpi, every: Kpis, *, tenant: str, unit: str | None, now: int
) -> dict[Place, list[Week]]:
    """The complete weeks before now since the indicator's first case, by kind and unit, oldest first."""
    begun = _begun(store, kpi, every, tenant)
    if begun is None:
        return {}
    first = max(monday(begun) + WEEK, monday(today(now)) - WEEKS * WEEK)
    windows = _windows(first, monday(today(now)))
    if not windows:
        return {}
    mondays = {window.name: window.start for window in windows}
    found: dict[Place, list[Week]] = {}
    for value in compute(store, [kpi], windows, tenant=tenant, unit=unit, every=every):
        found.setdefault((value.dim, value.unit), []).append(_week(kpi, value, mondays))
    return {place: sorted(weeks, key=lambda week: week.monday) for place, weeks in found.items()}


def _windows(first: date, end: date) -> list[Window]:
    """Each named by its Monday. The first week of an indicator is not complete and not among them."""
    mondays = [first + n * WEEK for n in range((end - first) // WEEK)]
    return [
        Window(each.isoformat(), each, each + timedelta(days=6), start_of(each) + 7 * DAY_MS)
        for each in mondays
    ]


def _week(kpi: Kpi, value: Value, mondays: Mapping[str, date]) -> Week:
    persons = value.numerator if kpi.distinct else value.cases
    hidden = kpi.personal and 0 < persons < LEAST_PERSONS
    return Week(mondays[value.window], None if hidden else value.value, value.cases)


def _begun(store: Store, kpi: Kpi, every: Kpis, tenant: str) -> date | None:
    """The day of the first case of any view that the indicator reads; before it nothing was counted."""
    firsts = []
    for view in _views(kpi, every):
        rows = store.query(
            f"SELECT toDate(min(opened_at), {ZONE}) FROM ioc.cases_{view}"  # noqa: S608
            " WHERE tenant = %(tenant)s AND isNotNull(opened_at)",
            {"tenant": tenant},
        )
        firsts += [row[0] for row in rows if row[0] is not None]
    return min(firsts, default=None)


def _views(kpi: Kpi, every: Kpis) -> Sequence[str]:
    parts = (kpi.flow, kpi.stock, kpi.distinct, kpi.quantile)
    views = {part.view for part in parts if part is not None}
    if kpi.composite:
        views |= READS.get(kpi.composite.of, frozenset())
    for name in kpi.score.kpis if kpi.score else ():
        views |= set(_views(every[name], every))
    return sorted(views - {"latency"})
