"""Reporting periods: a month, a quarter or a year, written 2026-10, 2026-Q3, 2026."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from ioc.errors import SettingsError

_TEXT = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?")
Kind = Literal["month", "quarter", "year"]


@dataclass(frozen=True)
class Period:
    """A span of whole days, both ends included."""

    name: str
    kind: Kind
    start: date
    last: date

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Raises `SettingsError` for anything but YYYY-MM, YYYY-Qn or YYYY."""
        found = _TEXT.fullmatch(text)
        if not found or not 1900 <= int(found[1]) <= 2100:
            raise SettingsError(
                f"period {text!r}: expected a month, a quarter or a year: 2026-10, 2026-Q3, 2026"
            )
        year, quarter, month = int(found[1]), found[2], found[3]
        if month:
            return cls(text, "month", *_months(year, int(month), 1))
        if quarter:
            return cls(text, "quarter", *_months(year, 3 * int(quarter) - 2, 3))
        return cls(text, "year", *_months(year, 1, 12))


def _months(year: int, first: int, count: int) -> tuple[date, date]:
    after = first + count
    return date(year, first, 1), date(year + (after - 1) // 12, (after - 1) % 12 + 1, 1) - timedelta(days=1)
