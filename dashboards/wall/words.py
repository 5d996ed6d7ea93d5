"""How the wall says numbers, times and durations."""

from ioc.messages.formats import NO_DATA, age, clock, day, many, moment, number, remaining, signed, window

__all__ = [
    "NO_DATA",
    "age",
    "clock",
    "day",
    "many",
    "moment",
    "number",
    "remaining",
    "signed",
    "window",
]
