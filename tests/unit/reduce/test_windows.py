"""Windows, bands, freshness and trust: what stands beside a value."""

from datetime import date

import pytest

from ioc.kpis import Kpis
from storage.published import band, fresh, reach
from storage.trust import Heard, LastTick, Trust, trust
from storage.values import formed, window
from tests.unit.reduce.cases import catalogue, ms

NOW = ms("2026-03-11 10:00")  # a Wednesday
KPIS = Kpis.load()


@pytest.mark.parametrize(
    ("name", "on", "start", "last"),
    [
        ("day", date(2026, 3, 11), date(2026, 3, 11), date(2026, 3, 11)),
        ("week", date(2026, 3, 11), date(2026, 3, 9), date(2026, 3, 11)),
        ("week", date(2026, 3, 1), date(2026, 2, 23), date(2026, 3, 1)),
        ("month", date(2026, 2, 10), date(2026, 2, 1), date(2026, 2, 28)),
        ("month", date(2026, 3, 2), date(2026, 3, 1), date(2026, 3, 11)),
        ("ytd", date(2026, 2, 10), date(2026, 1, 1), date(2026, 2, 10)),
        ("ytd", date(2025, 12, 31), date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_the_window_that_contains_a_date(name: str, on: date, start: date, last: date) -> None:
    found = window(name, on, NOW)
    assert (found.start, found.last) == (start, last)
    assert found.t == min(NOW, ms(f"{last} 23:59") + 60_000)


@pytest.mark.parametrize(
    ("kpi", "value", "cases", "shown"),
    [
        ("doc_on_time_rate", 95.0, 10, "green"),
        ("doc_on_time_rate", 90.0, 10, "amber"),
        ("doc_on_time_rate", 89.9, 10, "red"),
        ("doc_on_time_rate", 99.0, 9, "grey"),
        ("doc_on_time_rate", None, 99, "grey"),
        ("doc_overdue_open", 0.0, 1, "green"),
        ("doc_overdue_open", 5.0, 5, "amber"),
        ("doc_overdue_open", 6.0, 6, "red"),
        ("dossier_due_soon", 6.0, 6, None),
        ("dossier_time_ratio", 1.0, 10, "green"),
        ("dossier_time_ratio", 1.05, 10, "amber"),
        ("dossier_time_ratio", 1.06, 10, "red"),
        ("event_latency_p95", 15.0, 10, "amber"),
        ("event_latency_p95", 15.1, 10, "red"),
    ],
)
def test_bands(kpi: str, value: float | None, cases: int, shown: str | None) -> None:
    found = KPIS[kpi]
    assert band(found, value, cases, found.target(date(2026, 3, 11)), fresh=True) == shown
    assert band(found, value, cases, found.target(date(2026, 3, 11)), fresh=False) == "grey"


def test_nothing_to_divide_is_no_value_but_an_empty_count_is_zero() -> None:
    assert formed(KPIS["doc_on_time_rate"], 0, 0) is None
    assert formed(KPIS["doc_on_time_rate"], 1, 3) == pytest.approx(33.333, abs=0.001)
    assert formed(KPIS["doc_overdue_open"], 0, 0) == 0


def test_a_number_is_old_when_a_source_or_the_ticks_are() -> None:
    today = window("day", date(2026, 3, 11), NOW)
    said = Trust(False, NOW - 60_000, NOW + 1, 22, 22)
    tick = LastTick(NOW - 1000, True)
    assert fresh(said, tick, today, NOW)
    assert reach(said, tick) == NOW - 60_000
    assert not fresh(said, tick, today, NOW + 1)
    assert not fresh(said, LastTick(NOW - 30_001, True), today, NOW)
    assert not fresh(said, LastTick(NOW, False), today, NOW)
    assert not fresh(said, None, today, NOW)
    assert not fresh(Trust(False, None, None, 0, 22), tick, today, NOW)
    ended = window("month", date(2026, 2, 10), NOW)
    assert fresh(Trust(False, ended.t, NOW - 1, 0, 22), tick, ended, NOW)
    assert not fresh(Trust(False, ended.t - 1, NOW - 1, 0, 22), tick, ended, NOW)


def test_trust_counts_the_units_of_sources_that_speak() -> None:
    kpi, day = KPIS["doc_on_time_rate"], date(2026, 3, 11)
    both = {"qlvb": Heard(NOW - 5, NOW + 5), "vxp": Heard(NOW - 9, NOW - 1)}
    said = trust(kpi, "G09", both, catalogue(), day, NOW)
    assert said == Trust(False, NOW - 9, NOW - 1, 21, 21)
    silent = trust(kpi, "G09", {"vxp": both["vxp"]}, catalogue(), day, NOW)
    assert (silent.covered, silent.expected) == (0, 21)
    assert trust(kpi, "G09.905", both, catalogue(), day, NOW).expected == 1
    assert trust(kpi, "G09", {}, catalogue(), day, NOW) == Trust(False, None, None, 0, 21)


def test_a_score_is_as_old_and_covers_as_few_units_as_the_worst_of_its_parts() -> None:
    score, day = KPIS["unit_dx_score"], date(2026, 3, 11)
    sources = {
        "qlvb": Heard(NOW - 5, NOW + 5),
        "vxp": Heard(NOW - 9, NOW + 9),
        "daotao": Heard(NOW - 99, NOW - 1),
    }
    said = trust(score, "G09", sources, catalogue(), day, NOW, KPIS)
    assert (said.own, said.as_of, said.stale_at, said.covered) == (False, NOW - 99, NOW - 1, 0)
    del sources["daotao"]
    said = trust(score, "G09", sources, catalogue(), day, NOW, KPIS)
    assert (said.as_of, said.stale_at, said.covered, said.expected) == (NOW - 9, NOW + 5, 21, 21)
    assert trust(score, "G09", {}, catalogue(), day, NOW, KPIS) == Trust(False, None, None, 0, 0)
