"""What weeks mean for a target: deadlines ahead, passed, none; too little to say."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from ioc.forecast.outlook import Outlook, document, outlook
from ioc.forecast.series import Series, Week, connected, wanting
from ioc.kpis import PACKAGED, Kpi, Kpis, read

BASE = read(PACKAGED / "online_dossier_rate.yaml")
SUNDAY = date(2026, 11, 22)
MONDAY = date(2026, 11, 16)
"""Of the week that is not over on that day."""


def kpi(*targets: dict[str, Any], direction: str = "up") -> Kpi:
    changed = BASE.model_dump() | {"targets": list(targets), "direction": direction}
    return Kpi.model_validate(changed)


def until(value: float, by: str) -> dict[str, Any]:
    return {"value": value, "by": by}


def weeks(count: int, value: Callable[[int], float | None], cases: int = 50) -> list[Week]:
    """The last `count` complete weeks."""
    mondays = [MONDAY - timedelta(weeks=count - n) for n in range(count)]
    return [Week(monday, value(n), cases) for n, monday in enumerate(mondays)]


def rising(count: int = 16) -> list[Week]:
    """Half a point a week, 59,5 in the last one."""
    return weeks(count, lambda week: 59.5 - 0.5 * (count - 1 - week))


def test_on_pace_and_off_pace() -> None:
    kept = outlook(kpi(until(80, "2027-12-31")), rising(), SUNDAY)
    assert kept.status == "on_pace" and kept.ahead is not None and kept.reached is False
    assert kept.ahead.expected == pytest.approx(59.5 + 0.5 * 59, rel=0.02)
    missed = outlook(kpi(until(80, "2026-12-31")), rising(), SUNDAY)
    assert missed.status == "off_pace" and missed.ahead is not None
    assert missed.ahead.expected == pytest.approx(59.5 + 0.5 * 7, abs=0.5)


def test_fewer_may_be_better() -> None:
    falling = weeks(16, lambda week: 36 - week)
    assert outlook(kpi(until(10, "2027-06-30"), direction="down"), falling, SUNDAY).status == "on_pace"
    assert outlook(kpi(until(10, "2026-11-30"), direction="down"), falling, SUNDAY).status == "off_pace"


def test_a_deadline_that_passed_says_so_and_gets_no_new_date() -> None:
    late = outlook(kpi(until(70, "2022-12-31"), until(80, "2025-12-31")), rising(), SUNDAY)
    assert (late.status, late.target, late.deadline) == ("passed", 80, date(2025, 12, 31))
    assert (
        late.ahead is None
        and late.reason == "quá hạn mục tiêu 31/12/2025, nay chưa đạt"
        and late.reached is False
    )
    assert [each.value for each in late.passed] == [70, 80]
    assert outlook(kpi(until(55, "2025-12-31")), rising(), SUNDAY).reached is True
    unheard = outlook(kpi(until(55, "2025-12-31")), [], SUNDAY)
    assert (unheard.status, unheard.reason) == ("passed", "quá hạn mục tiêu 31/12/2025")


def test_the_next_deadline_counts_and_the_passed_one_stays_visible() -> None:
    found = outlook(kpi(until(80, "2025-12-31"), until(90, "2030-12-31")), rising(), SUNDAY)
    assert found.deadline == date(2030, 12, 31) and found.status == "on_pace"
    assert [each.by for each in found.passed] == [date(2025, 12, 31)]


def test_the_day_of_the_deadline_is_not_past() -> None:
    on_the_day = outlook(kpi(until(80, SUNDAY.isoformat())), rising(), SUNDAY)
    assert on_the_day.status == "off_pace"
    assert (
        outlook(kpi(until(80, SUNDAY.isoformat())), rising(), SUNDAY + timedelta(days=1)).status == "passed"
    )


def test_targets_for_all_times_and_no_target() -> None:
    always = outlook(kpi({"value": 50}), rising(), SUNDAY)
    assert (always.status, always.target, always.deadline, always.reached) == ("always", 50, None, True)
    assert outlook(kpi(), rising(), SUNDAY).status == "no_target"


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ([], "chưa có tuần nào"),
        (rising(12), "mới có 12 tuần, cần ít nhất 13"),
        (weeks(30, lambda week: 50.0 if week % 2 else None), "thiếu số liệu"),
        (weeks(40, lambda week: 50.0 if week < 31 else None), "không có số liệu từ tuần 07/09/2026"),
        (weeks(30, lambda _: 50.0, cases=9), "chưa có tuần nào"),
    ],
)
def test_too_little_data_gives_no_number(listed: list[Week], said: str) -> None:
    found = outlook(kpi(until(80, "2030-12-31")), listed, SUNDAY)
    assert found.status == "too_little_data" and found.ahead is None and said in found.reason


def test_weeks_without_a_number_lie_between_their_neighbours() -> None:
    listed = [
        Week(MONDAY + timedelta(weeks=n), value, 20) for n, value in enumerate((None, 10.0, None, None, 40.0))
    ]
    series = connected(listed, 10)
    assert series == Series(MONDAY + timedelta(weeks=1), MONDAY + timedelta(weeks=4), (10, 20, 30, 40), 2)
    assert wanting(series, SUNDAY) is not None
    assert connected(listed, 21) is None


def test_a_kind_is_forecast_against_its_own_target() -> None:
    asked = Kpis.load()["hr_credential_coverage"]
    assert outlook(asked, rising(), date(2023, 1, 1), "e_card").status == "passed"
    assert outlook(asked, rising(), date(2023, 1, 1), "official_email").deadline == date(2025, 12, 31)


def test_the_document_has_every_key_whatever_the_answer() -> None:
    asked = kpi(until(80, "2027-12-31"))
    answers: list[Outlook] = [
        outlook(asked, rising(), SUNDAY),
        outlook(asked, [], SUNDAY),
        outlook(kpi(), rising(), SUNDAY),
    ]
    documents = [document(asked, "G09", "", each) for each in answers]
    assert len({tuple(each) for each in documents}) == 1
    full = documents[0]
    assert (
        full["deadline"] == "2027-12-31" and full["level"] == 0.8 and full["backtest"]["horizon_days"] == 28
    )
    assert full["observed"] == {
        "weeks": 16, "missing": 0, "first": "2026-07-27", "last": "2026-11-09", "value": 59.5,
    }  # fmt: skip
    assert documents[1]["expected"] is documents[1]["backtest"] is documents[1]["observed"] is None
