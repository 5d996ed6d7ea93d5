"""What a briefing is made from, as read: numbers, lists, sources. Nothing here names a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from ioc.briefing import Week
from ioc.kpis import Kpis

Work = Literal["document", "dossier", "feedback", "task"]


@dataclass(frozen=True)
class Number:
    """A KPI for a unit in the week, and in the same days of the week before.

    `hidden`: made from fewer than five persons, therefore without value. `covered` of `expected` units have a
    source that speaks. `yearly`: from the beginning of the year, for what is not measured by weeks.
    """

    kpi: str
    unit: str
    value: float | None
    before: float | None
    cases: int
    fresh: bool = True
    hidden: bool = False
    covered: int = 0
    expected: int = 0
    yearly: bool = False


@dataclass(frozen=True)
class Late:
    """One overdue case: its reference, and by how many working days."""

    subject: str
    days: int


@dataclass(frozen=True)
class Backlog:
    """What is overdue of one kind of work in one unit; `worst`: the longest overdue, longest first."""

    work: Work
    unit: str
    count: int
    worst: tuple[Late, ...]


@dataclass(frozen=True)
class SourceState:
    """A source system: when it was last heard of, and whether that is as it should be."""

    name: str
    state: Literal["live", "silent", "never"]
    last_at: datetime | None


@dataclass(frozen=True)
class Expected:
    """The newest forecast of a dated target."""

    kpi: str
    status: str
    target: float
    deadline: date
    expected: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Facts:
    """All of it, for one unit and week. `names`: of the units; `trends`: weeks by their Monday."""

    organisation: str
    unit: str
    names: Mapping[str, str]
    week: Week
    as_of: datetime
    kpis: Kpis
    numbers: Sequence[Number]
    backlogs: Sequence[Backlog] = ()
    sources: Sequence[SourceState] = ()
    forecasts: Sequence[Expected] = ()
    trends: Mapping[str, Sequence[tuple[date, float | None]]] = field(default_factory=dict)
