"""What needs a decision: indicators that miss their target and where, and numbers that nobody can trust."""

from collections.abc import Mapping, Sequence

from dashboards.brief import words
from dashboards.brief.facts import Facts, Number
from dashboards.brief.model import Matter
from dashboards.brief.verdicts import verdict
from ioc.kpis import Kpi
from ioc.messages import of, say

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
        more = say("brief.more_red", n=len(red) - MOST)
        found.append(Matter(words.RED, more, say("brief.see_numbers"), ""))
    old = [
        of(facts.kpis[kpi].name)
        for kpi, number in own.items()
        if verdict(facts.kpis[kpi], number, facts.week.last) is words.OLD
    ]
    if old:
        silent = [each.name for each in facts.sources if each.state == "silent"]
        where = say("brief.not_counting")
        if silent:
            where = say("brief.silent_sources", names=", ".join(silent))
        stands = say("brief.not_judged", n=len(old), names=listed(old))
        found.append(Matter(words.OLD, say("brief.old"), stands, where))
    return tuple(found)


def listed(names: Sequence[str], most: int = 4) -> str:
    """The first names, and how many more."""
    more = say("brief.and_kpis", n=len(names) - most) if len(names) > most else ""
    return "; ".join(names[:most]) + more


def _missing(facts: Facts, kpi: Kpi, number: Number) -> float:
    """How far from the target, as a share of it; one overdue case where none should be is a whole."""
    wanted, value = kpi.target(facts.week.last), number.value
    if wanted is None or value is None:
        return 0.0
    return abs(wanted - value) / (abs(wanted) or 1.0)


def _missed(facts: Facts, kpi: Kpi, number: Number) -> Matter:
    change = words.change(kpi, number.value, number.before)
    wanted = words.target(kpi, facts.week.last)
    stands = say("brief.stands", value=words.value(kpi, number.value), target=wanted)
    if change != words.NOTHING:
        stands += say("brief.against", change=change)
    stands += say("brief.cases", n=words.count(number.cases))
    return Matter(words.RED, of(kpi.name), stands, _where(facts, kpi))


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
    more = [say("brief.and_units", n=len(worst) - UNITS)] if len(worst) > UNITS else []
    return "; ".join(named + more)


def _named(facts: Facts, kpi: Kpi, number: Number) -> str:
    """`Cục Việc làm 61,2 % (340)`; a count is its own number of cases."""
    said = f"{facts.names.get(number.unit, number.unit)} {words.value(kpi, number.value)}"
    return said if kpi.unit == "count" else f"{said} ({words.count(number.cases)})"
