"""Our own score by QĐ 766 on the real engine, from a few events, against points worked out by hand."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ioc.periods import Period
from ioc.qd766 import load
from storage.client import Store
from storage.composites.qd766 import Score, scores, span_of
from tests.engine.reducing import Bench, event
from tests.engine.test_reduce_kpis import clock, clocked, dossier, feedback, resolved

pytestmark = pytest.mark.engine
RULES = load()


def procedure(code: str, at: str, seqno: int = 1, **more: object) -> dict[str, Any]:
    data = {
        "procedure_code": code, "field_code": "viec_lam", "action": "created", "online_level": "full",
        "online_eligible": True, "business_related": False, "statutory_days": 5, "fee_required": True,
        "announced_on_time": True, "published_on_time": True, "content_complete": True, "paper_result": True,
        "fee_offered_online": False, "citizen_facing": True, "population_connected": False, "at": at,
    }  # fmt: skip
    made = event(
        "procedure.published", f"{code}-{seqno}", at, data | more, seqno=seqno, source="csdl_tthc",
        orgunit="G09.915",
    )  # fmt: skip
    return clocked(made, at)


def paid(ref: str, at: str, method: str = "online") -> dict[str, Any]:
    data = {"dossier_ref": ref, "method": method, "amount_vnd": 100_000, "paid_at": at}
    return event("payment.completed", f"{ref}-p", at, data, source="dvcqg")


def synced(ref: str, at: str) -> dict[str, Any]:
    data = {"dossier_ref": ref, "portal_status": 2, "result": "ok", "attempt": 1, "synced_at": at}
    return event("dossier.portal_synced", f"{ref}-y", at, data, seqno=5, source="dvcqg")


def rated(ref: str, at: str) -> dict[str, Any]:
    data = {"dossier_ref": ref, "score": 1, "dissatisfied": True, "channel": "online", "rated_at": at}
    return event("satisfaction.rated", f"{ref}-t", at, data, source="dvcqg")


MARCH = [
    # 1.001 full, announced twice in March, once late; 1.002 partial; 1.003 none, announced in February;
    # 1.004 was abolished in February
    procedure("1.001", "2026-03-02 08:00", announced_on_time=False),
    procedure("1.001", "2026-03-03 08:00", 2, action="updated"),
    procedure("1.002", "2026-03-02 08:00", online_level="partial", fee_required=False, paper_result=False),
    procedure(
        "1.003",
        "2026-02-02 08:00",
        online_level="none",
        content_complete=False,
        fee_offered_online=True,
        population_connected=True,
    ),
    procedure("1.004", "2026-01-05 08:00"),
    procedure("1.004", "2026-02-05 08:00", 2, action="abolished"),
    # A in time in the evening; B late and disliked; C open, overdue; D asked for a supplement in time, still
    # open; E asked twice; F due today; G at another unit, withdrawn; H from February, resolved in March
    dossier("A", "2026-03-02 09:00", "2026-03-06 17:00", fee_required=True, components_reused=1),
    resolved("A", "2026-03-06 20:00"),
    paid("A", "2026-03-02 10:00"),
    synced("A", "2026-03-02 09:05"),
    dossier("B", "2026-03-02 09:00", "2026-03-06 17:00", fee_required=True, channel="direct"),
    resolved("B", "2026-03-09 09:00", e_result=False),
    paid("B", "2026-03-02 10:00", "cash"),
    rated("B", "2026-03-09 10:00"),
    dossier("C", "2026-03-02 09:00", "2026-03-05 17:00", procedure_code="1.002", vneid_verified=False),
    dossier("D", "2026-03-02 09:00", "2026-03-09 17:00", digitised_components=False),
    clock("D", "paused", "2026-03-09 18:00", 2),
    dossier("E", "2026-03-02 09:00", "2026-03-20 17:00"),
    clock("E", "paused", "2026-03-03 09:00", 2),
    clock("E", "running", "2026-03-04 09:00", 3),
    clock("E", "paused", "2026-03-05 09:00", 4),
    dossier("F", "2026-03-03 09:00", "2026-03-10 09:00", store_reused=True),
    dossier("G", "2026-03-03 09:00", "2026-03-04 17:00", org="G09.914", channel="postal"),
    event(
        "dossier.closed",
        "G-c",
        "2026-03-04 09:00",
        {"dossier_ref": "G", "outcome": "withdrawn", "closed_at": "2026-03-04 09:00"},
        seqno=9,
        source="motcua",
    ),
    dossier("H", "2026-02-25 09:00", "2026-03-03 17:00"),
    resolved("H", "2026-03-02 09:00"),
    feedback("a", "received", "2026-03-02 09:00", "2026-03-06 17:00", 1),
    feedback("a", "resolved", "2026-03-06 18:00", "2026-03-06 17:00", 2),  # in the evening: in time by date
    feedback("b", "received", "2026-03-02 09:00", "2026-03-06 17:00", 1),  # never handled
]

HAND: dict[str, tuple[int, int, str | None]] = {
    "1.1": (1, 2, "3.00"),  # 1.002; one late announcement makes 1.001 late
    "1.2": (2, 2, "4.00"),
    "1.3": (2, 3, "1.33"),  # 1.004 is no longer public
    "1.4": (1, 7, "0.86"),  # A of A-G
    "2.1": (5, 8, "12.50"),  # A D F G H; not B (late), C (overdue), E (second request)
    "3.1": (2, 3, "1.67"),  # 2/3 of 0.8
    "3.2": (2, 2, "4.00"),  # 1.001 by A, 1.002 by C
    "3.3": (5, 7, "6.00"),  # A C D E F; 50 % is enough
    "3.6": (1, 2, "3.00"),
    "3.5b": (1, 2, "1.25"),  # fee: 1.001, 1.003; paid online: 1.001
    "3.5": (1, 2, "1.25"),
    "4.1": (1, 6, "1.00"),  # 1.001 ends in paper: A B D E F G; electronic: A
    "4.2": (2, 7, "1.14"),  # A, and C that has no paper result
    "certified_copy": (0, 0, None),
    "4.3": (1, 7, "0.36"),  # 1/7 of 0.8
    "4.4": (1, 7, "0.57"),
    "4.5b": (6, 7, "1.71"),
    "4.5a": (1, 3, "0.67"),
    "5.2": (1, 2, "3.00"),
    "5.3": (1, 2, "3.00"),
    "5.4": (4, 8, "3.33"),  # 8 − 3 late − 1 disliked; half of 0.9
}


@pytest.fixture(scope="module")
def bench(alone: Store) -> Bench:
    made = Bench(alone, "2026-03-10 10:00")
    made.reduce(MARCH)
    return made


def score(bench: Bench, period: str, unit: str = "G09") -> Score:
    span = span_of(Period.parse(period), bench.now)
    (found,) = scores(bench.store, RULES, span, "G09", unit)
    return found


def counted(found: Score) -> dict[str, tuple[int, int, str | None]]:
    return {
        each.line.metric.id: (
            each.numerator or 0,
            each.denominator or 0,
            None if each.points is None else f"{each.points:.2f}",
        )
        for each in found.lines
    }


def test_every_line_by_hand(bench: Bench) -> None:
    found = score(bench, "2026-03")
    assert counted(found) == HAND
    hand = [Decimal(points) for _, _, points in HAND.values() if points]
    assert found.total == sum(hand) == Decimal("53.64")
    assert [found.group(group) for group in RULES.groups] == [
        Decimal(points) for points in ("9.19", "12.50", "11.67", "5.50", "5.45", "9.33")
    ]


def test_a_unit_and_what_is_beneath_it(bench: Bench) -> None:
    own = counted(score(bench, "2026-03", "G09.914"))
    assert own["2.1"] == (1, 1, "20.00")
    assert own["3.3"] == (0, 1, "0.00")
    assert own["3.6"] == (0, 0, None)
    assert own["5.2"] == (0, 0, "6.00")
    assert own["5.4"] == (1, 1, "6.00")
    everyone = scores(bench.store, RULES, span_of(Period.parse("2026-03"), bench.now), "G09")
    assert [each.unit for each in everyone] == ["G09", "G09.901", "G09.912", "G09.914", "G09.915"]


def test_what_one_more_good_case_brings(bench: Bench) -> None:
    gains = {each.line.metric.id: each.one_more for each in score(bench, "2026-03").lines}
    assert gains["2.1"] == Decimal("2.5")
    assert gains["3.3"] == 0  # full already
    assert gains["3.1"] == pytest.approx(Decimal("0.33"), abs=Decimal("0.01"))  # only up to the maximum
    assert gains["certified_copy"] is None


def test_quarter_year_and_a_period_that_has_ended(bench: Bench) -> None:
    quarter, year, february = (counted(score(bench, each)) for each in ("2026-Q1", "2026", "2026-02"))
    assert quarter == year
    assert quarter["1.4"] == (1, 8, "0.75")
    assert quarter["1.1"] == (3, 4, "4.50")  # with 1.003 and 1.004, announced in January and February
    assert february["2.1"] == (1, 1, "20.00")  # H was open and within time at the end of February
    assert february["3.1"] == (0, 1, "0.00")  # only 1.003 was there
    assert february["1.3"] == HAND["1.3"]  # always as of now
    assert february["5.2"] == (0, 0, "6.00")


def test_a_period_to_come_is_empty(bench: Bench) -> None:
    span = span_of(Period.parse("2026-Q2"), bench.now)
    assert span.last == date(2026, 4, 1)
    assert counted(score(bench, "2026-Q2"))["3.3"] == (0, 0, None)


def test_values_by_month_and_year_and_none_by_day(bench: Bench) -> None:
    month = bench.value("service_index_766")
    assert month is not None
    assert (month.numerator, month.denominator, month.cases, month.value) == (5364, 100, 8, 53.64)
    year, unit = bench.value("service_index_766", name="ytd"), bench.value("service_index_766", "G09.914")
    assert year is not None and year.value == float(score(bench, "2026").total or 0)
    assert unit is not None and unit.value == float(score(bench, "2026-03", "G09.914").total or 0)
    for window in ("day", "week"):
        assert bench.value("service_index_766", name=window) is None
    assert bench.value("service_index_766", on="2025-12-15") is None  # before the first rule


def test_the_reducer_shows_it(bench: Bench) -> None:
    shown = bench.store.query(
        "SELECT unit, toString(window), value FROM ioc.kpi_values FINAL"
        " WHERE kpi = 'service_index_766' AND unit IN ('G09', 'G09.914') ORDER BY unit, window"
    )
    assert [row[:2] for row in shown if row[2] is not None] == [
        ("G09", "month"),
        ("G09", "ytd"),
        ("G09.914", "month"),
        ("G09.914", "ytd"),
    ]
    assert ("G09", "month", 53.64) in shown
