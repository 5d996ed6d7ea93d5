"""The arithmetic of a score: from the numbers of its parts to points, pillar by pillar.

A part earns its weight by how near its number comes to its target, never more than all of it. A part that
cannot be judged (too few cases, no source, nothing to divide) is left out and its weight shared among the
measured parts of its pillar: what a unit says of itself never gains weight by what could not be measured.
A pillar without any measured part is left out and its weight shared among the others.
Sums are exact (`math.fsum`), so that the order of the parts does not show in the result.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ioc.composites import WHOLE, Pillar, ScorePart

Rule = Literal["value/target", "target/value", "1-numerator/denominator", "declared"]
"""How a part's share is made. The third: targets of 0, for which `target/value` would know only all or none;
the share of the cases that are as they should be takes its place."""


@dataclass(frozen=True)
class Measured:
    """The number of one part. `left_out`: why it is not judged."""

    value: float | None = None
    numerator: int = 0
    denominator: int = 0
    cases: int = 0
    target: float | None = None
    left_out: str = ""


@dataclass(frozen=True)
class PartPoints:
    """What one part earned. `counted`: its weight after sharing; `points` of them; None: left out."""

    part: ScorePart
    measured: Measured
    rule: Rule
    share: float | None
    counted: float
    points: float | None


@dataclass(frozen=True)
class PillarPoints:
    """What a pillar earned: `points` of `counted`, both of the 100 of the score."""

    pillar: Pillar
    parts: tuple[PartPoints, ...]
    counted: float
    points: float | None

    @property
    def of_hundred(self) -> float | None:
        """The same, with the pillar by itself as 100."""
        return None if self.points is None else WHOLE * self.points / self.counted


def rule(direction: Literal["up", "down"], target: float) -> Rule:
    """How near a number comes to its target."""
    if direction == "up":
        return "value/target"
    return "target/value" if target > 0 else "1-numerator/denominator"


def share(how: Rule, measured: Measured) -> float:
    """From 0 to 1; it rises as the number comes nearer to its target."""
    value, target = measured.value or 0.0, measured.target or 0.0
    if how == "1-numerator/denominator":
        if measured.denominator <= 0:
            return float(value <= 0)
        return _within(1 - measured.numerator / measured.denominator)
    if how == "target/value":
        return 1.0 if value <= target else _within(target / value)
    return 1.0 if value >= target else _within(value / target)


def _within(number: float) -> float:
    return min(1.0, max(0.0, number))


def score(
    pillars: Sequence[Pillar], measured: Mapping[str, Measured], rules: Mapping[str, Rule]
) -> tuple[PillarPoints, ...]:
    """The points of every pillar. Both mappings are by the name of the part, and have all of them."""
    shares = {
        part.name: None if (found := measured[part.name]).left_out else share(rules[part.name], found)
        for pillar in pillars
        for part in pillar.parts
    }
    weights = {pillar.id: _weights(pillar, shares) for pillar in pillars}
    whole = math.fsum(pillar.weight for pillar in pillars if weights[pillar.id])
    made = []
    for pillar in pillars:
        scale = WHOLE / whole if weights[pillar.id] else 0.0
        parts = tuple(
            _earned(
                part,
                measured[part.name],
                rules[part.name],
                shares[part.name],
                scale * weights[pillar.id].get(part.name, 0.0),
            )
            for part in pillar.parts
        )
        points = math.fsum(each.points for each in parts if each.points is not None)
        made.append(PillarPoints(pillar, parts, scale * pillar.weight, points if scale else None))
    return tuple(made)


def _weights(pillar: Pillar, shares: Mapping[str, float | None]) -> dict[str, float]:
    """What each part that counts weighs after sharing, by its name; nothing if none of them is measured."""
    judged = [part for part in pillar.parts if shares[part.name] is not None]
    seen = math.fsum(part.weight for part in judged if part.kpi is not None)
    if not seen:
        return {}
    said = math.fsum(part.weight for part in judged if part.kpi is None)
    gain = (pillar.weight - said) / seen
    return {part.name: part.weight * (1.0 if part.kpi is None else gain) for part in judged}


def _earned(part: ScorePart, measured: Measured, how: Rule, share: float | None, weight: float) -> PartPoints:
    points = weight * share if share is not None and weight else None
    return PartPoints(part, measured, how, share, weight, points)


def total(pillars: Sequence[PillarPoints]) -> float | None:
    """Points out of 100; None when no part that is measured could be judged: words alone make no score."""
    earned = [part.points for each in pillars for part in each.parts if part.points is not None]
    return min(float(WHOLE), math.fsum(earned)) if earned else None


def judged(pillars: Sequence[PillarPoints]) -> int:
    """On how many measured parts it rests."""
    return sum(
        part.points is not None and part.part.kpi is not None for each in pillars for part in each.parts
    )


def without_declared(measured: Mapping[str, Measured], pillars: Sequence[Pillar]) -> dict[str, Measured]:
    """The same numbers, with what units say of themselves left out."""
    said = {part.name for pillar in pillars for part in pillar.parts if part.declared is not None}
    return {
        name: replace(number, left_out="declared") if name in said else number
        for name, number in measured.items()
    }


def declared_points(pillars: Sequence[PillarPoints]) -> float:
    """How many of the points rest on nothing but the unit's own word."""
    parts = (part for each in pillars for part in each.parts if part.part.declared is not None)
    return math.fsum(part.points for part in parts if part.points is not None)
