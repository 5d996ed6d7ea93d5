"""Working time, computed in one place only. Dates and hours are those of Asia/Ho_Chi_Minh, results in UTC.

A year without a file in the catalogue has no holidays: its weekdays all count as worked. `covers` says so,
and whoever shows a number that rests on such a day must say so too.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from hashlib import sha256
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

_ZERO = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=7)))  # Vietnam has kept +07:00 since 1975
_MINUTE = 60_000_000
_LAST = date.max.toordinal()
AHEAD = timedelta(days=60)
"""How long before a year begins its calendar should be there: limits that are set in December run into it."""
Sessions = tuple[tuple[int, int], ...]
"""Worked spans of one day, in microseconds since local midnight."""


class Hours(BaseModel):
    """Working hours in force from a day on; `document` is what set them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: date = Field(alias="from")
    sessions: tuple[tuple[time, time], ...] = Field(min_length=1)
    document: str


class Day(BaseModel):
    """Days that are not what their weekday says; `sessions` for part of a day; `document`: what set them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: date = Field(alias="from")
    end: date = Field(alias="to")
    day: Literal["off", "work"]
    name: str
    document: str
    sessions: tuple[tuple[time, time], ...] | None = None

    def dates(self) -> list[date]:
        return [self.start + timedelta(days=n) for n in range((self.end - self.start).days + 1)]


def _clock(at: time) -> int:
    return (at.hour * 60 + at.minute) * _MINUTE


def _spans(sessions: Iterable[tuple[time, time]]) -> Sessions:
    spans = tuple(sorted((_clock(start), _clock(end)) for start, end in sessions))
    ends = [0, *(end for _, end in spans)]
    if any(a >= b for a, b in spans) or any(a < end for (a, _), end in zip(spans, ends, strict=False)):
        raise ValueError("working hours must be separate spans, each ending after it begins")
    return spans


def _weekdays(ordinal: int) -> int:
    """Weekdays of all time before a day; day 1 of the proleptic calendar is a Monday."""
    weeks, rest = divmod(ordinal - 1, 7)
    return weeks * 5 + min(rest, 5)


class WorkingCalendar:
    """Working days and hours, each answer in a few microseconds: running totals per day, found by index."""

    def __init__(self, hours: Sequence[Hours], days: Iterable[Day], years: Iterable[int]) -> None:
        if not hours:
            raise ValueError("calendar: hours.yaml names no working hours")
        regimes = sorted(hours, key=lambda each: each.start)
        self._starts = [each.start.toordinal() for each in regimes]
        self._regimes = [_spans(each.sessions) for each in regimes]
        self._years = frozenset(years)
        self._special = self._read(days)
        self._index()

    def _read(self, days: Iterable[Day]) -> dict[int, Sessions]:
        special: dict[int, Sessions] = {}
        for entry in days:
            for day in entry.dates():
                if day.year not in self._years:
                    raise ValueError(f"calendar: {day} ({entry.name}) stands in the file of another year")
                ordinal = day.toordinal()
                own = _spans(entry.sessions) if entry.sessions else self._regime(ordinal)
                special[ordinal] = own if entry.day == "work" else ()
        return special

    def _index(self) -> None:
        """Totals before each day of the span in which days differ from the plain week."""
        edges = [date(year, 1, 1).toordinal() for year in self._years]
        edges += [date(year, 12, 31).toordinal() + 1 for year in self._years] + self._starts[1:]
        self._low = min(edges, default=self._starts[0])
        self._high = max(edges, default=self._low)
        worked, count = 0, 0
        self._worked, self._count = [0], [0]
        for ordinal in range(self._low, self._high):
            spans = self._sessions(ordinal)
            worked += sum(end - start for start, end in spans)
            count += bool(spans)
            self._worked.append(worked)
            self._count.append(count)

    def _regime(self, ordinal: int) -> Sessions:
        return self._regimes[max(bisect_right(self._starts, ordinal) - 1, 0)]

    def _sessions(self, ordinal: int) -> Sessions:
        special = self._special.get(ordinal)
        if special is not None:
            return special
        return self._regime(ordinal) if (ordinal - 1) % 7 < 5 else ()

    def _days_before(self, ordinal: int) -> int:
        """Working days before a day, counted from the start of the index (negative before it)."""
        low, high = self._low, self._high
        if low <= ordinal <= high:
            return self._count[ordinal - low]
        edge, total = (low, 0) if ordinal < low else (high, self._count[-1])
        return total + _weekdays(ordinal) - _weekdays(edge)

    def _time_before(self, ordinal: int) -> int:
        """Working time before a day, in microseconds, counted from the start of the index."""
        low, high = self._low, self._high
        if low <= ordinal <= high:
            return self._worked[ordinal - low]
        edge, total = (low, 0) if ordinal < low else (high, self._worked[-1])
        length = sum(end - start for start, end in self._regime(ordinal if ordinal < low else high))
        return total + (_weekdays(ordinal) - _weekdays(edge)) * length

    def _position(self, at: datetime) -> int:
        """Working time before an instant, in microseconds."""
        local = at - _ZERO
        ordinal = local.days + 1
        clock = local.seconds * 1_000_000 + local.microseconds
        worked = self._time_before(ordinal)
        for start, end in self._sessions(ordinal):
            if clock <= start:
                break
            worked += min(clock, end) - start
        return worked

    @property
    def fingerprint(self) -> str:
        """Changes with every working hour and day that the catalogue lists, and with nothing else."""
        listed = (self._starts, self._regimes, sorted(self._special.items()), sorted(self._years))
        return sha256(repr(listed).encode()).hexdigest()[:16]

    def covers(self, day: date) -> bool:
        """Whether the official calendar of that year is loaded."""
        return day.year in self._years

    def missing(self, on: date) -> tuple[int, ...]:
        """The years without an official calendar of which days are counted now: this one, soon the next."""
        return tuple(year for year in sorted({on.year, (on + AHEAD).year}) if year not in self._years)

    def is_working_day(self, day: date) -> bool:
        return bool(self._sessions(day.toordinal()))

    def working_minutes(self, start: datetime, end: datetime) -> int:
        """Whole working minutes between two instants, rounded towards zero; negative if `end` is earlier."""
        worked = self._position(end) - self._position(start)
        return worked // _MINUTE if worked >= 0 else -(-worked // _MINUTE)

    def add_working_minutes(self, start: datetime, minutes: int) -> datetime:
        """The instant nearest to `start` with so many working minutes between: 16:00 + 60 is 17:00.

        Raises `OverflowError` beyond the year 9999.
        """
        if minutes == 0:
            return start.astimezone(UTC)
        target = self._position(start) + minutes * _MINUTE
        if minutes > 0:
            ordinal = _first(lambda day: self._time_before(day + 1) >= target, self._hint(start))
            return self._forward(ordinal, target - self._time_before(ordinal))
        ordinal = _first(lambda day: self._time_before(day + 1) > target, self._hint(start))
        return self._backward(ordinal, target - self._time_before(ordinal))

    def working_from(self, at: datetime) -> datetime:
        """The instant itself while work is going on, else when it begins again.

        Raises `OverflowError` beyond the year 9999.
        """
        local = at - _ZERO
        ordinal = local.days + 1
        clock = local.seconds * 1_000_000 + local.microseconds
        for start, end in self._sessions(ordinal):
            if clock < end:
                return _instant(ordinal, max(start, clock))
        worked = self._time_before(ordinal + 1)
        following = _first(lambda day: self._time_before(day + 1) > worked, ordinal + 1)
        return _instant(following, self._sessions(following)[0][0])

    def _hint(self, at: datetime) -> int:
        return (at - _ZERO).days + 1

    def _forward(self, ordinal: int, worked: int) -> datetime:
        for start, end in self._sessions(ordinal):
            if worked <= end - start:
                return _instant(ordinal, start + worked)
            worked -= end - start
        raise AssertionError("the day holds the target")  # pragma: no cover

    def _backward(self, ordinal: int, worked: int) -> datetime:
        for start, end in self._sessions(ordinal):
            if worked < end - start:
                return _instant(ordinal, start + worked)
            worked -= end - start
        raise AssertionError("the day holds the target")  # pragma: no cover

    def add_working_days(self, day: date, days: int) -> date:
        """The n-th working day after a day (before it, if negative); 0 is the day itself, worked or not."""
        ordinal = day.toordinal()
        if days == 0:
            return day
        if days > 0:
            target = self._days_before(ordinal + 1) + days
            return date.fromordinal(_first(lambda each: self._days_before(each + 1) >= target, ordinal))
        target = self._days_before(ordinal) + days
        return date.fromordinal(_first(lambda each: self._days_before(each + 1) > target, ordinal))

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`: 0 on the same day, 1 on the next working day.

        Negative if `end` is earlier.
        """
        return self._days_before(end.toordinal() + 1) - self._days_before(start.toordinal() + 1)

    def end_of_working_day(self, day: date) -> datetime:
        """When work ends on a day (on a day off: when it would end on a plain day)."""
        ordinal = day.toordinal()
        return _instant(ordinal, (self._sessions(ordinal) or self._regime(ordinal))[-1][1])

    def local_date(self, at: datetime) -> date:
        """The Vietnamese date of an instant."""
        return date.fromordinal((at - _ZERO).days + 1)


def _instant(ordinal: int, clock: int) -> datetime:
    return (_ZERO + timedelta(days=ordinal - 1, microseconds=clock)).astimezone(UTC)


def _first(holds: Callable[[int], bool], hint: int) -> int:
    """The first day for which a monotone condition holds, searched outwards from a day near it."""
    step = 1
    low, high = hint, hint
    while low > 1 and holds(low):
        high, low = low, max(low - step, 1)
        step *= 2
    step = 1
    while not holds(high):
        if high >= _LAST:
            raise OverflowError("working time beyond the year 9999")
        low, high = high, min(high + step, _LAST)
        step *= 2
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low
