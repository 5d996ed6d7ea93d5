"""Working time against an oracle that walks minute by minute and knows the year by heart."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioc.calendar import Day, Hours, WorkingCalendar
from ioc.reference import Catalogue, missing_calendars
from ioc.yamlfiles import PACKAGED

CALENDAR = Catalogue.load(None).calendar
VN = ZoneInfo("Asia/Ho_Chi_Minh")
OFF = {
    *(date(2025, 1, 1), date(2025, 4, 7), date(2025, 4, 30), date(2025, 5, 1), date(2025, 5, 2)),
    *(date(2025, 1, day) for day in range(27, 32)),
    *(date(2025, 9, 1), date(2025, 9, 2)),
    *(date(2026, 1, 1), date(2026, 1, 2), date(2026, 4, 27), date(2026, 4, 30), date(2026, 5, 1)),
    *(date(2026, 2, day) for day in range(16, 21)),
    *(date(2026, 8, 31), date(2026, 9, 1), date(2026, 9, 2), date(2026, 11, 24)),
}
WORKED = {date(2025, 4, 26), date(2026, 1, 10), date(2026, 8, 22)}
INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 20), timezones=st.just(VN))


def worked_day(day: date) -> bool:
    return day in WORKED or (day.weekday() < 5 and day not in OFF)


def worked_minute(at: datetime) -> bool:
    local = at.astimezone(VN)
    return worked_day(local.date()) and (8 <= local.hour < 12 or 13 <= local.hour < 17)


def oracle(start: datetime, end: datetime) -> int:
    at, count = start, 0
    while at < end:
        count += worked_minute(at)
        at += timedelta(minutes=1)
    return count


@settings(max_examples=80, deadline=None)
@given(INSTANTS, st.integers(0, 12 * 24 * 60))
def test_minutes_equal_a_walk(start: datetime, length: int) -> None:
    start = start.replace(second=0, microsecond=0)
    end = start + timedelta(minutes=length)
    assert CALENDAR.working_minutes(start, end) == oracle(start, end)
    assert CALENDAR.working_minutes(end, start) == -oracle(start, end)


def test_every_day_of_both_years() -> None:
    day = date(2025, 1, 1)
    while day.year < 2027:
        assert CALENDAR.is_working_day(day) == worked_day(day), day
        assert CALENDAR.covers(day)
        day += timedelta(days=1)
    assert not CALENDAR.covers(date(2027, 1, 1))


@given(INSTANTS)
def test_work_is_going_on_or_begins_at_the_next_session(at: datetime) -> None:
    found = CALENDAR.working_from(at)
    assert found.tzinfo is UTC and worked_minute(found)
    if worked_minute(at):
        assert found == at
    else:
        assert found > at and not worked_minute(found - timedelta(microseconds=1))
        assert CALENDAR.working_minutes(at, found) == 0


@pytest.mark.parametrize(
    ("on", "years"),
    [("2026-11-01", []), ("2026-11-02", [2027]), ("2027-01-01", [2027]), ("2027-12-01", [2027, 2028])],
)
def test_a_missing_calendar_is_named_sixty_days_before_its_year(
    tmp_path: Path, on: str, years: list[int]
) -> None:
    folder = tmp_path / "calendar"
    folder.mkdir()
    for name in ("hours.yaml", "2026.yaml"):
        (folder / name).write_bytes((PACKAGED / "calendar" / name).read_bytes())
    found = missing_calendars(tmp_path, date.fromisoformat(on))
    assert found == [folder / f"{year}.yaml" for year in years]


@given(INSTANTS, st.integers(1, 100_000))
def test_added_minutes_are_found_again(start: datetime, minutes: int) -> None:
    later = CALENDAR.add_working_minutes(start, minutes)
    assert later.tzinfo is UTC
    assert CALENDAR.working_minutes(start, later) == minutes
    assert CALENDAR.working_minutes(start, later - timedelta(microseconds=1)) == minutes - 1
    earlier = CALENDAR.add_working_minutes(start, -minutes)
    assert CALENDAR.working_minutes(earlier, start) == minutes
    assert CALENDAR.working_minutes(earlier + timedelta(microseconds=1), start) == minutes - 1


@given(st.dates(date(2024, 6, 1), date(2027, 6, 1)), st.integers(-300, 300))
def test_added_days_are_found_again(day: date, days: int) -> None:
    there = CALENDAR.add_working_days(day, days)
    if days > 0:
        assert CALENDAR.working_days_between(day, there) == days
    if days != 0:
        assert CALENDAR.is_working_day(there)
        assert (there > day) == (days > 0)
        between = [day + timedelta(n) for n in range(1, abs((there - day).days))] if days > 0 else []
        assert sum(CALENDAR.is_working_day(each) for each in between) == max(days - 1, 0)
    else:
        assert there == day


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)), st.integers(0, 400))
def test_far_years_are_plain_weeks(start: datetime, days: int) -> None:
    end = start + timedelta(days=days)
    if start.year in (2024, 2025, 2026, 2027) or end.year in (2024, 2025, 2026, 2027):
        return
    local = start.astimezone(CALENDAR.end_of_working_day(start.date()).tzinfo)
    whole = CALENDAR.working_minutes(start, end)
    weekdays = sum((start + timedelta(days=n, hours=7)).weekday() < 5 for n in range(days))
    assert abs(whole - weekdays * 480) <= 480, local


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-08-21T16:00:00+07:00", "2026-08-24T09:00:00+07:00", 60 + 480 + 60),
        ("2026-01-09T17:00:00+07:00", "2026-01-12T08:00:00+07:00", 480),
        ("2026-02-13T17:00:00+07:00", "2026-02-23T08:00:00+07:00", 0),
        ("2026-11-23T17:00:00+07:00", "2026-11-25T08:00:00+07:00", 0),
        ("2026-09-03T11:59:30+07:00", "2026-09-03T13:00:29+07:00", 0),
        ("2026-09-03T01:00:00Z", "2026-09-03T10:00:00Z", 480),
    ],
)
def test_known_spans(start: str, end: str, minutes: int) -> None:
    assert CALENDAR.working_minutes(datetime.fromisoformat(start), datetime.fromisoformat(end)) == minutes


def test_named_instants() -> None:
    assert CALENDAR.end_of_working_day(date(2026, 9, 3)) == datetime(2026, 9, 3, 10, tzinfo=UTC)
    assert CALENDAR.add_working_days(date(2026, 8, 21), 1) == date(2026, 8, 22)
    assert CALENDAR.add_working_days(date(2026, 8, 28), 1) == date(2026, 9, 3)
    assert CALENDAR.working_days_between(date(2026, 8, 28), date(2026, 9, 3)) == 1
    assert CALENDAR.local_date(datetime(2026, 9, 2, 17, tzinfo=UTC)) == date(2026, 9, 3)


def hours(start: str, *sessions: tuple[str, str]) -> Hours:
    return Hours.model_validate({"from": start, "sessions": sessions, "document": "kiểm thử"})


def test_hours_change_on_their_day_and_half_days_count_half() -> None:
    half = Day.model_validate(
        {
            "from": "2026-02-13",
            "to": "2026-02-13",
            "day": "work",
            "name": "nửa ngày",
            "document": "kiểm thử",
            "sessions": [("08:00", "12:00")],
        }
    )
    calendar = WorkingCalendar(
        [
            hours("2000-01-01", ("08:00", "12:00"), ("13:00", "17:00")),
            hours("2027-01-01", ("07:30", "15:30")),
        ],
        [half],
        [2026],
    )
    noon = datetime(2026, 2, 13, 5, tzinfo=UTC)
    assert calendar.working_minutes(noon, noon + timedelta(hours=8)) == 0
    assert calendar.end_of_working_day(date(2026, 2, 13)) == noon
    assert calendar.end_of_working_day(date(2027, 1, 4)) == datetime(2027, 1, 4, 8, 30, tzinfo=UTC)
    assert (
        calendar.working_minutes(datetime(2027, 1, 4, tzinfo=UTC), datetime(2027, 1, 4, 1, 30, tzinfo=UTC))
        == 60
    )


def test_overlapping_hours_are_refused() -> None:
    with pytest.raises(ValueError, match="separate spans"):
        WorkingCalendar([hours("2000-01-01", ("08:00", "12:00"), ("11:00", "17:00"))], [], [])
