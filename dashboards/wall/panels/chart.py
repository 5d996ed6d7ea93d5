"""What charts over time share: axes, sizes for every screen, a scale that people can read."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from math import floor, log10
from typing import Any

from dashboards.wall.panels.scene import COLUMN_PX, FRAME_PX, day
from ioc.clock import VIETNAM
from ioc.messages import language, say

FONT = '"Be Vietnam Pro", "Noto Sans", "Segoe UI", system-ui, sans-serif'
PHONE_PX = 400
"""A phone's widest chart."""
SIZES = ((0.85, 0.71), (1.2, 1.0), (1.6, 1.33))
"""Width of the chart, against that on a 1080p wall, up to which all it draws has this size; 4K beyond."""
PHONE, LARGEST = 0.58, 2.0
LOCALE = {"vi": "vi-VN", "en": "en-GB"}
LITTLE = 6
"""Rows of the grid up to which a card has room for few labels."""
Ink = Mapping[str, str]
Options = dict[str, Any]


def sized(base: Options, columns: int, make: Callable[[float], Options]) -> Options:
    """Chart options for every screen: what has no size, and what has one, by the width of the chart.

    `columns`: of the grid, that its card takes.
    """
    whole = columns * COLUMN_PX - FRAME_PX
    sizes: list[Options] = [{"query": {"maxWidth": PHONE_PX}, "option": make(PHONE)}]
    least = PHONE_PX + 1
    for share, size in SIZES:
        most = round(share * whole)
        if most > least:
            sizes.append({"query": {"minWidth": least, "maxWidth": most}, "option": make(size)})
            least = most + 1
    sizes.append({"query": {"minWidth": least}, "option": make(LARGEST)})
    return {
        "baseOption": merged({"animation": False, "textStyle": {"fontFamily": FONT}} | base, make(1.0)),
        "media": sizes,
    }


def merged(below: Options, above: Options) -> Options:
    """Both, level by level; lists of as many options are merged one by one."""
    result = dict(below)
    for key, value in above.items():
        old = result.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            result[key] = merged(old, value)
        elif key in ("series", "yAxis") and isinstance(old, list):
            result[key] = [merged(one, other) for one, other in zip(old, value, strict=True)]
        else:
            result[key] = value
    return result


SMALLEST = 1e-6
"""Values closer together than this are one line."""


def scale(
    known: Sequence[float], target: float | None = None, *, rate: bool = False, most: int = 5
) -> tuple[float, float, float]:
    """Ends and distance of grid lines that hold all values and the target, about `most` lines apart.

    `rate`: in percent; never leaves 0-100 unless a value does. Counts begin at 0.
    """
    held = [*known, target] if target is not None else list(known)
    lowest, highest = min(held, default=0.0), max(held, default=0.0)
    if rate:
        low = max(5 * (lowest // 5) - (5 if lowest % 5 < 1 else 0), 0.0)
        high = min(5 * -(-highest // 5), 100.0) if highest <= 100 else 5 * -(-highest // 5)
        high = max(high, low + 5)
        between = next((one for one in (5.0, 10.0, 20.0, 25.0, 50.0) if (high - low) / one <= most), 100.0)
        # Whole distances below the upper end, so that no two labels stand on each other.
        return max(high + between * ((low - high) // between), 0.0), high, between
    apart = max(highest, 0.0) - min(lowest, 0.0)
    # What is next to nothing is drawn as nothing: its tenths of tenths would not be numbers any more.
    between = _round(apart / max(most - 1, 1)) if apart > SMALLEST else 0.25
    low = floor(min(lowest, 0.0) / between) * between
    return low, max(-floor(-max(highest, 0.0) / between) * between, low + between), between


def lines(rows: int) -> int:
    """How many grid lines a card of that many rows has room for."""
    return 5 if rows > LITTLE else 2


def _round(distance: float) -> float:
    """The smallest of 1, 2, 5, 10, 20 … (or tenths) that is not below."""
    power = 10.0 ** floor(log10(distance))
    return next(one * power for one in (1, 2, 5, 10) if one * power >= distance * 0.999)


def across(rows: Sequence[Mapping[str, Any]], ink: Ink, *, columns: bool = False) -> Options:
    """The axis of days, or of hours when all lies within two days."""
    times = [row["time"] for row in rows]
    left, right = (None, None) if columns else ("left", "right")
    daily = len(times) > 1 and len({_hour(at) for at in times}) == 1  # a few days are days all the same
    short = not daily and abs(times[-1] - times[0]) <= timedelta(days=2) if times else False
    return {
        "type": "category", "boundaryGap": columns, "data": [_hour(at) if short else day(at) for at in times],
        "axisLine": {"lineStyle": {"color": ink["edge"]}}, "axisTick": {"show": False},
        "axisLabel": {"color": ink["soft"], "interval": max(len(rows) // 3, 1) if len(rows) > 4 else 0,
                      "showMaxLabel": None if columns else True, "hideOverlap": True,
                      "alignMinLabel": left, "alignMaxLabel": right},
    }  # fmt: skip


def up(ends: tuple[float, float, float], ink: Ink, *, second: bool = False) -> Options:
    """An axis of values."""
    low, high, between = ends
    written = f"value => value.toLocaleString('{LOCALE[language()]}')"
    return {
        "type": "value", "min": low, "max": high, "interval": between,
        "splitLine": {"show": not second, "lineStyle": {"color": ink["edge"]}},
        "axisLabel": {"color": ink["soft"], ":formatter": written},
    }  # fmt: skip


def frame(size: float, axes: int = 1, top: float = 44) -> Options:
    """Margins and letters."""
    font = round(24 * size)
    labels = {"axisLabel": {"fontSize": font, "margin": 10 * size}}
    return {
        "grid": {"left": 8, "right": 16 * size, "top": top * size, "bottom": 10, "containLabel": True},
        "xAxis": {"axisLabel": {"fontSize": font, "margin": 16 * size}},
        "yAxis": [labels] * axes,
    }


def told(name: str, values: Sequence[float | None], days: Sequence[str], tell: Callable[[float], str]) -> str:
    """A line in words, for those who do not see it."""
    known = [(value, when) for value, when in zip(values, days, strict=True) if value is not None]
    if not known:
        return say("wall.no_line", name=name)
    low, high = min(known), max(known)
    (last, when) = known[-1]
    ends = {"low": tell(low[0]), "low_at": low[1], "high": tell(high[0]), "high_at": high[1]}
    return say("wall.line", name=name, last=tell(last), at=when, **ends)


def _hour(at: datetime) -> str:
    aware = at if at.tzinfo else at.replace(tzinfo=VIETNAM)
    return f"{aware.astimezone(VIETNAM):%H:%M}"
