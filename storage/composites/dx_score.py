"""The digital score of a unit: six pillars, each part as near to its target as its KPI is.

S0, meeting of 18/8/2022: "xây dựng một Bộ chỉ số chuẩn để đánh giá công tác chuyển đổi số của các đơn vị …
ứng dụng công nghệ thông tin vào việc chấm điểm để đảm bảo khách quan, minh bạch, công bằng".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ioc.composites import MEASURED, WHOLE, Score, ScorePart
from ioc.kpis import Kpi, Kpis
from ioc.scoring import Measured, PillarPoints, Rule, judged, rule, score, total, without_declared
from storage.client import Store
from storage.composites.points import HUNDREDTHS, formed_points
from storage.windows import Value, Window

NO_SOURCE = "chưa có nguồn dữ liệu nào kết nối"
NO_VALUE = "không có số liệu trong kỳ"
TOO_FEW = "ít hơn {minimum} trường hợp"
NOT_ASKED = "không áp dụng cho đơn vị này"

Place = tuple[str, str, str, str]
"""KPI, dim, unit, window."""


@dataclass(frozen=True)
class Known:
    """What the parts of a score rest on beside their values."""

    connected: frozenset[str]
    declared: dict[tuple[str, str, date], tuple[int, int]]


def compute(
    kpi: Kpi,
    windows: Sequence[Window],
    store: Store,
    tenant: str,
    unit: str | None,
    every: Kpis,
    parts: Sequence[Value],
) -> list[Value]:
    """The score of every unit that has a part, in all; by pillar, each as of 100; and by what is measured."""
    if kpi.score is None or not windows:
        return []
    known = asked(store, tenant, {window.last for window in windows})
    values = {_place(each): each for each in parts}
    units = {each.unit for each in parts if unit in (None, each.unit)}
    found = []
    for window in windows:
        held = every.on(window.last)  # its weights and its parts' targets are those of the window's last day
        of = held[kpi.id].score or kpi.score
        for code in sorted(units):
            found += _of_unit(kpi, of, code, window, held, values, known)
    return found


def _of_unit(
    kpi: Kpi,
    of: Score,
    unit: str,
    window: Window,
    every: Kpis,
    values: dict[Place, Value],
    known: Known,
) -> list[Value]:
    numbers, rules = measured(of, unit, window, every, values, known)
    pillars = score(of.pillars, numbers, rules)
    points = {"": total(pillars)} | {each.pillar.id: each.of_hundred for each in pillars}
    points[MEASURED] = total(score(of.pillars, without_declared(numbers, of.pillars), rules))
    cases = judged(pillars)
    if points[""] is None:
        return []
    return [
        formed_points(kpi, dim, unit, window.name, each, cases)
        for dim, each in points.items()
        if each is not None
    ]


def points_of(
    of: Score, unit: str, window: Window, every: Kpis, values: Iterable[Value], known: Known
) -> tuple[PillarPoints, ...]:
    """The points of one unit, pillar by pillar and part by part."""
    numbers, rules = measured(of, unit, window, every, {_place(each): each for each in values}, known)
    return score(of.pillars, numbers, rules)


def _place(value: Value) -> Place:
    return value.kpi, value.dim, value.unit, value.window


def measured(
    of: Score, unit: str, window: Window, every: Kpis, values: dict[Place, Value], known: Known
) -> tuple[dict[str, Measured], dict[str, Rule]]:
    """The number of every part of a score, or why it is left out; and how its share is made."""
    numbers: dict[str, Measured] = {}
    rules: dict[str, Rule] = {}
    for part in of.parts:
        if part.kpi is None:
            rules[part.name] = "declared"
            numbers[part.name] = _declared(part.name, unit, window.last, known)
        else:
            kpi = every[part.kpi]
            target = kpi.target(window.last, part.dim) or 0.0
            rules[part.name] = rule(kpi.direction, target)
            value = values.get((kpi.id, part.dim, unit, window.name))
            numbers[part.name] = _number(part, kpi, target, value, known)
    return numbers, rules


def _number(part: ScorePart, kpi: Kpi, target: float, value: Value | None, known: Known) -> Measured:
    if kpi.id not in known.connected:
        return Measured(target=target, left_out=NO_SOURCE)
    if value is None or value.value is None:
        return Measured(target=target, left_out=NO_VALUE)
    minimum = kpi.minimum_cases if part.minimum_cases is None else part.minimum_cases
    why = TOO_FEW.format(minimum=minimum) if value.cases < minimum else ""
    return Measured(value.value, value.numerator, value.denominator, value.cases, target, why)


def _declared(statement: str, unit: str, on: date, known: Known) -> Measured:
    """What was declared, of all units that are asked; nothing declared is nothing done."""
    said, expected = known.declared.get((statement, unit, on), (0, 0))
    if not expected:
        return Measured(target=float(WHOLE), left_out=NOT_ASKED)
    cases = expected // HUNDREDTHS
    return Measured(WHOLE * said / expected, said, expected, cases, float(WHOLE))


def asked(store: Store, tenant: str, days: Iterable[date]) -> Known:
    """One question for both: which KPIs have a source that was ever heard of, and what was declared."""
    listed = ", ".join(f"toDate32('{day.isoformat()}')" for day in sorted(days))
    rows = store.query(
        f"SELECT toString(statement), unit, on_day, toInt64(declared), toInt64(expected)"  # noqa: S608
        f" FROM ioc.ref_declared ARRAY JOIN [{listed}] AS on_day"
        f" WHERE tenant = '{tenant}' AND valid_from <= on_day AND on_day < valid_to"
        " UNION ALL SELECT kpi, '', toDate32('1970-01-01'), toInt64(empty(sources) OR hasAny(sources,"
        " (SELECT groupArray(subject) FROM ioc.cases_source FINAL"
        f" WHERE tenant = '{tenant}' AND isNotNull(opened_at)))), toInt64(0) FROM ioc.ref_kpis"
    )
    declared = {(name, unit, day): (said, expected) for name, unit, day, said, expected in rows if unit}
    return Known(frozenset(name for name, unit, _, heard, _ in rows if not unit and heard), declared)
