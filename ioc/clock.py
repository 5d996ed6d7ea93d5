"""Time as a parameter: nothing but `SystemClock` reads the machine's clock."""

import logging
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
log = logging.getLogger("ioc.clock")


class Clock(Protocol):
    def now(self) -> datetime:
        """The instant, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds that never go back, for measuring durations."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class FixedClock:
    """A clock that tests move by hand."""

    def __init__(self, now: datetime) -> None:
        if now.tzinfo is None:
            raise ValueError(f"FixedClock needs an aware time, got {now!r}")
        self._now = now.astimezone(UTC)
        self._start = self._now

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return (self._now - self._start).total_seconds()

    def advance(self, by: timedelta) -> None:
        self._now += by


class FollowingClock:
    """The clock of another machine, for those whose judgements must agree with what that machine writes.

    While the two agree within `agree_s` seconds ours is taken, which is finer; else theirs. From one look to
    the next the monotonic clock carries it on, so that a wall clock that jumps moves nothing. Before the
    first look it is ours; `sure` says that there is no other to wait for.
    """

    def __init__(self, own: Clock, agree_s: float, whose: str, *, sure: bool = False) -> None:
        self._own, self._agree_s, self._whose = own, agree_s, whose
        self._anchor: tuple[datetime, float] | None = None
        self._sure = sure
        self.skew_s = 0.0
        """Ours less theirs, in seconds, at the last look."""

    @property
    def sure(self) -> bool:
        """Whether there was a look at the other clock."""
        return self._sure or self._anchor is not None

    def look(self, there: datetime) -> None:
        """The other clock shows this instant now."""
        own, since = self._own.now(), self._own.monotonic()
        agreed, skew_s = abs(self.skew_s) <= self._agree_s, (own - there).total_seconds()
        agree = abs(skew_s) <= self._agree_s
        self._anchor, self.skew_s = (own if agree else there, since), skew_s
        if agree != agreed:
            said = "agrees again with" if agree else f"is {skew_s:+.0f} s away, taken is"
            log.warning("this machine's clock %s %s", said, self._whose)

    def now(self) -> datetime:
        if self._anchor is None:
            return self._own.now()
        at, since = self._anchor
        return at + timedelta(seconds=self._own.monotonic() - since)

    def monotonic(self) -> float:
        return self._own.monotonic()
