"""A unit merged on 1 July: its series goes on in the successor's, nothing lost, nothing counted twice.

The packaged organisation says it: G09.912 ends on 30/6/2025, merged into G09.901; G09.919 was renamed on 1/3.
"""

from datetime import date, timedelta
from typing import Any

import pytest

from storage.client import Store
from tests.engine.reducing import Bench, event

pytestmark = pytest.mark.engine
OLD, HEIR, OTHER, TOP = "G09.912", "G09.901", "G09.905", "G09"


def received(ref: str, unit: str, arrived: str, registered: str, due: str | None = None) -> dict[str, Any]:
    data = {
        "doc_ref": ref, "doc_type": "cong_van", "sender_org": "G12", "receiver_org": unit,
        "urgency": "normal", "classification": "normal", "channel": "axis", "arrived_at": arrived,
        "registered_at": registered, "steering": False, "response_required": True,
        **({"due_at": due} if due else {}),
    }  # fmt: skip
    return event("document.received", ref, arrived, data, orgunit=unit)


def synced(n: int, unit: str, at: str) -> dict[str, Any]:
    data = {
        "person_ref": f"{n:064x}", "org": unit, "target": "national_db", "result": "ok", "fields_total": 10,
        "fields_filled": 10, "synced_at": at,
    }  # fmt: skip
    return event("hr.record_synced", f"sync{n}-{unit}", at, data, source="hrm", orgunit=unit)


@pytest.fixture(scope="module")
def bench(alone: Store) -> Bench:
    bench = Bench(alone, "2025-07-08 10:00")
    bench.reduce(
        [
            received("h1", HEIR, "2025-06-24 09:00", "2025-06-24 10:00"),
            received("o1", OLD, "2025-06-25 09:00", "2025-06-25 10:00"),
            received("o2", OLD, "2025-06-26 09:00", "2025-06-30 10:00"),  # late
            received("o3", OLD, "2025-06-30 09:00", "2025-06-30 10:00", "2025-07-02 17:00"),  # open, overdue
            received("h2", HEIR, "2025-07-01 09:00", "2025-07-01 10:00"),
            received("h3", HEIR, "2025-07-02 09:00", "2025-07-02 10:00"),
            received("p1", OTHER, "2025-07-02 09:00", "2025-07-02 10:00"),
            *(synced(n, OLD, "2025-06-25 09:00") for n in range(6)),
            synced(1, HEIR, "2025-07-02 09:00"),  # the same person, now of the successor
        ]
    )
    return bench


def test_the_successors_series_is_continuous(bench: Bench) -> None:
    kpi = "doc_registered_on_time_rate"
    days = [date(2025, 6, 23) + timedelta(n) for n in range(11)]
    series = {
        unit: [bench.fraction(kpi, unit, "day", day.isoformat()) for day in days] for unit in (HEIR, TOP)
    }
    assert series[HEIR] == [
        *((0, 0), (1, 1), (1, 1), (0, 1), (0, 0), (0, 0), (0, 0)),  # Monday 23 to Sunday 29 June
        *((1, 1), (1, 1), (1, 1), (0, 0)),  # 30 June | 1 July
    ]
    assert series[TOP][:9] == series[HEIR][:9]
    assert series[TOP][9] == (2, 2)


@pytest.mark.parametrize(
    ("unit", "june", "july"),
    [(OLD, (2, 3), (0, 0)), (HEIR, (3, 4), (2, 2)), (OTHER, (0, 0), (1, 1)), (TOP, (3, 4), (3, 3))],
)
def test_each_document_counts_once_wherever_it_counts(
    bench: Bench, unit: str, june: tuple[int, int], july: tuple[int, int]
) -> None:
    kpi = "doc_registered_on_time_rate"
    assert bench.fraction(kpi, unit, "month", "2025-06-15") == june
    assert bench.fraction(kpi, unit, "month", "2025-07-08") == july
    both = (june[0] + july[0], june[1] + july[1])
    assert bench.fraction(kpi, unit, "ytd", "2025-07-08") == both


def test_what_the_old_unit_left_open_is_the_successors(bench: Bench) -> None:
    for unit, overdue in ((OLD, 1), (HEIR, 1), (OTHER, 0), (TOP, 1)):
        assert bench.fraction("doc_overdue_open", unit, "day", "2025-07-08")[0] == overdue, unit


def test_persons_over_staff_before_and_after(bench: Bench) -> None:
    units = bench.catalogue.units
    assert [units.headcount(HEIR, date(2025, month, 1)) for month in (6, 7)] == [285, 285]
    assert bench.fraction("hr_record_coverage", HEIR, "day", "2025-06-28") == (6, 285)
    assert bench.fraction("hr_record_coverage", HEIR, "day", "2025-07-08") == (6, 285)
    assert bench.fraction("hr_record_coverage", TOP, "day", "2025-07-08")[0] == 6


def test_the_chart_of_the_successor_has_every_day(bench: Bench, reading_alone: Store) -> None:
    rows = reading_alone.query(
        "SELECT toString(day), value FROM ioc_read.history"
        " WHERE kpi = 'doc_registered_on_time_rate' AND unit = %(unit)s AND dim = '' ORDER BY day",
        {"unit": HEIR},
    )
    assert [(day, value) for day, value in rows if value is not None] == [
        ("2025-06-24", 100.0),
        ("2025-06-25", 100.0),
        ("2025-06-26", 0.0),
        ("2025-06-30", 100.0),
        ("2025-07-01", 100.0),
        ("2025-07-02", 100.0),
    ]


def test_the_tree_and_the_names_are_those_of_the_day(bench: Bench) -> None:
    units = bench.catalogue.units
    before, after = date(2025, 6, 30), date(2025, 7, 1)
    assert {unit.code for unit in units.valid(before)} - {unit.code for unit in units.valid(after)} == {OLD}
    assert units.successor(OLD, after) == HEIR
    assert units.get("G09.919", date(2024, 1, 1)).name == "Trung tâm Thông tin"
    assert units.get("G09.919", after).name == "Trung tâm Công nghệ thông tin"
