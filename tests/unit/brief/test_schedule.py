"""brief.yaml: which week is told, when, for whom."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioc.briefing import NoSuchWeek, Occasion, Plan, Week, newest, recipients
from ioc.errors import SettingsError
from ioc.kpis import PACKAGED
from ioc.roles import Roles

MONDAY = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
"""07:00 in Vietnam."""
WEEKLY = Occasion(id="tuan", weekday=1, at=time(7), units="organisation", formats=("pdf",))


def test_a_monday_morning_tells_the_week_that_ended() -> None:
    assert WEEKLY.tells(MONDAY) == Week(date(2026, 11, 16), date(2026, 11, 22))
    before = MONDAY - timedelta(minutes=1)
    assert WEEKLY.tells(before) == Week(date(2026, 11, 9), date(2026, 11, 15))
    assert WEEKLY.tells(MONDAY + timedelta(days=6)).code == "2026-W47"


@given(st.datetimes(datetime(2025, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC)), st.integers(1, 7))
def test_the_last_time_is_never_ahead_nor_a_week_ago(now: datetime, weekday: int) -> None:
    occasion = WEEKLY.model_copy(update={"weekday": weekday})
    last = occasion.last(now)
    assert timedelta(0) <= now - last < timedelta(days=7)
    assert last.isoweekday() == weekday
    assert occasion.tells(now).last < last.date()


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_week_is_read_as_it_is_written(day: date) -> None:
    week = Week.of(day)
    assert Week.parse(week.code) == week
    assert week.start <= day <= week.last
    assert week.before.last + timedelta(days=1) == week.start


@pytest.mark.parametrize("text", ["2026-W54", "2026-47", "W47", "2026-W4", "2026-W00", "tuần 47", ""])
def test_text_that_is_no_week(text: str) -> None:
    with pytest.raises(NoSuchWeek, match="expected YYYY-Www"):
        Week.parse(text)


def test_units_of_a_role_each_once() -> None:
    heads = [("thu_truong_don_vi", "G09.915"), ("thu_truong_don_vi", "G09.915"), ("van_thu", "G09.901")]
    role = WEEKLY.model_copy(update={"units": "role:thu_truong_don_vi"})
    assert recipients(role, "G09", heads) == ["G09.915"]
    assert recipients(WEEKLY, "G09", heads) == ["G09"]


def test_the_packaged_plan_names_indicators_and_roles_that_exist() -> None:
    plan = Plan.load()
    assert {f"{name}.yaml" for name in plan.charts} <= {file.name for file in PACKAGED.glob("*.yaml")}
    roles = {each.role for each in plan.schedule if each.role}
    assert roles <= set(Roles.load())
    assert plan.last(MONDAY) == MONDAY


def test_another_organisation_has_its_own_plan(tmp_path: Path) -> None:
    (tmp_path / "brief.yaml").write_text("schedule: []\n", encoding="utf-8")
    assert Plan.load(tmp_path).last(MONDAY) is None
    (tmp_path / "brief.yaml").write_text("charts: {}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"brief\.yaml: charts"):
        Plan.load(tmp_path)


def test_the_newest_briefing_of_a_unit(tmp_path: Path) -> None:
    assert newest(tmp_path / "none", "G09") is None
    for name in (
        "2025-W52/G09.pdf",
        "2026-W09/G09.docx",
        "2026-W09/G09.915.pdf",
        "2026-W09/G09.pdf",
        "x/G09.pdf",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert newest(tmp_path, "G09") == tmp_path / "2026-W09/G09.pdf"
    assert newest(tmp_path, "G09.901") is None
