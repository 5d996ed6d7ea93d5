"""How attempts are slowed down, whatever their order and number."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ioc.clock import FixedClock
from producers.throttle import KEYS, Throttle, either

NOW = datetime(2026, 3, 10, tzinfo=UTC)


@given(st.lists(st.floats(min_value=0, max_value=120), max_size=80))
def test_within_an_hour_nobody_gets_more_than_the_free_and_one_a_minute(pauses: list[float]) -> None:
    clock = FixedClock(NOW)
    throttle = Throttle(clock, free=5)
    allowed = 0
    for pause in pauses:
        allowed += throttle.attempt("a") == 0
        clock.advance(timedelta(seconds=pause))
    # Six waits of less than a minute (1, 2, 4 … 32 s) come before the longest.
    assert allowed <= 5 + 6 + clock.monotonic() / 60 + 1


def test_a_pause_of_a_quarter_of_an_hour_is_a_new_beginning() -> None:
    clock = FixedClock(NOW)
    throttle = Throttle(clock, free=2)
    assert [throttle.attempt("a") for _ in range(3)] == [0, 0, 1]
    assert throttle.attempt("b") == 0
    clock.advance(timedelta(minutes=15))
    assert [throttle.attempt("a") for _ in range(3)] == [0, 0, 1]


def test_a_right_attempt_does_not_count() -> None:
    throttle = Throttle(FixedClock(NOW), free=2)
    for _ in range(10):
        assert throttle.attempt("a") == 0
        throttle.forgive("a")
    assert [throttle.attempt("a") for _ in range(3)] == [0, 0, 1]
    throttle.forget("a")
    assert throttle.attempt("a") == 0


def test_under_two_keys_the_longer_wait_holds() -> None:
    throttle = Throttle(FixedClock(NOW), free=1)
    assert either((throttle, "a"), (throttle, "b")) == 0
    assert either((throttle, "c"), (throttle, "b")) == 1
    assert either((throttle, "a"), (throttle, "d")) == 1


def test_memory_is_bounded() -> None:
    throttle = Throttle(FixedClock(NOW), free=1)
    for n in range(KEYS + 50):
        throttle.attempt(str(n))
    assert len(throttle._known) == KEYS
