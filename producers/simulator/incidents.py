"""What goes wrong in a year: a source that falls silent for a while, and a season of too much work."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from ioc.calendar import WorkingCalendar

SILENT = "motcua"
BUSIER, SLOWER = 2.2, 0.3
"""A surge: so many times the work, and so much less of it in time."""
SURGE = timedelta(days=21)
CATCHING_UP = timedelta(hours=3)


@dataclass(frozen=True)
class Outage:
    """A source hands over nothing from `start` to `end`, and then everything within a few hours."""

    source: str
    start: datetime
    end: datetime

    def covers(self, at: datetime) -> bool:
        return self.start <= at < self.end


@dataclass(frozen=True)
class Surge:
    """A unit receives more than it can handle."""

    unit: str
    start: datetime
    end: datetime

    def covers(self, unit: str, at: datetime) -> bool:
        return unit == self.unit and self.start <= at < self.end


@dataclass(frozen=True)
class Incidents:
    """All of them; none by default."""

    outages: Sequence[Outage] = field(default=())
    surges: Sequence[Surge] = field(default=())

    def silent(self, source: str, at: datetime) -> bool:
        """Whether a source can tell nothing at that moment."""
        return any(each.source == source and each.covers(at) for each in self.outages)

    def handed_over(self, source: str, at: datetime, rng: random.Random) -> datetime:
        """When an event that was to be sent at `at` really goes out."""
        for each in self.outages:
            if each.source == source and each.covers(at):
                return each.end + CATCHING_UP * rng.random()
        return at

    def surging(self, unit: str, at: datetime) -> bool:
        return any(each.covers(unit, at) for each in self.surges)


def of_year(year: int, seed: int, calendar: WorkingCalendar, units: Sequence[str]) -> Incidents:
    """One outage of a day and a half in spring, one surge of three weeks in early autumn."""
    rng = random.Random(f"incidents/{seed}/{year}")  # noqa: S311 - chance, not secrecy
    starts = _working(date(year, 3, 5), 60, calendar)
    first = calendar.end_of_working_day(rng.choice(starts)) - timedelta(hours=8)
    outages = (Outage(SILENT, first, first + timedelta(hours=32)),)
    if not units:
        return Incidents(outages)
    begin = calendar.end_of_working_day(rng.choice(_working(date(year, 9, 8), 20, calendar)))
    return Incidents(outages, (Surge(rng.choice(units), begin, begin + SURGE),))


def _working(first: date, days: int, calendar: WorkingCalendar) -> list[date]:
    """Days that are worked as well as the day after them."""
    span = [first + timedelta(days=n) for n in range(days)]
    return [day for day in span if all(map(calendar.is_working_day, (day, day + timedelta(days=1))))]
