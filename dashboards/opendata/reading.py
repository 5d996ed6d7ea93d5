"""The rows of the open data, asked for as a reader: whatever a reader may not see is not in them."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from ioc.kpis import Kpi
from ioc.opendata import adds_up
from storage.client import Store
from storage.windows import formed

SPAN = timedelta(days=31)
"""Days asked for at once: a reader's answers are limited in rows."""

Row = tuple[Any, ...]


def rows(store: Store, kpis: Mapping[str, Kpi], tenant: str, first: date, last: date) -> Iterator[Row]:
    """Rows in the order of `ioc.opendata.COLUMNS`, sorted by day, indicator, kind, unit."""
    while first <= last:
        until = min(first + SPAN - timedelta(days=1), last)
        found = [*_counted(store, kpis, tenant, first, until), *_shown(store, kpis, tenant, first, until)]
        yield from sorted(found, key=lambda row: (row[3], row[0], row[4], row[1]))
        first = until + timedelta(days=1)


def _counted(store: Store, kpis: Mapping[str, Kpi], tenant: str, first: date, last: date) -> Iterator[Row]:
    """What is counted for each unit alone; a mixed indicator is its flow with the stock of the day."""
    names = [kpi.id for kpi in kpis.values() if adds_up(kpi)]
    if not names:
        return
    asked = store.query(
        "SELECT toString(kpi), toString(unit), day, toString(dim),"
        " sum(numerator), sum(denominator), sum(cases)"
        " FROM ioc_read.cells WHERE tenant = %(tenant)s AND day BETWEEN %(first)s AND %(last)s"
        " AND kpi IN %(names)s GROUP BY kpi, unit, day, dim",
        {"tenant": tenant, "first": first, "last": last, "names": names},
    )
    for kpi, unit, day, dim, numerator, denominator, cases in asked:
        if numerator or denominator or cases:
            value = _rounded(formed(kpis[kpi], numerator, denominator))
            yield (kpi, unit, "own", day, dim, numerator, denominator, cases, value, "counted")


def _shown(store: Store, kpis: Mapping[str, Kpi], tenant: str, first: date, last: date) -> Iterator[Row]:
    """What does not add up: as it was last shown on each day, for the unit with everything beneath it."""
    names = [kpi.id for kpi in kpis.values() if not adds_up(kpi)]
    if not names:
        return
    asked = store.query(
        "SELECT toString(kpi), toString(unit), toDate(hour, 'Asia/Ho_Chi_Minh') AS day, toString(dim),"
        " argMax(tuple(value, cases), hour) AS last_shown"
        " FROM ioc_read.published WHERE tenant = %(tenant)s AND window = 'day'"
        " AND hour >= toDateTime(%(first)s, 'Asia/Ho_Chi_Minh')"
        " AND hour < toDateTime(%(after)s, 'Asia/Ho_Chi_Minh') AND kpi IN %(names)s"
        " GROUP BY kpi, unit, day, dim",
        {
            "tenant": tenant,
            "first": f"{first} 00:00:00",
            "after": f"{last + timedelta(days=1)} 00:00:00",
            "names": names,
        },
    )
    for kpi, unit, day, dim, (value, cases) in asked:
        if value is not None:
            yield (kpi, unit, "total", day, dim, None, None, cases, _rounded(value), "shown")


def _rounded(value: float | None) -> float | None:
    """To what a number is shown with and a little more: no digits that nobody measured."""
    return None if value is None else round(value, 4)
