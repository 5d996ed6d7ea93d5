"""How numbers, times and durations are written: `1.234,5` and `dd/MM/yyyy HH:mm`; in English `1,234.5`."""

from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal

from ioc.clock import VIETNAM
from ioc.messages import language, say

NO_DATA = "—"
"""Shown where there is nothing to show: silence is never a zero."""

MILLION = 1_000_000
_MINUS = "−"
_SWAP = str.maketrans(",.", ".,")


def number(value: float | int | None, decimals: int = 0) -> str:
    """`1234.5` → `1.234,5`; nothing, or not a number → a dash."""
    if value is None or value != value or value in (float("inf"), float("-inf")):
        return NO_DATA
    step = Decimal(1).scaleb(-decimals)
    rounded = Decimal(str(value)).quantize(step, rounding=ROUND_HALF_EVEN)
    sign = _MINUS if rounded < 0 else ""
    plain = f"{abs(rounded):,.{decimals}f}"
    return sign + (plain if language() == "en" else plain.translate(_SWAP))


def many(count: int) -> str:
    """A count in little room: `999.999`, then `1,04 triệu`, `20,8 triệu`, `249 triệu`."""
    if abs(count) < MILLION:
        return number(count)
    millions = count / MILLION
    return say("number.millions", n=number(millions, max(3 - len(str(int(abs(millions)))), 0)))


def signed(value: float | int, decimals: int = 0) -> str:
    """A change: `+0,6`, `−5`; a change that rounds to nothing is `±0`."""
    shown = number(value, decimals)
    if not any(sign in "123456789" for sign in shown):
        return "±0"
    return shown if shown.startswith(_MINUS) else "+" + shown


def age(seconds: float) -> str:
    """The largest whole unit of a duration: `41 giây`, `6 phút`, `3 giờ`, `2 ngày`."""
    whole = max(int(seconds), 0)
    for size, name in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if whole >= size:
            return say(name, n=number(whole // size))
    return say("seconds", n=whole)


def remaining(seconds: float) -> str:
    """Time left or overdue, in words: `còn 11 phút`, `quá 4 phút`."""
    return say("time.over", age=age(-seconds)) if seconds < 0 else say("time.left", age=age(seconds))


def clock(at: datetime) -> str:
    """`10:42:18`, Vietnamese time."""
    return at.astimezone(VIETNAM).strftime("%H:%M:%S")


def day(at: datetime) -> str:
    """`Thứ Hai, 23/11/2026`, Vietnamese date."""
    local = at.astimezone(VIETNAM)
    return f"{say(f'weekday.{local.weekday()}')}, {local:%d/%m/%Y}"


def moment(at: datetime, now: datetime) -> str:
    """A past instant, as short as it can be said: `10:28`, or `22/11 10:28` when it was another day."""
    local, today = at.astimezone(VIETNAM), now.astimezone(VIETNAM).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%d/%m %H:%M}"


def window(name: str, start: date) -> str:
    """What a value covers: `ngày 23/11`, `tuần 48`, `tháng 11`, `năm 2026`."""
    numbers = {
        "day": f"{start:%d/%m}",
        "week": start.isocalendar().week,
        "month": start.month,
        "ytd": start.year,
    }
    return say(f"span.{name}", n=numbers[name]) if name in numbers else name
