"""Published points against our rules: what the national portal says, computed again from its own counters."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ioc.evaluations import Stated, UnitAnswer
from ioc.qd766 import TOLERANCE, Rule, points, points_of_share, total

TOTAL = "total"
"""Stands for the metric in a comparison of a group's total."""


@dataclass(frozen=True)
class Compared:
    """One published score and ours. None: no data, which is not 0."""

    unit: str
    group: str
    metric: str
    published: Decimal | None
    ours: Decimal | None

    @property
    def within(self) -> bool:
        if self.published is None or self.ours is None:
            return self.published is None and self.ours is None
        return abs(self.published - self.ours) <= TOLERANCE


@dataclass(frozen=True)
class Checked:
    """All comparisons. `unchecked`: published totals whose answer does not carry what they were made from."""

    compared: tuple[Compared, ...]
    unchecked: int

    @property
    def differences(self) -> list[Compared]:
        return [each for each in self.compared if not each.within]


def check(answers: Iterable[UnitAnswer], on: date) -> Checked:
    """Compare every published score, by the rules of a day."""
    compared: list[Compared] = []
    unchecked = 0
    for answer in answers:
        ours = {each.metric.id: recomputed(each, on) for each in answer.stated}
        compared += [
            Compared(
                answer.unit,
                answer.group.portal,
                each.metric.code or each.metric.id,
                each.score,
                ours[each.metric.id],
            )
            for each in answer.stated
            if each.scored
        ]
        if not answer.scored:
            continue
        if answer.complete:
            made = total([*ours.values(), answer.others or None])
            compared.append(
                Compared(answer.unit, answer.group.portal, TOTAL, answer.score, _summed(made, answer.score))
            )
        else:
            unchecked += 1
    return Checked(tuple(compared), unchecked)


def _summed(made: Decimal | None, published: Decimal | None) -> Decimal | None:
    """The portal writes a total of no points at all as 0."""
    return Decimal(0) if made is None and published is not None else made


def recomputed(stated: Stated, on: date) -> Decimal | None:
    """A metric's points from what the answer counts. A share without counts is taken as it is stated."""
    rule = stated.metric.rule(on)
    if rule is None:
        return None
    return _points(stated, rule)


def _points(stated: Stated, rule: Rule) -> Decimal | None:
    numerator, denominator = stated.numerator, stated.denominator
    if denominator is not None and denominator <= 0 and rule.empty != "none":
        return points(rule, 0, 0)
    if numerator is not None and denominator is not None and denominator > 0:
        return points(rule, numerator, denominator)
    return points_of_share(rule, stated.ratio) if stated.ratio is not None else None
