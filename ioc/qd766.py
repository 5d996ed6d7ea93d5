"""QĐ 766 (service index, 100 points) as dated rules, and its arithmetic as the national portal does it.

Source: Quyết định 766/QĐ-TTg of 23/6/2022. The portal changes its rules, so each stands in `qd766.yaml` with
the day it holds from and the day it last gave the portal's own published scores. Points are `Decimal`: the
portal rounds every metric half up to hundredths before it adds them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from ioc import yamlfiles
from ioc.errors import SettingsError
from ioc.formulas import Expression
from ioc.words import NAME, Part, Words

FILE = "qd766.yaml"
HUNDREDTH = Decimal("0.01")
TOLERANCE = Decimal("0.015")
"""What the rules may differ from a published score (domain of rounding on the portal's side)."""


class Rule(Part):
    """How counts become points from a day on. `full_at`: the share that gives full points."""

    valid_from: date
    maximum: Decimal = Field(gt=0)
    full_at: Decimal = Field(default=Decimal(1), gt=0, le=1)
    empty: Literal["none", "zero", "full"]
    checked: date


class Own(Part):
    """What we count for a metric from our own cases: see the head of qd766.yaml."""

    view: Literal["dossier", "feedback", "procedure"]
    taken: Literal["on", "during", "end", "now"]
    day: str | None = Field(default=None, pattern=NAME)
    numerator: Expression
    denominator: Expression

    @model_validator(mode="after")
    def _names_its_day(self) -> Self:
        if (self.taken == "on") != (self.day is not None):
            raise ValueError("day: expected with taken = on, and only there")
        return self


class Counters(Part):
    """Names of an answer's counters: of each list of sums, the first whose counters are all there counts."""

    numerator: tuple[tuple[str, ...], ...]
    denominator: tuple[tuple[str, ...], ...]


class Metric(Part):
    """One line of the index. `id`: its number in the decision; `code`: the portal's name for it, if any."""

    id: str
    code: str | None = None
    counters: Counters | None = None
    name: Words
    rules: tuple[Rule, ...] = Field(min_length=1)
    own: Own | None = None
    missing: Words | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        starts = [rule.valid_from for rule in self.rules]
        if starts != sorted(set(starts)):
            raise ValueError(f"metric {self.id}: rules: expected in the order of valid_from, each date once")
        if (self.code is None) == (self.counters is None):
            raise ValueError(f"metric {self.id}: expected the portal's code or its counters")
        if (self.own is None) == (self.missing is None):
            raise ValueError(f"metric {self.id}: expected what we count (own), or why we cannot (missing)")
        return self

    def rule(self, on: date) -> Rule | None:
        """The rule that holds on a day; None before the first."""
        return next((rule for rule in reversed(self.rules) if rule.valid_from <= on), None)


class Group(Part):
    """Metrics that the portal publishes together."""

    id: str
    portal: str
    name: Words
    maximum: Decimal
    metrics: tuple[Metric, ...] = Field(min_length=1)


class Band(Part):
    """What a total of at least so many points is called."""

    at_least: Decimal
    name: Words


@dataclass(frozen=True)
class Line:
    """A metric with the rule that holds, within its group."""

    group: Group
    metric: Metric
    rule: Rule


class Rules(Part):
    """The whole index."""

    document: str
    maximum: Decimal
    bands: tuple[Band, ...] = Field(min_length=1)
    groups: tuple[Group, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        names = [metric.id for group in self.groups for metric in group.metrics]
        if len(names) != len(set(names)):
            raise ValueError("metrics: expected each id once")
        if [band.at_least for band in self.bands] != sorted({b.at_least for b in self.bands}, reverse=True):
            raise ValueError("bands: expected from the highest to the lowest, each once")
        first = max(metric.rules[0].valid_from for group in self.groups for metric in group.metrics)
        changes = {rule.valid_from for group in self.groups for each in group.metrics for rule in each.rules}
        for day in sorted(each for each in changes if each >= first):
            self._adds_up_on(day)
        return self

    def _adds_up_on(self, day: date) -> None:
        found = {group.id: Decimal(0) for group in self.groups}
        for line in self.on(day):
            found[line.group.id] += line.rule.maximum
        for group in self.groups:
            if found[group.id] != group.maximum:
                raise ValueError(
                    f"group {group.id}: its metrics have {found[group.id]} points on {day},"
                    f" expected {group.maximum}"
                )
        if sum(found.values()) != self.maximum:
            raise ValueError(f"groups have {sum(found.values())} points on {day}, expected {self.maximum}")

    def on(self, day: date) -> tuple[Line, ...]:
        """The lines that hold on a day, in the order of the file. Raises `SettingsError` without any."""
        lines = tuple(
            Line(group, metric, rule)
            for group in self.groups
            for metric in group.metrics
            if (rule := metric.rule(day)) is not None
        )
        if not lines:
            raise SettingsError(f"qd766.yaml: no rule holds on {day}; the first hold from {self.first}")
        return lines

    @cached_property
    def first(self) -> date:
        """The first day with a rule."""
        return min(metric.rules[0].valid_from for group in self.groups for metric in group.metrics)

    def band(self, total: Decimal | None) -> Words | None:
        """What a total is called; None without one."""
        if total is None:
            return None
        return next((band.name for band in self.bands if total >= band.at_least), self.bands[-1].name)


def load(catalogue: Path | None = None) -> Rules:
    """The rules under `catalogue`, else the packaged ones.

    Raises `SettingsError` naming file, key and reason.
    """
    return yamlfiles.load(yamlfiles.find(catalogue, FILE), Rules)


def points(rule: Rule, numerator: Decimal | int, denominator: Decimal | int) -> Decimal | None:
    """Points in hundredths, between 0 and the maximum; None: no data."""
    if denominator <= 0:
        return {"none": None, "zero": Decimal(0), "full": rule.maximum}[rule.empty]
    return _rounded(rule, Decimal(numerator) / Decimal(denominator))


def points_of_share(rule: Rule, percent: Decimal) -> Decimal:
    """Points of a share that is stated without its counts."""
    return _rounded(rule, percent / 100)


def _rounded(rule: Rule, share: Decimal) -> Decimal:
    return _exact(rule, share).quantize(HUNDREDTH, ROUND_HALF_UP)


def _exact(rule: Rule, share: Decimal) -> Decimal:
    return rule.maximum * min(max(share, Decimal(0)) / rule.full_at, Decimal(1))


def one_more(rule: Rule, numerator: int, denominator: int) -> Decimal | None:
    """Points won, before rounding, if one more of the counted cases were good; None: nothing to count."""
    if denominator <= 0:
        return None
    better = max(min(numerator + 1, denominator), numerator)
    return _exact(rule, Decimal(better) / denominator) - _exact(rule, Decimal(numerator) / denominator)


def total(parts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of what has points; None when nothing has."""
    found = [part for part in parts if part is not None]
    return sum(found, Decimal(0)) if found else None
