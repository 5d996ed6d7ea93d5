"""What was shown stays; what is known may change, and then says so. On the real engine, by hand."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from ioc.cli import _register, app
from ioc.clock import VIETNAM, SystemClock
from ioc.kpis import Kpis
from ioc.settings import ClickHouse
from storage import history
from storage.client import Store
from storage.values import window
from tests.engine.reducing import TENANT, Bench, at
from tests.engine.test_reduce_kpis import dossier, feedback

pytestmark = pytest.mark.engine

MONDAY = date(2026, 3, 9)
KPI = "online_dossier_rate"
WINDOWS = ("day", "week", "month", "ytd")
AGAIN = "feedback_on_time_rate"
STOCKS = ("dossier_overdue_open", "dossier_on_time_rate")
VIETNAM_EVENING = "2026-03-09 23:59"


def few(store: Store, now: str, *more: str) -> Bench:
    """A bench with the indicators of this page only: the others would be computed for nothing."""
    bench = Bench(store, now)
    bench.kpis = Kpis({each: bench.kpis[each] for each in (KPI, *STOCKS, *more)})
    return bench


@pytest.fixture(scope="module", autouse=True)
def registered() -> None:
    """The commands, once."""
    if not app.registered_commands:
        _register()


def compared(bench: Bench, name: str = "day", on: date = MONDAY, kpi: str = KPI) -> history.Compared:
    now = bench.now
    return history.compare(
        bench.store, bench.kpis[kpi], bench.kpis, name, on, now, tenant=TENANT, unit=TENANT, dim=""
    )


def shown_then(bench: Bench, name: str = "day", on: date = MONDAY, kpi: str = KPI) -> Any:
    then = compared(bench, name, on, kpi).then
    return then and (then.numerator, then.denominator, then.value)


def kept(bench: Bench, on: date = MONDAY) -> Any:
    found = history.last_shown(bench.store, bench.kpis[KPI], "day", on, tenant=TENANT, unit=TENANT, dim="")
    return found and (found.numerator, found.denominator, found.value)


def walk(bench: Bench, seconds: int) -> None:
    """Let the reducer live through this time, a look every eight seconds."""
    reducer = bench.reducer()
    for _ in range(seconds // 8):
        bench.clock.advance(timedelta(seconds=8))
        reducer.step()


def test_a_value_of_the_last_minute_of_a_day_is_kept(alone: Store) -> None:
    bench = few(alone, "2026-03-09 09:00")
    bench.reduce([dossier("A", "2026-03-09 08:00", "2026-03-12 17:00")])
    bench.clock.advance(at(VIETNAM_EVENING) - bench.clock.now() - timedelta(minutes=1))
    reducer = bench.reducer()
    reducer.step()  # the history of 23 h is written here, with A alone
    bench.clock.advance(timedelta(seconds=90))
    bench.ledger.append([dossier("B", VIETNAM_EVENING, "2026-03-12 17:00", channel="direct")])
    reducer.step()  # 23:59:30, too early for the next writing of the hour
    assert kept(bench) == (1, 1, 100.0)
    bench.clock.advance(timedelta(seconds=60))
    reducer.step()  # a new day
    for name in WINDOWS:
        assert shown_then(bench, name) == (1, 2, 50.0), name
        assert not compared(bench, name).restated, name


def test_of_a_day_that_is_not_over_the_wall_as_it_stands_is_told(alone: Store) -> None:
    bench = few(alone, "2026-03-09 09:00")
    bench.reduce([dossier("A", "2026-03-09 08:00", "2026-03-12 17:00")])
    reducer = bench.reducer()
    reducer.step()
    bench.clock.advance(timedelta(seconds=90))
    bench.ledger.append([dossier("B", "2026-03-09 09:00", "2026-03-12 17:00", channel="direct")])
    reducer.step()
    assert kept(bench) == (1, 1, 100.0)  # the hour is written every five minutes
    assert shown_then(bench) == (1, 2, 50.0)
    assert not compared(bench).restated


def test_the_last_state_survives_a_reducer_that_was_away_at_midnight(alone: Store) -> None:
    bench = few(alone, "2026-03-09 15:00")
    bench.reduce([dossier("A", "2026-03-09 08:00", "2026-03-12 17:00")])
    bench.reduce([dossier("B", "2026-03-09 09:00", "2026-03-12 17:00", channel="direct")])
    bench.clock.advance(timedelta(hours=20))
    bench.reduce([dossier("C", "2026-03-09 09:30", "2026-03-12 17:00", channel="direct")])
    assert shown_then(bench) == (1, 2, 50.0)
    assert compared(bench).restated


def test_time_alone_restates_nothing(alone: Store) -> None:
    bench = few(alone, "2026-03-09 23:59")
    made = dossier("A", "2026-03-02 09:00", "2026-03-09 17:00")
    made["data"]["due_at"] = "2026-03-09T16:59:59Z"  # the last second of the day in Vietnam
    bench.reduce([made])
    walk(bench, 88)  # past midnight: at its last second the dossier was not overdue yet, now it was
    assert bench.clock.now() > at("2026-03-10 00:00")
    for kpi in STOCKS:
        found = compared(bench, kpi=kpi)
        assert found.then is not None and not found.restated, kpi
    assert shown_then(bench, kpi="dossier_overdue_open") == (1, 1, 1.0)


def test_a_late_event_restates_the_windows_of_its_day(alone: Store) -> None:
    bench = few(alone, "2026-03-09 09:00")
    bench.reduce([dossier("A", "2026-03-09 08:00", "2026-03-12 17:00")])
    bench.clock.advance(timedelta(days=1))
    bench.reduce([dossier("B", "2026-03-10 08:00", "2026-03-12 17:00")])
    assert not any(compared(bench, name).restated for name in WINDOWS)
    bench.reduce([dossier("C", "2026-03-09 10:00", "2026-03-12 17:00", channel="direct")])
    for name in WINDOWS:
        found = compared(bench, name)
        assert found.known is not None
        assert (found.then and found.then.value, found.known.value, found.restated) == (100.0, 50.0, True)
        tuesday = compared(bench, name, date(2026, 3, 10)).known
        assert tuesday is not None
        assert tuesday.value == (100.0 if name == "day" else pytest.approx(200 / 3))
    bench.clock.advance(timedelta(days=1))
    bench.reduce()
    for name in WINDOWS:
        assert shown_then(bench, name) == (1, 1, 100.0), "what was shown stays, whatever comes to be known"


def test_a_correction_restates_and_nothing_left_is_nothing(alone: Store) -> None:
    bench = few(alone, "2026-03-09 09:00")
    wrong = dossier("A", "2026-03-09 08:00", "2026-03-12 17:00")
    bench.reduce([wrong])
    bench.clock.advance(timedelta(days=1))
    right = dossier("A", "2026-03-10 08:00", "2026-03-12 17:00")
    right |= {"id": "A-again", "correctionof": wrong["id"], "seqno": 2}
    bench.reduce([right])
    found = compared(bench)
    assert found.then is not None and found.then.value == 100.0
    assert found.restated and (found.known is None or found.known.value is None)


def test_feedback_that_is_opened_again_restates_the_day_it_was_due(alone: Store) -> None:
    bench = few(alone, "2026-03-09 18:00", AGAIN)
    bench.reduce(
        [
            feedback("a", "received", "2026-03-02 09:00", "2026-03-09 17:00", 1),
            feedback("a", "resolved", "2026-03-09 10:00", "2026-03-09 17:00", 2),
        ]
    )
    bench.clock.advance(timedelta(days=1))
    bench.reduce([feedback("a", "reopened", "2026-03-10 09:00", "2026-03-09 17:00", 3)])
    for name in WINDOWS:
        found = compared(bench, name, kpi=AGAIN)
        assert found.known is not None
        assert (found.then and found.then.value, found.known.value, found.restated) == (100.0, 0.0, True)


def test_the_command_tells_then_and_now(
    alone: Store, own_engine: ClickHouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    now = SystemClock().now().astimezone(VIETNAM)
    bench = few(alone, f"{now:%Y-%m-%d %H:%M}")
    bench.reduce([dossier("A", f"{now:%Y-%m-%d} 00:00", "2099-03-12 17:00")])
    monkeypatch.setenv("IOC_CLICKHOUSE__HOST", own_engine.host)
    monkeypatch.setenv("IOC_CLICKHOUSE__PORT", str(own_engine.port))
    monkeypatch.setenv("IOC_CLICKHOUSE__WRITER_PASSWORD", own_engine.writer_password.get_secret_value())
    today, before = f"{now:%Y-%m-%d}", f"{now - timedelta(days=1):%Y-%m-%d}"

    def asked(*words: str) -> Any:
        found = CliRunner().invoke(app, ["value", KPI, *words, "--data", str(tmp_path), "--json"])
        assert found.exit_code == 0, found.output
        return orjson.loads(found.stdout)

    then = asked("--as-published", today, "--window", "month")
    assert (then["value"], then["numerator"], then["as_published"], then["restated"]) == (
        100,
        1,
        today,
        False,
    )
    assert then["now"] == {"value": 100, "numerator": 1, "denominator": 1, "cases": 1} and then["shown_at"]
    nothing = asked("--as-published", before)
    assert nothing["value"] is None and "bảng không hiển thị" in nothing["message"]
    assert asked("--window", "month")["restated"] is False
    covered = asked("--on", before)["coverage"]  # its source spoke when that day ended, whatever it did since
    assert covered["units"] == covered["expected"] > 0
    late = CliRunner().invoke(app, ["value", KPI, "--as-published", "2099-01-01", "--data", str(tmp_path)])
    assert late.exit_code == 2
    ahead = CliRunner().invoke(app, ["forecast", KPI, "--data", str(tmp_path)])
    assert ahead.exit_code == 0 and ahead.output.startswith(f"{KPI}  {TENANT}: ")
    for words in (["forecast"], ["forecast", KPI, "--all"], ["forecast", KPI, "--write"]):
        assert CliRunner().invoke(app, words).exit_code == 2


def test_a_number_that_became_nothing_within_its_day_is_kept_as_nothing(alone: Store) -> None:
    bench = few(alone, "2026-03-09 09:00")
    wrong = dossier("A", "2026-03-09 08:00", "2026-03-12 17:00")
    bench.reduce([wrong])
    bench.clock.advance(timedelta(minutes=1))
    right = dossier("A", "2026-03-08 08:00", "2026-03-12 17:00")
    bench.reduce([right | {"id": "A-again", "correctionof": wrong["id"], "seqno": 2}])
    bench.clock.advance(timedelta(days=1))
    bench.reduce()
    assert shown_then(bench) == (0, 0, None)
    assert not compared(bench).restated


def test_a_day_on_which_nothing_was_shown(alone: Store) -> None:
    bench = few(alone, "2026-03-09 09:00")
    bench.reduce([dossier("A", "2026-03-02 08:00", "2026-03-12 17:00")])
    found = compared(bench, on=date(2026, 3, 2))
    assert found.then is None and found.known is not None and found.known.value == 100.0
    assert not found.restated, "what was never shown cannot be shown otherwise"


def test_what_is_over_of_a_window() -> None:
    now = round(at("2026-03-10 09:00").timestamp() * 1000)
    tuesday = date(2026, 3, 10)
    assert history.closed(window("day", tuesday, now), now) is None
    assert history.closed(window("day", MONDAY, now), now) == MONDAY
    assert history.closed(window("week", tuesday, now), now) == MONDAY
    assert history.closed(window("week", date(2026, 3, 4), now), now) == date(2026, 3, 8)
    assert history.closed(window("month", tuesday, now), now) == MONDAY
    assert history.closed(window("ytd", date(2026, 2, 3), now), now) == date(2026, 2, 3)
