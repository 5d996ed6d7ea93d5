"""What the weeks of an indicator mean for its target: on pace or not, overdue, or nothing to say yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from ioc.forecast.series import WEEK, Series, Week, connected, monday, wanting
from ioc.forecast.smoothing import LEVEL, Ahead, look_ahead
from ioc.kpis import Kpi, Target

Status = Literal["on_pace", "off_pace", "passed", "always", "no_target", "too_little_data"]
UPPER = {"percent": 100.0, "points": 100.0}
"""What no value of such a unit can exceed; none falls below zero."""

LATE = {True: ", nay đã đạt", False: ", nay chưa đạt", None: ""}


@dataclass(frozen=True)
class Outlook:
    """The answer for one indicator and unit.

    `deadline`: the next one; with status `passed`, the last one, because a deadline that passed is never
    replaced by a date nobody set. `always`: the target has no date, it holds every day. `reached`: the last
    complete week meets the target. `passed`: targets whose day is over.
    """

    status: Status
    target: float | None
    deadline: date | None
    passed: tuple[Target, ...]
    reached: bool | None
    series: Series | None
    ahead: Ahead | None
    reason: str


def outlook(kpi: Kpi, weeks: Sequence[Week], on: date, dim: str = "") -> Outlook:
    """Judge the complete weeks of a kind before a day against its targets as they stand on it."""
    series = connected(weeks, kpi.minimum_cases)
    last = series.values[-1] if series else None
    aims = kpi.aims(dim)
    dated = sorted((each for each in aims if each.by is not None), key=lambda each: each.by or on)
    passed = tuple(each for each in dated if each.by is not None and each.by < on)
    coming = next((each for each in dated if each not in passed), None)
    if coming is None or coming.by is None:
        return _without(kpi, aims, passed, series, last)
    reason = wanting(series, on)
    if series is None or reason is not None:
        reached = _meets(kpi, last, coming.value)
        return Outlook(
            "too_little_data",
            coming.value,
            coming.by,
            passed,
            reached,
            series,
            None,
            f"chưa đủ số liệu: {reason}",
        )
    horizon = max((monday(coming.by) - series.last) // WEEK, 1)
    ahead = look_ahead(series.values, horizon, (0.0, UPPER.get(kpi.unit)))
    kept = bool(_meets(kpi, round(ahead.expected, 2), coming.value))
    return Outlook(
        "on_pace" if kept else "off_pace",
        coming.value,
        coming.by,
        passed,
        _meets(kpi, last, coming.value),
        series,
        ahead,
        "đang kịp mục tiêu" if kept else "không kịp mục tiêu",
    )


def _without(
    kpi: Kpi, aims: Sequence[Target], passed: tuple[Target, ...], series: Series | None, last: float | None
) -> Outlook:
    """No deadline lies ahead."""
    always = next((each for each in reversed(aims) if each.by is None), None)
    if always is not None:
        reached = _meets(kpi, last, always.value)
        reason = "mục tiêu cho mọi lúc, không có hạn"
        return Outlook("always", always.value, None, passed, reached, series, None, reason)
    if passed:
        late = passed[-1]
        reached = _meets(kpi, last, late.value)
        reason = f"quá hạn mục tiêu {late.by:%d/%m/%Y}{LATE[reached]}"
        return Outlook("passed", late.value, late.by, passed, reached, series, None, reason)
    return Outlook("no_target", None, None, (), None, series, None, "không có mục tiêu")


def _meets(kpi: Kpi, value: float | None, target: float) -> bool | None:
    if value is None:
        return None
    return value >= target if kpi.direction == "up" else value <= target


def document(kpi: Kpi, unit: str, dim: str, found: Outlook) -> dict[str, Any]:
    """The JSON of `ioc forecast`; numbers in the indicator's unit, a horizon in days."""
    ahead, series = found.ahead, found.series
    return {
        "kpi": kpi.id,
        "unit": unit,
        "dim": dim,
        "target": found.target,
        "deadline": found.deadline.isoformat() if found.deadline else None,
        "status": found.status,
        "expected": _rounded(ahead.expected) if ahead else None,
        "low": _rounded(ahead.low) if ahead else None,
        "high": _rounded(ahead.high) if ahead else None,
        "level": LEVEL if ahead else None,
        "method": ahead.method if ahead else None,
        "observed": None if series is None else _observed(series),
        "backtest": None
        if ahead is None
        else {
            "error": _rounded(ahead.backtest.error),
            "horizon_days": 7 * ahead.backtest.horizon,
            "folds": ahead.backtest.folds,
        },
        "reached": found.reached,
        "passed": [_target(each) for each in found.passed],
        "message": found.reason,
    }


def _observed(series: Series) -> dict[str, Any]:
    return {
        "weeks": len(series.values),
        "missing": series.missing,
        "first": series.first.isoformat(),
        "last": series.last.isoformat(),
        "value": _rounded(series.values[-1]),
    }


def _target(target: Target) -> dict[str, Any]:
    return {"target": target.value, "deadline": target.by.isoformat() if target.by else None}


def _rounded(value: float) -> float:
    return round(value, 4)
