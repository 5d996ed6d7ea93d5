"""When briefings are written without anybody asking."""

from datetime import UTC, datetime, timedelta

from streams.reduce.briefing import due

SEVEN = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
"""Monday, 23/11/2026, 07:00 in Vietnam."""
BEGAN = SEVEN - timedelta(days=3)


def test_once_for_each_time_of_the_schedule() -> None:
    assert due(SEVEN, BEGAN, None, SEVEN - timedelta(days=7), SEVEN)
    assert not due(SEVEN, BEGAN, None, SEVEN, SEVEN)
    assert not due(SEVEN, BEGAN, None, None, None), "nothing is scheduled"


def test_a_start_makes_up_for_what_it_missed_once_it_has_settled() -> None:
    began = SEVEN + timedelta(days=2)
    assert not due(began + timedelta(minutes=9), began, None, None, SEVEN)
    assert due(began + timedelta(minutes=11), began, None, None, SEVEN)


def test_a_failure_is_repeated_a_quarter_of_an_hour_later() -> None:
    tried = SEVEN + timedelta(minutes=1)
    assert not due(tried + timedelta(minutes=14), BEGAN, tried, None, SEVEN)
    assert due(tried + timedelta(minutes=15), BEGAN, tried, None, SEVEN)
