"""The weeks a forecast is made from, and what readers see of it. On the real engine."""

from datetime import date, timedelta
from typing import Any

import pytest

from ioc.kpis import Kpis, Target
from storage import forecasts
from storage.client import Store
from storage.series import weekly
from storage.windows import today
from tests.engine.reducing import TENANT, Bench, at
from tests.engine.test_reduce_kpis import dossier, person, synced

pytestmark = pytest.mark.engine

NOW = "2026-06-10 10:00"
"""A Wednesday."""
FIRST = date(2026, 2, 4)
WEEKS = 18
RATE, OVERDUE, RECORDS = "online_dossier_rate", "dossier_overdue_open", "hr_record_coverage"


def few(store: Store, *targets: Target) -> Bench:
    bench = Bench(store, NOW)
    bench.kpis = Kpis({each: bench.kpis[each] for each in (RATE, OVERDUE, RECORDS)})
    if targets:
        changed = bench.kpis[RATE].model_copy(update={"targets": targets, "minimum_cases": 1})
        bench.kpis = Kpis({RATE: changed})
    return bench


def received() -> list[dict[str, Any]]:
    """From Wednesday 4/2 on, four dossiers a week of G09.915, one more of them online every four weeks."""
    made = []
    for week in range(WEEKS + 1):
        day = FIRST + timedelta(weeks=week)
        for n in range(4):
            channel = "online" if n < week // 4 else "direct"
            made.append(
                dossier(f"D{week}-{n}", f"{day} 09:00", f"{day + timedelta(days=1)} 17:00", channel=channel)
            )
    return made


def seen(bench: Bench, kpi: str, unit: str = TENANT, dim: str = "") -> list[tuple[date, float | None]]:
    found = weekly(bench.store, bench.kpis[kpi], bench.kpis, tenant=TENANT, unit=unit, now=bench.now)
    return [(week.monday, week.value) for week in found.get((dim, unit), [])]


def test_complete_weeks_since_the_first_case(alone: Store) -> None:
    bench = few(alone)
    bench.reduce(received())
    expected = [(FIRST - timedelta(days=2) + timedelta(weeks=n), 25.0 * (n // 4)) for n in range(1, WEEKS)]
    assert seen(bench, RATE) == seen(bench, RATE, "G09.915") == expected
    assert seen(bench, RATE, "G09.901") == []
    # Nothing is ever resolved: at the end of the n-th week all that came so far is overdue.
    assert seen(bench, OVERDUE) == [(monday, 4.0 * (n + 2)) for n, (monday, _) in enumerate(expected)]


def test_persons_are_counted_at_the_end_of_each_week_and_small_groups_hidden(alone: Store) -> None:
    bench = few(alone)
    joined = [synced(n, f"2026-05-{4 + 7 * (n // 4):02d} 09:00") for n in range(12)]
    bench.reduce(joined)
    counts = [value and round(value * 52 / 100) for _, value in seen(bench, RECORDS, "G09.904")]
    assert counts == [8, 12, 12, 12], "the first week is not complete, and 4 persons would not be shown"
    assert person(1) not in str(seen(bench, RECORDS))


def test_forecasts_of_a_day_are_kept_and_the_newest_is_shown(alone: Store, reading_alone: Store) -> None:
    alone.execute("TRUNCATE TABLE ioc.forecasts")
    bench = few(alone, Target(value=80, by=date(2026, 12, 31)), Target(value=20, by=date(2025, 12, 31)))
    bench.reduce(received())
    units = [TENANT, "G09.901", "G09.915"]
    for days in (0, 1):
        bench.clock.advance(timedelta(days=days))
        found = list(forecasts.everything(alone, bench.kpis, tenant=TENANT, units=units, now=bench.now))
        forecasts.write(alone, found, tenant=TENANT, now=bench.now)
    assert forecasts.last_day(alone, TENANT) == date(2026, 6, 11)
    rows = reading_alone.query(
        "SELECT unit, toString(on_day), toString(status), target, toString(deadline), weeks, value,"
        " low <= expected AND expected <= high, horizon_days, folds > 0, name_vi"
        " FROM ioc_read.forecasts ORDER BY unit"
    )
    name = bench.kpis[RATE].name.vi
    same = ("2026-06-11", "on_pace", 80.0, "2026-12-31", WEEKS - 1, 100.0, 1, 28, 1, name)
    nothing = ("2026-06-11", "too_little_data", 80.0, "2026-12-31", 0, None, None, 0, 0, name)
    assert rows == [(TENANT, *same), ("G09.901", *nothing), ("G09.915", *same)]


def test_only_dated_targets_are_forecast(alone: Store) -> None:
    bench = few(alone)
    found = forecasts.everything(alone, bench.kpis, tenant=TENANT, units=[TENANT], now=bench.now)
    assert [(each.kpi.id, each.outlook.status) for each in found] == [
        (RECORDS, "passed"),
        (RATE, "passed"),
    ]
    assert today(bench.now) == date(2026, 6, 10) and at(NOW) < bench.clock.now() + timedelta(days=1)
