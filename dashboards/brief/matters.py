"""What needs a decision: indicators that miss their target and where, and numbers that nobody can trust."""

from collections.abc import Mapping, Sequence

from dashboards.brief import words
from dashboards.brief.facts import Facts, Number
from dashboards.brief.model import Matter
from dashboards.brief.verdicts import verdict
from ioc.kpis import Kpi

MOST = 8
UNITS = 3
"""Units named for one indicator: the worst."""


def matters(facts: Facts, own: Mapping[str, Number]) -> tuple[Matter, ...]:
    """The farthest from their target first, then what is no longer fed; the rest stands in the tables."""
    red = [
        (facts.kpis[kpi], number)
        for kpi, number in own.items()
        if verdict(facts.kpis[kpi], number, facts.week.last) is words.RED
    ]
    red.sort(key=lambda each: (-_missing(facts, *each), each[0].id))
    found = [_missed(facts, kpi, number) for kpi, number in red[:MOST]]
    if len(red) > MOST:
        more = f"{len(red) - MOST} chỉ tiêu khác chưa đạt"
        found.append(Matter(words.RED, more, "xem bảng số liệu", ""))
    old = [
        facts.kpis[kpi].name.vi
        for kpi, number in own.items()
        if verdict(facts.kpis[kpi], number, facts.week.last) is words.OLD
    ]
    if old:
        silent = [each.name for each in facts.sources if each.state == "silent"]
        where = f"nguồn im lặng: {', '.join(silent)}" if silent else "bộ đếm của trung tâm không chạy"
        stands = f"{len(old)} chỉ tiêu không đánh giá được: {listed(old)}"
        found.append(Matter(words.OLD, "Số liệu không còn mới", stands, where))
    return tuple(found)


def listed(names: Sequence[str], most: int = 4) -> str:
    """The first names, and how many more."""
    more = f" và {len(names) - most} chỉ tiêu khác" if len(names) > most else ""
    return "; ".join(names[:most]) + more


def _missing(facts: Facts, kpi: Kpi, number: Number) -> float:
    """How far from the target, as a share of it; one overdue case where none should be is a whole."""
    wanted, value = kpi.target(facts.week.last), number.value
    if wanted is None or value is None:
        return 0.0
    return abs(wanted - value) / (abs(wanted) or 1.0)


def _missed(facts: Facts, kpi: Kpi, number: Number) -> Matter:
    change = words.change(kpi, number.value, number.before)
    stands = f"{words.value(kpi, number.value)}, mục tiêu {words.target(kpi, facts.week.last)}"
    if change != words.NOTHING:
        stands += f"; {change} so với tuần trước"
    stands += f"; {words.count(number.cases)} hồ sơ, sự việc"
    return Matter(words.RED, kpi.name.vi, stands, _where(facts, kpi))


def _where(facts: Facts, kpi: Kpi) -> str:
    """The units that miss it by most, with their value and cases."""
    missing = (words.RED, words.AMBER)
    worst = [
        each
        for each in facts.numbers
        if each.kpi == kpi.id and each.unit != facts.unit and verdict(kpi, each, facts.week.last) in missing
    ]
    worst.sort(key=lambda each: (-_missing(facts, kpi, each), each.unit))
    named = [_named(facts, kpi, each) for each in worst[:UNITS]]
    more = [f"và {len(worst) - UNITS} đơn vị khác"] if len(worst) > UNITS else []
    return "; ".join(named + more)


def _named(facts: Facts, kpi: Kpi, number: Number) -> str:
    """`Cục Việc làm 61,2 % (340)`; a count is its own number of cases."""
    said = f"{facts.names.get(number.unit, number.unit)} {words.value(kpi, number.value)}"
    return said if kpi.unit == "count" else f"{said} ({words.count(number.cases)})"
