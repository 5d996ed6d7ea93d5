"""Working days and hours of 2025 and 2026, typed in from the official notices; milliseconds since 1970."""

import datetime as dt

DAY = 86_400_000
HOUR = 3_600_000
MINUTE = 60_000
EAST = 7 * HOUR
"""Vietnam is seven hours ahead of UTC."""

_OFF = (
    ["2025-01-01", "2025-04-07", "2025-04-30", "2025-05-01", "2025-05-02", "2025-09-01", "2025-09-02"]
    + [f"2025-01-{day}" for day in range(25, 32)]
    + ["2026-01-01", "2026-01-02"]
    + [f"2026-02-{day}" for day in range(14, 23)]
    + ["2026-04-27", "2026-04-30", "2026-05-01"]
    + ["2026-08-31", "2026-09-01", "2026-09-02", "2026-11-24"]
)
_WORKED = ["2025-04-26", "2026-01-10", "2026-08-22"]
_EPOCH = dt.date(1970, 1, 1)
SESSIONS = ((8 * HOUR, 12 * HOUR), (13 * HOUR, 17 * HOUR))


def number(text: str) -> int:
    """Day number of a date."""
    return (dt.date.fromisoformat(text) - _EPOCH).days


OFF = frozenset(map(number, _OFF))
WORKED = frozenset(map(number, _WORKED))


def ms(text: str) -> int:
    """Milliseconds of an RFC 3339 time."""
    return round(dt.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def day(at: int) -> int:
    """Vietnamese day number of an instant."""
    return (at + EAST) // DAY


def midnight(of: int) -> int:
    """Instant at which a Vietnamese day begins."""
    return of * DAY - EAST


def date(of: int) -> dt.date:
    return _EPOCH + dt.timedelta(days=of)


def works(of: int) -> bool:
    """Whether a day is worked. Day 0, 1 January 1970, was a Thursday."""
    if of in WORKED:
        return True
    return of not in OFF and (of + 3) % 7 < 5


def workday_after(of: int, n: int) -> int:
    """The n-th working day after a day."""
    while n:
        of += 1
        n -= works(of)
    return of


def worked(start: int, end: int) -> int:
    """Working milliseconds between two instants."""
    total = 0
    for of in range(day(start), day(end) + 1):
        if works(of):
            base = midnight(of)
            for opens, closes in SESSIONS:
                total += max(0, min(end, base + closes) - max(start, base + opens))
    return total


def work_on(start: int, minutes: int) -> int:
    """The first instant by which so many working minutes have passed since `start`."""
    left = minutes * MINUTE
    if not left:
        return start
    of = day(start)
    while True:
        if works(of):
            base = midnight(of)
            for opens, closes in SESSIONS:
                begin = max(start, base + opens)
                if begin < base + closes:
                    if left <= base + closes - begin:
                        return begin + left
                    left -= base + closes - begin
        of += 1
