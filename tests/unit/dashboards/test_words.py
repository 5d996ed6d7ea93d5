"""Numbers, durations and dates as Vietnamese readers expect them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.wall import words


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (1234.5, 1, "1.234,5"),
        (96.24, 1, "96,2"),
        (0, 0, "0"),
        (-5, 0, "−5"),
        (1_234_567, 0, "1.234.567"),
        (99.96, 1, "100,0"),
        (None, 1, "—"),
        (float("nan"), 1, "—"),
        (float("inf"), 0, "—"),
    ],
)
def test_a_number_is_written_the_vietnamese_way(value: float | None, decimals: int, shown: str) -> None:
    assert words.number(value, decimals) == shown


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_no_digit_of_a_count_is_lost(value: int) -> None:
    shown = words.number(value)
    assert int(shown.replace(".", "").replace("−", "-")) == value


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (999_999, "999.999"),
        (1_037_671, "1,04 triệu"),
        (20_753_914, "20,8 triệu"),
        (249_046_968, "249 triệu"),
        (-1_000_000, "−1,00 triệu"),
    ],
)
def test_millions_are_said_as_such_where_room_is_little(count: int, shown: str) -> None:
    assert words.many(count) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(0.62, "+0,6"), (-0.3, "−0,3"), (0.04, "±0"), (-0.04, "±0"), (0.0, "±0")]
)
def test_a_change_carries_its_sign_unless_it_rounds_to_nothing(value: float, shown: str) -> None:
    assert words.signed(value, 1) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 giây"),
        (41.9, "41 giây"),
        (60, "1 phút"),
        (3599, "59 phút"),
        (7200, "2 giờ"),
        (172_800, "2 ngày"),
    ],
)
def test_an_age_is_told_in_its_largest_whole_unit(seconds: float, shown: str) -> None:
    assert words.age(seconds) == shown


def test_time_left_and_time_overdue_are_told_apart_in_words() -> None:
    assert words.remaining(660) == "còn 11 phút"
    assert words.remaining(-250) == "quá 4 phút"


def test_clock_and_day_are_vietnamese_whatever_the_zone_of_the_instant() -> None:
    late = datetime(2026, 11, 22, 17, 0, 1, tzinfo=UTC)
    assert words.clock(late) == "00:00:01"
    assert words.day(late) == "Thứ Hai, 23/11/2026"


def test_a_moment_of_another_day_names_the_day() -> None:
    now = datetime(2026, 11, 23, 3, 42, tzinfo=UTC)
    assert words.moment(datetime(2026, 11, 23, 3, 28, tzinfo=UTC), now) == "10:28"
    assert words.moment(datetime(2026, 11, 22, 3, 28, tzinfo=UTC), now) == "22/11 10:28"


@pytest.mark.parametrize(
    ("name", "shown"),
    [("day", "ngày 23/11"), ("week", "tuần 48"), ("month", "tháng 11"), ("ytd", "năm 2026")],
)
def test_a_window_is_named(name: str, shown: str) -> None:
    assert words.window(name, date(2026, 11, 23)) == shown
