"""Overdue work by unit: counts, and the references of what has waited longest. No persons, no titles."""

from collections.abc import Iterable

from dashboards.brief import words
from dashboards.brief.facts import Backlog, Facts, Late, Work
from dashboards.brief.model import BacklogRow
from ioc.messages import say

UNITS = 10
REFERENCES = 30
"""In the whole document; a unit alone may have them all."""
LEAST, MOST = 3, 20

Told = tuple[tuple[str, ...], tuple[BacklogRow, ...], str]


def table(facts: Facts) -> Told:
    """The names of the kinds of work, one row a unit (most overdue first), and what was left out."""
    by_unit: dict[str, dict[Work, Backlog]] = {}
    for each in facts.backlogs:
        if each.count:
            by_unit.setdefault(each.unit, {})[each.work] = each
    order = sorted(by_unit, key=lambda unit: (-_total(by_unit[unit].values()), unit))
    shown, rest = order[:UNITS], order[UNITS:]
    named = max(LEAST, min(MOST, REFERENCES // max(len(shown), 1)))
    rows = [_row(facts.names.get(unit, unit), list(by_unit[unit].values()), named) for unit in shown]
    if rest:
        others = [each for unit in rest for each in by_unit[unit].values()]
        rows.append(_row(say("brief.other_units", n=len(rest)), others, 0))
    if len(order) > 1:
        rows.append(
            _row(say("brief.col.total"), [each for unit in order for each in by_unit[unit].values()], 0)
        )
    note = say("brief.in_brackets") if rows else say("brief.nothing_overdue")
    return tuple(say(f"work.{work}") for work in words.WORKS), tuple(rows), note


def _total(backlogs: Iterable[Backlog]) -> int:
    return sum(each.count for each in backlogs)


def _row(unit: str, backlogs: list[Backlog], named: int) -> BacklogRow:
    counts = [sum(each.count for each in backlogs if each.work == work) for work in words.WORKS]
    late = sorted(
        (each for one in backlogs for each in one.worst), key=lambda each: (-each.days, each.subject)
    )
    left = sum(counts) - min(named, len(late))
    said = [_said(each) for each in late[:named]]
    if named and left > 0:
        said.append(say("brief.and_more", n=words.count(left)))
    return BacklogRow(
        unit,
        tuple(words.count(each) if each else words.NOTHING for each in counts),
        words.count(sum(counts)),
        "; ".join(said),
    )


def _said(late: Late) -> str:
    return f"{late.subject} ({words.overdue(late.days)})"
