"""A clock that follows another: ours while they agree, theirs when not, and no jump in between."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from ioc.clock import FixedClock, FollowingClock
from storage.client import Store
from storage.clock import look

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


class Jumping:
    """A machine whose wall clock jumps; its monotonic one does not."""

    def __init__(self) -> None:
        self.wall, self.ticks = NOW, 0.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.ticks


@pytest.fixture
def own() -> Jumping:
    return Jumping()


def test_before_the_first_look_it_is_ours_and_not_sure(own: Jumping) -> None:
    clock = FollowingClock(own, 5, "theirs")
    assert (clock.now(), clock.sure) == (NOW, False)
    assert FollowingClock(own, 5, "theirs", sure=True).sure


def test_within_what_clocks_may_differ_by_ours_is_taken(own: Jumping) -> None:
    clock = FollowingClock(own, 5, "theirs")
    clock.look(NOW - timedelta(seconds=4))
    assert (clock.now(), clock.skew_s) == (NOW, 4)


@pytest.mark.parametrize("away", [timedelta(hours=-2), timedelta(hours=2), timedelta(days=3650)])
def test_beyond_that_theirs_is_taken_and_carried_on(own: Jumping, away: timedelta) -> None:
    clock = FollowingClock(own, 5, "theirs")
    clock.look(NOW - away)
    own.ticks += 3
    assert clock.now() == NOW - away + timedelta(seconds=3)
    assert clock.skew_s == away.total_seconds()


def test_a_jump_between_two_looks_moves_nothing(own: Jumping) -> None:
    clock = FollowingClock(own, 5, "theirs")
    clock.look(NOW)
    own.wall += timedelta(days=3650)
    own.ticks += 1
    assert clock.now() == NOW + timedelta(seconds=1)


def test_what_is_wrong_and_right_again_is_said_once(own: Jumping, caplog: pytest.LogCaptureFixture) -> None:
    clock = FollowingClock(own, 5, "the store's")
    for there in (NOW, NOW - timedelta(hours=2), NOW - timedelta(hours=2), NOW):
        clock.look(there)
    assert caplog.messages == [
        "this machine's clock is +7200 s away, taken is the store's",
        "this machine's clock agrees again with the store's",
    ]


class Slow:
    """A store that answers after so long."""

    def __init__(self, clock: FixedClock, seconds: float) -> None:
        self._clock, self._seconds = clock, seconds

    def query(self, _sql: str) -> Any:
        self._clock.advance(timedelta(seconds=self._seconds))
        return [((NOW - timedelta(hours=2)).replace(tzinfo=None),)]


def test_the_stores_answer_counts_from_its_middle() -> None:
    own = FixedClock(NOW)
    clock = FollowingClock(own, 5, "the store's")
    look(cast(Store, Slow(own, 0.5)), clock)
    assert clock.now() == NOW - timedelta(hours=2) + timedelta(seconds=0.25)


def test_an_answer_that_took_long_is_better_than_none_and_worse_than_the_last() -> None:
    own = FixedClock(NOW)
    clock = FollowingClock(own, 5, "the store's")
    look(cast(Store, Slow(own, 4)), clock)
    assert clock.sure
    seen = clock.skew_s
    look(cast(Store, Slow(own, 4)), clock)
    assert clock.skew_s == seen
