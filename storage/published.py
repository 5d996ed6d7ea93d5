"""How a value is shown: its band, how far it reaches, whether it is recent; and what was shown before."""

from typing import Literal

from ioc.kpis import Kpi
from storage.client import Store
from storage.trust import TICK_LIMIT_MS, LastTick, Trust
from storage.values import Value, Window, formed

Band = Literal["green", "amber", "red", "grey"]


def band(kpi: Kpi, value: float | None, cases: int, target: float | None, *, fresh: bool) -> Band | None:
    """Green at target, amber near it (`AMBER_WITHIN`), red beyond; grey when old, unknown or of few cases.

    None for a KPI without a target.
    """
    if not fresh or value is None or cases < kpi.minimum_cases:
        return "grey"
    if target is None:
        return None
    up, within = kpi.direction == "up", kpi.amber_within
    if value >= target if up else value <= target:
        return "green"
    # Compared as in SQL: a difference of decimals may be a hair beyond the limit that it stands for.
    near = value >= target - within if up else value <= target + within
    return "amber" if near else "red"


def reach(said: Trust, tick: LastTick | None) -> int | None:
    """As of when the number holds: the last tick, or the oldest last word of its sources."""
    if tick is None or (said.as_of is None and not said.own):
        return None
    return tick.at if said.as_of is None else min(tick.at, said.as_of)


def fresh(said: Trust, tick: LastTick | None, window: Window, now: int) -> bool:
    """Recent enough: ticks go on, and each source spoke in time, or after a window that is over."""
    if tick is None or not tick.live or now - tick.at > TICK_LIMIT_MS:
        return False
    if said.own:
        return True
    if said.as_of is None or said.stale_at is None:
        return False
    return now < said.stale_at or (window.t < now and said.as_of >= window.t)


def shown(store: Store, kpi: Kpi, window: Window, tenant: str, unit: str, dim: str) -> Value | None:
    """What a gauge last showed in a window that is over; it cannot be measured afterwards."""
    rows = store.query(
        "SELECT numerator, denominator, cases FROM ioc.kpi_history FINAL"
        " WHERE tenant = %(tenant)s AND kpi = %(kpi)s AND unit = %(unit)s AND dim = %(dim)s"
        " AND window = 'day' AND toDate(hour, 'Asia/Ho_Chi_Minh') BETWEEN %(start)s AND %(last)s"
        " ORDER BY hour DESC LIMIT 1",
        {
            "tenant": tenant,
            "kpi": kpi.id,
            "unit": unit,
            "dim": dim,
            "start": window.start,
            "last": window.last,
        },
    )
    if not rows:
        return None
    n, d, cases = rows[0]
    return Value(kpi.id, dim, unit, window.name, n, d, cases, formed(kpi, n, d))
