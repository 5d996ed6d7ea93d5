"""How the wall says numbers, times and durations."""

from ioc.messages.formats import NO_DATA, age, clock, day, moment, number, remaining, signed, window

OLD = "DỮ LIỆU CŨ"
LOST = "MẤT KẾT NỐI KHO DỮ LIỆU"

__all__ = [
    "LOST",
    "NO_DATA",
    "OLD",
    "age",
    "clock",
    "day",
    "moment",
    "number",
    "remaining",
    "signed",
    "window",
]
