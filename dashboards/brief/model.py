"""A briefing as every writer lays it out: all words and numbers are said already."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from ioc.messages import say

Tone = Literal["good", "warn", "act", "old", "none"]


@dataclass(frozen=True)
class Verdict:
    """A judgement in word and shape; the tone only repeats it in colour."""

    key: str
    tone: Tone
    values: tuple[tuple[str, int], ...] = ()

    @property
    def text(self) -> str:
        """The words, in the language that is spoken."""
        return say(self.key, **dict(self.values))


@dataclass(frozen=True)
class Line:
    """A KPI in the table of numbers. `sources`: the documents it rests on, as `[1]`."""

    name: str
    value: str
    target: str
    change: str
    cases: str
    verdict: Verdict
    sources: str


@dataclass(frozen=True)
class Section:
    """The KPIs of one domain."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Matter:
    """Something that needs a decision: what, how it stands, where."""

    verdict: Verdict
    what: str
    stands: str
    where: str


@dataclass(frozen=True)
class BacklogRow:
    """What is overdue in a unit: counts in the order of `Brief.works`, their sum, the longest overdue."""

    unit: str
    counts: tuple[str, ...]
    total: str
    worst: str


@dataclass(frozen=True)
class Chart:
    """A trend by weeks. `points`: Mondays and values; `said`: the same in words."""

    title: str
    points: tuple[tuple[date, float | None], ...]
    target: float | None
    measure: str
    said: str


@dataclass(frozen=True)
class Brief:
    """One document. `as_of`: the newest fact that it rests on, also the date of its file."""

    organisation: str
    title: str
    unit: str
    period: str
    as_of: datetime
    as_of_said: str
    freshness: Verdict
    matters: tuple[Matter, ...]
    works: tuple[str, ...]
    backlog: tuple[BacklogRow, ...]
    backlog_note: str
    sections: tuple[Section, ...]
    charts: tuple[Chart, ...]
    forecasts: tuple[str, ...]
    doubts: tuple[str, ...]
    sources: tuple[str, ...]
