"""The forecasts of a day: every indicator with a dated target, for every unit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from ioc.forecast.outlook import Outlook, outlook
from ioc.forecast.smoothing import LEVEL
from ioc.kpis import Kpi, Kpis
from storage.client import Store
from storage.series import weekly
from storage.windows import today


@dataclass(frozen=True)
class Forecast:
    """What is to be expected of one indicator, unit and kind."""

    kpi: Kpi
    unit: str
    dim: str
    outlook: Outlook


def dated(kpi: Kpi) -> bool:
    """Whether one of its targets, as a whole, has a day."""
    return any(target.by for target in kpi.aims())


def forecast(store: Store, kpi: Kpi, every: Kpis, *, tenant: str, unit: str, dim: str, now: int) -> Forecast:
    """One forecast, from the numbers as they are known now."""
    weeks = weekly(store, kpi, every, tenant=tenant, unit=unit, now=now).get((dim, unit), [])
    return Forecast(kpi, unit, dim, outlook(kpi, weeks, today(now), dim))


def everything(
    store: Store, every: Kpis, *, tenant: str, units: Sequence[str], now: int
) -> Iterator[Forecast]:
    """All forecasts of today, one indicator after another; without kinds, which are asked for one by one."""
    for kpi in every.on(today(now)).values():
        if not dated(kpi):
            continue
        found = weekly(store, kpi, every, tenant=tenant, unit=None, now=now)
        for unit in units:
            yield Forecast(kpi, unit, "", outlook(kpi, found.get(("", unit), []), today(now)))


def write(store: Store, forecasts: Sequence[Forecast], *, tenant: str, now: int) -> None:
    """Keep the forecasts of today; those of earlier days stay."""
    rows = [
        (tenant, each.kpi.id, each.dim, each.unit, today(now), *_judged(each.outlook), now)
        for each in forecasts
    ]
    if rows:
        store.insert("ioc.forecasts", list(COLUMNS), [list(column) for column in zip(*rows, strict=True)])


COLUMNS = (
    "tenant", "kpi", "dim", "unit", "on_day", "status", "target", "deadline", "reached", "message", "weeks",
    "value", "expected", "low", "high", "level", "method", "error", "horizon_days", "folds", "computed_at",
)  # fmt: skip


def _judged(found: Outlook) -> tuple[object, ...]:
    ahead, series = found.ahead, found.series
    observed = (len(series.values), series.values[-1]) if series else (0, None)
    expected = (ahead.expected, ahead.low, ahead.high, LEVEL, ahead.method) if ahead else (*[None] * 4, "")
    past = ahead.backtest if ahead else None
    tested = (past.error, 7 * past.horizon, past.folds) if past else (None, 0, 0)
    told = (found.status, found.target, found.deadline, found.reached, found.reason)
    return (*told, *observed, *expected, *tested)


def last_day(store: Store, tenant: str) -> date | None:
    """The newest day that has forecasts."""
    rows = store.query(
        "SELECT maxOrNull(on_day) FROM ioc.forecasts WHERE tenant = %(tenant)s", {"tenant": tenant}
    )
    return rows[0][0] if rows else None
