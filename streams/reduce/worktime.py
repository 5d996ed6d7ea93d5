"""Working time in the reducer's own units: days and milliseconds since 1970, remembered per day."""

from datetime import UTC, date, datetime, timedelta

from ioc.calendar import WorkingCalendar

DAY = 86_400_000
MINUTE = 60_000
OFFSET = 7 * 3_600_000
"""Vietnam has kept +07:00 since 1975."""
FAR = 5_648_745_600_000
"""2149-01-01: the end of what has not ended, within the range of ClickHouse's Date."""
_EPOCH = date(1970, 1, 1)
_MEMORY = 50_000


def day_of(instant: int) -> int:
    """The Vietnamese day (days since 1970) of an instant."""
    return (instant + OFFSET) // DAY


def start_of(day: int) -> int:
    """The instant a Vietnamese day begins."""
    return day * DAY - OFFSET


def number(day: date) -> int:
    """Days since 1970."""
    return (day - _EPOCH).days


def calendar_day(day: int) -> date:
    return _EPOCH + timedelta(days=day)


def moment(instant: int) -> datetime:
    return datetime.fromtimestamp(instant / 1000, UTC)


def milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def a_year_after(instant: int) -> int:
    """The same date and hour twelve months on; 29 February becomes the 28th."""
    local = moment(instant + OFFSET)
    try:
        later = local.replace(year=local.year + 1)
    except ValueError:
        later = local.replace(year=local.year + 1, day=28)
    return milliseconds(later) - OFFSET


class WorkTime:
    """The official calendar, asked by day number."""

    def __init__(self, calendar: WorkingCalendar) -> None:
        self._calendar = calendar
        self._after: dict[tuple[int, int], int] = {}
        self._soon: dict[int, int] = {}

    def working_day(self, day: int, steps: int) -> int:
        """The n-th working day after a day (before it, if negative)."""
        key = day, steps
        found = self._after.get(key)
        if found is None:
            if len(self._after) > _MEMORY:
                self._after.clear()
            found = number(self._calendar.add_working_days(calendar_day(day), steps))
            self._after[key] = found
        return found

    def soon(self, due: int) -> int:
        """From when on at most one working day is left until an instant."""
        day = day_of(due)
        found = self._soon.get(day)
        if found is None:
            last = self.working_day(day + 1, -1)
            found = self._soon[day] = start_of(self.working_day(last, -1))
        return found

    def minutes(self, start: int, end: int) -> int:
        """Whole working minutes between two instants."""
        return self._calendar.working_minutes(moment(start), moment(end))

    def later(self, instant: int, minutes: int) -> int:
        """The instant so many working minutes later."""
        return milliseconds(self._calendar.add_working_minutes(moment(instant), minutes))
