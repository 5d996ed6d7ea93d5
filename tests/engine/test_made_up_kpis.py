"""KPI files that nobody wrote code for: valued and shown to readers, for units with and without cases.

Three made-up files in a catalogue of their own: a stock over a baseline (as its complement), a median for
every unit, and a score over packaged KPIs and what units declare.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.client import Store
from storage.composites import dx_explained
from storage.explaining import OutOf, explain, out_of
from storage.windows import Window, window
from tests.engine.reducing import TENANT, Bench
from tests.engine.test_reduce_kpis import dossier, resolved
from tests.unit.reduce.test_kpi_composites import saved, score, stock

pytestmark = pytest.mark.engine
HERE, EMPTY = "G09.915", "G09.916"


def median(**changes: Any) -> dict[str, Any]:
    part = {
        "view": "dossier", "day": "resolved_at", "level": 0.5, "per": 60, "dim": "channel",
        "of": "dateDiff('minute', opened_at, resolved_at)",
    }  # fmt: skip
    document = score(
        id="made_up_hours", unit="ratio", direction="down", kind="quantile", quantile=part | changes
    )
    del document["composite"]
    return document


def scored(**changes: Any) -> dict[str, Any]:
    """60 points: online dossiers (of 80 %); 30: overdue dossiers (none); 10: declared."""
    document = score(minimum_cases=1, targets=[{"value": 80}], **changes)
    pillars = document["composite"]["pillars"]
    pillars[0]["parts"] = [
        {"kpi": "online_dossier_rate", "weight": 40, "minimum_cases": 2},
        {"kpi": "dx_training_coverage", "weight": 20},  # no source was ever heard of
    ]
    pillars[1]["parts"] = [
        {"kpi": "dossier_overdue_open", "weight": 30, "minimum_cases": 2},
        {"declared": "dx_team", "weight": 10},
    ]
    return document


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("catalogue")
    saved(folder, stock(baseline="headcount", numerator="count()"))
    saved(folder, median())
    saved(folder, scored())
    return folder


@pytest.fixture(scope="module")
def bench(alone: Store, folder: Path) -> Bench:
    bench = Bench(alone, "2026-03-10 10:00", folder)  # a Tuesday
    received = {"A": "2026-03-02 09:00", "B": "2026-03-02 09:00", "C": "2026-03-02 09:00"}
    bench.reduce(
        [
            *(dossier(ref, at, "2026-03-06 17:00") for ref, at in received.items()),
            dossier("D", "2026-03-03 09:00", "2026-03-30 17:00", channel="direct"),
            dossier("E", "2026-03-03 09:00", "2026-03-30 17:00", channel="direct"),
            resolved("A", "2026-03-02 10:00"),
            resolved("B", "2026-03-02 13:00"),
            resolved("E", "2026-03-03 18:00"),
        ]
    )
    return bench


def test_a_stock_over_a_baseline_is_what_is_missing_to_it(bench: Bench) -> None:
    name = "made_up_stock"
    assert bench.fraction(name, HERE) == (staff(bench, HERE) - 2, staff(bench, HERE))  # C and D are open
    assert bench.fraction(name, EMPTY) == (staff(bench, EMPTY), staff(bench, EMPTY))  # not a single case
    assert bench.fraction(name) == (staff(bench, "G09") - 2, staff(bench, "G09"))
    value = bench.value(name, EMPTY)
    assert value is not None
    assert (value.value, value.cases) == (100, staff(bench, EMPTY))
    # on the 2nd: C was open at the day's end
    assert bench.fraction(name, HERE, "day", "2026-03-02") == (staff(bench, HERE) - 1, staff(bench, HERE))


def staff(bench: Bench, unit: str) -> int:
    return bench.catalogue.units.headcount(unit, bench.clock.now().date())


def test_its_history_is_divided_by_the_baseline_as_well(bench: Bench) -> None:
    rows = bench.store.query(
        "SELECT unit, toString(day), value FROM ioc_read.history WHERE kpi = 'made_up_stock' AND dim = ''"
        " AND unit IN ('G09', 'G09.915') AND day IN ('2026-03-02', '2026-03-03') ORDER BY unit, day"
    )
    expected = [
        (unit, day, 100 * (staff(bench, unit) - n) / staff(bench, unit))
        for unit in ("G09", HERE)
        for day, n in (("2026-03-02", 1), ("2026-03-03", 2))
    ]
    found: list[tuple[str, str, object]] = [(unit, day, pytest.approx(value)) for unit, day, value in rows]
    assert found == expected


def test_every_unit_has_its_median(bench: Bench) -> None:
    name = "made_up_hours"
    for unit in (HERE, "G09"):
        assert bench.fraction(name, unit) == (240, 60)  # of 1, 4 and 9 hours
        assert bench.fraction(name, unit, dim="online") == (60, 60)  # of 1 and 4: the lower
        assert bench.fraction(name, unit, dim="direct") == (540, 60)
    assert bench.fraction(name, HERE, "day", "2026-03-03") == (540, 60)
    assert bench.value(name, EMPTY) is None


def test_a_score_is_made_from_what_its_parts_show(bench: Bench) -> None:
    name = "made_up_score"
    # online: 3 of 5 are 60 %, of 80: 0.75 of all 60 points of the pillar; overdue: C of 2 open: half of 30;
    # declared: in full
    value = bench.value(name, HERE, "ytd")
    assert value is not None
    assert (value.numerator, value.denominator, value.value) == (7000, 100, 70)
    assert value.cases == 2
    assert bench.fraction(name, HERE, "ytd", dim="a") == (7500, 100)
    assert bench.fraction(name, HERE, "ytd", dim="b") == (6250, 100)  # 25 of 40
    assert bench.fraction(name, HERE, "ytd", dim="measured") == (6500, 100)  # 45 of 60, 20 of 40
    assert bench.value(name, EMPTY, "ytd") is None  # nothing but its own word


def test_values_now_hold_the_same_for_every_unit(bench: Bench) -> None:
    rows = {
        (kpi, unit): (number, band)
        for kpi, unit, number, band in bench.store.query(
            "SELECT kpi, unit, numerator, band FROM ioc_read.values_now"
            " WHERE startsWith(kpi, 'made_up_') AND dim = '' AND window = 'ytd'"
        )
    }
    units = {unit.code for unit in bench.catalogue.units.valid(bench.clock.now().date())}
    assert {unit for _, unit in rows} == units
    assert rows["made_up_score", HERE][0] == 7000
    assert rows["made_up_stock", EMPTY][0] == staff(bench, EMPTY)
    assert rows["made_up_hours", EMPTY] == (0, "grey")


def explained(bench: Bench, kpi: str, unit: str, dim: str = "") -> list[tuple[str, int, int]]:
    found = explain(
        bench.store, bench.kpis[kpi], span(bench), tenant=TENANT, unit=unit, dim=dim, now=bench.now
    )
    assert all(each.events for each in found)
    return [(each.subject, each.numerator, each.denominator) for each in found]


def span(bench: Bench) -> Window:
    return window("ytd", bench.clock.now().date(), bench.now)


def test_numbers_over_baselines_and_medians_are_explained(bench: Bench) -> None:
    kpis = bench.kpis
    assert explained(bench, "made_up_stock", HERE) == [("C", 1, 0), ("D", 1, 0)]
    assert explained(bench, "made_up_stock", EMPTY) == []
    for kpi, unit, expected in (
        ("made_up_stock", HERE, OutOf("headcount", staff(bench, HERE), complement=True)),
        ("hr_record_coverage", EMPTY, OutOf("headcount", staff(bench, EMPTY), complement=False)),
        ("interop_coverage_rate", EMPTY, OutOf("systems", 0, complement=False)),
        ("online_dossier_rate", HERE, None),
    ):
        assert out_of(bench.store, kpis[kpi], span(bench), tenant=TENANT, unit=unit) == expected
    hours = [("A", 60, 60), ("B", 240, 60), ("E", 540, 60)]
    assert explained(bench, "made_up_hours", "G09") == hours
    assert explained(bench, "made_up_hours", HERE, "direct") == hours[2:]
    assert explained(bench, "event_latency_p95", "G09") == []


def test_every_point_of_a_score_is_explained(bench: Bench) -> None:
    kpi = bench.kpis["made_up_score"]
    found = dx_explained.explain(
        bench.store, kpi, span(bench), bench.kpis, bench.catalogue, tenant=TENANT, unit=HERE
    )
    assert (found["points"], found["self_declared_points"], found["judged_parts"]) == (70, 10, 2)
    assert [(each["pillar"], each["weight"], each["points"]) for each in found["pillars"]] == [
        ("a", 60, 45),
        ("b", 40, 25),
    ]
    online, training, overdue, said = (part for pillar in found["pillars"] for part in pillar["parts"])
    assert (online["value"], online["target"], online["counted_weight"], online["points"]) == (60, 80, 60, 45)
    assert online["rests_on"].startswith(f"ioc explain online_dossier_rate --unit {HERE} --window ytd")
    assert (training["points"], training["left_out"]) == (None, "chưa có nguồn dữ liệu nào kết nối")
    assert (overdue["rule"], overdue["share"], overdue["points"]) == ("1-numerator/denominator", 0.5, 15)
    assert [part["self_declared"] for part in (online, training, overdue, said)] == [False] * 3 + [True]
    assert (said["points"], [entry["unit"] for entry in said["rests_on"]]) == (10, [HERE])
    points = [part["points"] for pillar in found["pillars"] for part in pillar["parts"] if part["points"]]
    assert sum(points) == found["points"]
    words = list(dx_explained.lines(found))
    assert any("dx_team [TỰ KHAI]: 10,00 / 10,00" in line for line in words)


def test_the_whole_organisation_declares_as_far_as_its_units_do(bench: Bench) -> None:
    kpi = bench.kpis["made_up_score"]
    found = dx_explained.explain(
        bench.store, kpi, span(bench), bench.kpis, bench.catalogue, tenant=TENANT, unit=TENANT
    )
    said = found["pillars"][1]["parts"][1]
    on = bench.clock.now().date()
    staffed = [unit.code for unit in bench.catalogue.units.valid(on) if unit.headcount]
    values = [bench.catalogue.declared.value("dx_team", unit, on) or 0 for unit in staffed]
    assert said["value"] == pytest.approx(100 * sum(values) / len(staffed))
    assert said["cases"] == len(staffed)


def test_a_score_follows_its_parts(bench: Bench) -> None:
    reducer = bench.reducer()
    bench.ledger.append([dossier("F", "2026-03-10 09:00", "2026-03-30 17:00", org="G09.915")])
    bench.finish(reducer)
    shown = bench.store.query(
        "SELECT numerator FROM ioc.kpi_values FINAL"
        " WHERE kpi = 'made_up_score' AND unit = 'G09.915' AND dim = '' AND window = 'ytd'"
    )
    # online: 4 of 6 = 66.67 %: 50 of 60; overdue: C of 3 open: 20 of 30; declared: 10
    assert shown == [(8000,)]
    assert bench.fraction("made_up_score", HERE, "ytd") == (8000, 100)


def test_a_tick_at_rest_asks_little(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was heard of, what additive KPIs show, who is silent, and one question a score (there are two)."""
    reducer = bench.reducer()
    bench.finish(reducer)
    asked: list[str] = []
    query = Store.query

    def counted(store: Store, sql: str, *more: Any, **named: Any) -> Any:
        asked.append(sql)
        return query(store, sql, *more, **named)

    monkeypatch.setattr(Store, "query", counted)
    for _ in range(2):
        asked.clear()
        before = reducer.tick
        bench.clock.advance(timedelta(seconds=9))
        reducer.step()
        assert reducer.tick == before + 1
    of_values = [sql for sql in asked if "kpi_cells" in sql or "ref_" in sql or "FROM ioc.cases_" in sql]
    assert len(of_values) <= 5, of_values
