"""The ways in which a KPI is counted: the pieces of its file.

Expressions are ClickHouse aggregate expressions over one case view. They may use its columns and `t`, the
instant that a cell is valid for: the end of its day, or now for today.
"""

import re
from functools import cached_property
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from ioc.words import NAME as _NAME
from ioc.words import Part

Expression = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)]
_CLOCK = re.compile(r"(?<![\w.])t(?!\w)")


class Flow(Part):
    """What happened on a day: each case counts on the day of its instant `day`, for its `unit`."""

    view: str = Field(pattern=_NAME)
    day: str = Field(pattern=_NAME)
    unit: str = Field(default="unit", pattern=_NAME)
    where: str | None = None
    numerator: Expression
    denominator: Expression
    cases: Expression | None = None
    dim: str | None = None

    @cached_property
    def timed(self) -> bool:
        """Whether a cell of today changes without any event, as the clock moves."""
        return uses_clock(self.where, self.numerator, self.denominator, self.cases)


class Stock(Part):
    """What stood at the instant `t`: over the cases that were open then.

    `baseline`: a reference count of the unit and what is beneath it, in place of the denominator.
    `complement`: the numerator is what is missing to the baseline, as in "removed".
    """

    view: str = Field(pattern=_NAME)
    unit: str = Field(default="unit", pattern=_NAME)
    where: str | None = None
    numerator: Expression = "0"
    denominator: Expression = "0"
    cases: Expression | None = None
    dim: str | None = None
    baseline: str | None = Field(default=None, pattern=_NAME)
    complement: bool = False

    @model_validator(mode="after")
    def _has_one_denominator(self) -> Self:
        if self.baseline is not None and self.denominator != "0":
            raise ValueError(
                f"denominator: the baseline {self.baseline} is the denominator, leave the other out"
            )
        if self.complement and self.baseline is None:
            raise ValueError("complement: true needs a baseline to be the complement to")
        return self


class Distinct(Part):
    """Different persons (or systems: `person` names the column) that a statement held of at `t`.

    `baseline`: what they are counted out of, for the unit and what is beneath it; default: its staff.
    """

    view: str = Field(pattern=_NAME)
    person: str = Field(default="person", pattern=_NAME)
    where: str | None = None
    dim: str | None = None
    baseline: str = Field(default="headcount", pattern=_NAME)


class Gauge(Part):
    """A measurement of now: one row of the view a dimension; without a dimension, the worst of them."""

    view: str = Field(pattern=_NAME)
    numerator: Expression
    denominator: Expression
    dim: str


class Quantile(Part):
    """A quantile over the rows of a view in the window: `of` in units of 1 ÷ `per`, weighted.

    Every unit has its own, over the rows of all units beneath it: quantiles do not add up.
    """

    view: str = Field(pattern=_NAME)
    unit: str = Field(default="unit", pattern=_NAME)
    day: str = Field(pattern=_NAME)
    level: float = Field(gt=0, lt=1)
    of: str
    weight: str = "1"
    per: int = Field(gt=0)
    where: str | None = None
    dim: str | None = None


def uses_clock(*expressions: str | None) -> bool:
    """Whether one of the expressions speaks of `t`."""
    return any(_CLOCK.search(each) for each in expressions if each)
