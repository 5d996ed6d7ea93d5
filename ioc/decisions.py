"""Decisions: a target, the weights of a score or the limit of an alert rule, changed by two persons.

One account proposes, another approves, and what they decided holds from a day to come: what was shown before
stays what it was. The catalogue's files are what holds where nothing was decided.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from ioc.clock import VIETNAM
from ioc.composites import WHOLE
from ioc.words import NAME, Part

WITHIN = timedelta(days=7)
"""How long a proposal waits for the second person."""
AHEAD = timedelta(days=2 * 366)
"""How far ahead something may be decided."""
_DOCUMENT = r"[1-9][0-9]{0,4}(/[12][0-9]{3})?/[A-ZĐƯ][A-Za-zĐƯđư]{0,9}(-[A-ZĐƯ][A-Za-zĐƯđư]{0,11}){0,3}"
"""The number of a document, and nothing else: `12/QĐ-BNV`, `118/2025/NĐ-CP`."""
NUMBERED = re.compile(_DOCUMENT)


class What(StrEnum):
    """What is changed. The codes are stored and answered, so never renamed."""

    target = "target"
    weights = "weights"
    threshold = "threshold"


class Limit(StrEnum):
    """Which number of an alert rule: the value that breaches it, or how long a breach must last (minutes)."""

    value = "value"
    after_minutes = "after_minutes"


class Stage(StrEnum):
    """How far a decision is. `approved`: by two persons; `taken`: the reducer has taken it over."""

    proposed = "proposed"
    approved = "approved"
    taken = "taken"
    withdrawn = "withdrawn"
    expired = "expired"


STANDING = frozenset({Stage.approved, Stage.taken})
"""Those that hold from their day on."""


class Why(StrEnum):
    """Why it is changed, when no document says so."""

    yearly_plan = "yearly_plan"
    new_document = "new_document"
    reorganisation = "reorganisation"
    wrong_before = "wrong_before"
    too_noisy = "too_noisy"


Number = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Points = Annotated[int, Field(gt=0, le=WHOLE)]


class Change(Part):
    """What is wished. `about`: a KPI, or an alert rule; `by`: the target's own deadline, if it has one.

    `weights`: points by part of the score; those of the others stay, the whole remains 100.
    """

    what: What
    about: str = Field(pattern=NAME, max_length=64)
    dim: str = Field(default="", pattern=r"^[a-z0-9_]*$", max_length=64)
    by: date | None = None
    limit: Limit | None = None
    value: Number | None = None
    weights: Mapping[Annotated[str, Field(pattern=r"^[a-z0-9_/]{1,96}$")], Points] = Field(
        default={}, max_length=100
    )
    valid_from: date
    reason: Why | None = None
    document: str | None = Field(default=None, max_length=48, pattern=f"^{_DOCUMENT}$")

    @model_validator(mode="after")
    def _is_one_change(self) -> Self:
        if self.reason is None and self.document is None:
            raise ValueError("expected a reason or the number of a document")
        if (self.what is What.weights) != bool(self.weights) or (self.what is What.weights) == (
            self.value is not None
        ):
            raise ValueError("expected weights of a score, or one value of a target or a threshold")
        if (self.what is What.threshold) != (self.limit is not None):
            raise ValueError("expected limit for a threshold, and for nothing else")
        if self.what is not What.target and (self.dim or self.by):
            raise ValueError("expected dim and by for a target only")
        return self

    @property
    def place(self) -> tuple[object, ...]:
        """What it changes: a later decision about the same place goes before an earlier one."""
        return self.what, self.about, self.dim, self.by, self.limit


@dataclass(frozen=True, slots=True)
class Decision:
    """A change with who proposed it and who ended its waiting. `before`: what held when it was proposed."""

    id: UUID
    change: Change
    account: str
    role: str
    at: datetime
    until: datetime
    stage: Stage = Stage.proposed
    before: Mapping[str, float] = field(default_factory=dict)
    ended_by: str = ""
    ended_role: str = ""
    ended_at: datetime | None = None
    taken_at: datetime | None = None

    def as_of(self, now: datetime) -> "Decision":
        """The decision with the time gone by: nobody may approve it after `until`."""
        late = self.stage is Stage.proposed and now >= self.until
        return replace(self, stage=Stage.expired) if late else self

    def said(self) -> list[str]:
        """It in codes, for the trail."""
        each = self.change
        told = [f"what={each.what}", f"about={each.about}", f"from={each.valid_from}"]
        more = {"dim": each.dim, "by": each.by, "limit": each.limit, "value": each.value}
        told += [f"{name}={value}" for name, value in more.items() if value not in ("", None)]
        told += [f"{part}={points}" for part, points in sorted(each.weights.items())]
        more = {"reason": each.reason, "document": each.document}
        return told + [f"{name}={value}" for name, value in more.items() if value]


def until(at: datetime, valid_from: date) -> datetime:
    """Until when a proposal waits: seven days, and never into the day from which it is to hold."""
    begins = datetime.combine(valid_from, datetime.min.time(), VIETNAM)
    return min(at + WITHIN, begins)


def holding(decisions: Iterable[Decision], on: date) -> list[Change]:
    """What was decided and holds on a day: of each place the last to begin, then the last to be approved."""
    standing = [each for each in decisions if each.stage in STANDING and each.change.valid_from <= on]
    standing.sort(key=lambda each: (each.change.valid_from, each.ended_at or each.at))
    found: dict[tuple[object, ...], list[Change]] = {}
    for each in standing:
        place = each.change.place
        # Each decision about weights names some parts only, so all of them count, one after the other.
        found[place] = [*found.get(place, []), each.change] if each.change.weights else [each.change]
    return [change for changes in found.values() for change in changes]
