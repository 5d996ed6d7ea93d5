"""Working time by walking: one flag for each minute of 2025 and 2026, set from the notices typed in here.

Shares nothing with the project, and nothing with `calendar.py` beside it: no totals, no arithmetic on weeks,
only a walk from minute to minute. A minute is its number since 2025-01-01 00:00 in Vietnam.
"""

import datetime as dt

ORIGIN = dt.datetime(2025, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=7)))
LAST = dt.date(2026, 12, 31)
A_DAY = 24 * 60

# Days off that are not a Saturday or a Sunday, and Saturdays worked: 6150/TB-BLĐTBXH (3/12/2024),
# 9441/TB-BNV (16/10/2025), 12729/VPCP-KGVX (25/12/2025), Bộ luật Lao động 2019 Điều 112, 80-NQ/TW (1/2026).
HOLIDAYS = {
    "2025": (
        *("01-01", "01-27", "01-28", "01-29", "01-30", "01-31"),  # Tết Ất Tỵ
        *("04-07", "04-30", "05-01", "05-02", "09-01", "09-02"),
    ),
    "2026": (
        *("01-01", "01-02", "02-16", "02-17", "02-18", "02-19", "02-20"),  # Tết Bính Ngọ
        *("04-27", "04-30", "05-01", "08-31", "09-01", "09-02", "11-24"),
    ),
}
SWAPPED = ["2025-04-26", "2026-01-10", "2026-08-22"]
WEEKEND = ("Saturday", "Sunday")


def works(day: dt.date) -> bool:
    """Whether a day is worked."""
    if day.isoformat() in SWAPPED:
        return True
    return day.strftime("%A") not in WEEKEND and day.strftime("%m-%d") not in HOLIDAYS[day.strftime("%Y")]


def _flags() -> bytearray:
    flags = bytearray()
    day = ORIGIN.date()
    while day <= LAST:
        worked = works(day)
        for minute in range(A_DAY):
            hour = minute // 60
            flags.append(worked and (8 <= hour <= 11 or 13 <= hour <= 16))
        day += dt.timedelta(days=1)
    return flags


WORKED = _flags()
"""1 for each minute that is worked: 8–12 and 13–17 of a working day."""


def minute(at: dt.datetime) -> int:
    """The number of the minute that begins at an instant."""
    seconds = (at - ORIGIN).total_seconds()
    assert seconds % 60 == 0
    return int(seconds) // 60


def moment(number: int) -> dt.datetime:
    """The instant at which a minute begins."""
    return ORIGIN + dt.timedelta(minutes=number)


def date(number: int) -> dt.date:
    """The Vietnamese date of a minute."""
    return moment(number).date()


def worked(start: int, end: int) -> int:
    """Minutes worked from one instant to a later one."""
    count = 0
    for each in range(start, end):
        count += WORKED[each]
    return count


def later(start: int, minutes: int) -> int:
    """The instant at which so many minutes have been worked since `start`."""
    at = start
    while minutes:
        minutes -= WORKED[at]
        at += 1
    return at


def days_left(today: dt.date, last: dt.date) -> int:
    """Working days after today, up to and including the last one."""
    count = 0
    while today < last:
        today += dt.timedelta(days=1)
        count += works(today)
    return count


def workday_after(day: dt.date, steps: int) -> dt.date:
    """The n-th working day after a day."""
    while steps:
        day += dt.timedelta(days=1)
        steps -= works(day)
    return day


def one_day_left(due: int) -> int:
    """The first midnight from which on at most one working day is left until an instant."""
    day = date(due)
    while days_left(day - dt.timedelta(days=1), date(due)) <= 1:
        day -= dt.timedelta(days=1)
    return minute(dt.datetime.combine(day, dt.time(), ORIGIN.tzinfo))
