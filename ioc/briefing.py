"""The briefing as data: which week it tells, when it is made by itself, for whom, with which charts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field

from ioc import yamlfiles
from ioc.clock import VIETNAM
from ioc.errors import IocError
from ioc.words import NAME, Part

FILE = "brief.yaml"
FOLDER = "briefs"
"""Under the data directory: where briefings that were made by themselves lie."""
ORGANISATION, ROLE = "organisation", "role:"
Format = Literal["html", "docx", "pdf"]
FORMATS: tuple[Format, ...] = ("html", "docx", "pdf")
_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_SEVEN = timedelta(days=7)


class NoSuchWeek(IocError):
    """Text that names no week."""


@dataclass(frozen=True)
class Week:
    """Monday to `last`: the whole week, or its first days when it is told up to a date."""

    start: date
    last: date

    @property
    def code(self) -> str:
        """`2026-W47`."""
        year, week, _ = self.start.isocalendar()
        return f"{year}-W{week:02d}"

    @property
    def number(self) -> int:
        return self.start.isocalendar().week

    @property
    def before(self) -> "Week":
        """The same days of the week before."""
        return Week(self.start - _SEVEN, self.last - _SEVEN)

    @classmethod
    def parse(cls, text: str) -> "Week":
        """The ISO week of `2026-W47`. Raises `NoSuchWeek`."""
        found = _WEEK.fullmatch(text)
        try:
            if found is None:
                raise ValueError(text)
            return cls.of(date.fromisocalendar(int(found[1]), int(found[2]), 1))
        except ValueError:
            raise NoSuchWeek(f"{text!r} is not a week; expected YYYY-Www such as 2026-W47") from None

    @classmethod
    def of(cls, day: date) -> "Week":
        """The whole week that contains a day."""
        start = day - timedelta(days=day.weekday())
        return cls(start, start + _SEVEN - timedelta(days=1))

    @classmethod
    def until(cls, day: date) -> "Week":
        """The week that contains a day, up to that day."""
        return cls(cls.of(day).start, day)


class Occasion(Part):
    """A briefing that is made by itself, every week at the same time."""

    id: str = Field(pattern=NAME)
    weekday: int = Field(ge=1, le=7)
    at: time
    units: str = Field(pattern=rf"^({ORGANISATION}|{ROLE}[a-z_]+)$")
    formats: tuple[Format, ...] = Field(min_length=1)

    @property
    def role(self) -> str | None:
        """Whose units it is for; None: for the organisation as a whole."""
        return self.units.removeprefix(ROLE) if self.units.startswith(ROLE) else None

    def last(self, now: datetime) -> datetime:
        """When it was last to be made, now included."""
        local = now.astimezone(VIETNAM)
        day = local.date() - timedelta(days=(local.isoweekday() - self.weekday) % 7)
        moment = datetime.combine(day, self.at, VIETNAM)
        return moment if moment <= local else moment - _SEVEN

    def tells(self, now: datetime) -> Week:
        """The week that it tells: the last one that was over when it was to be made."""
        return Week.of(self.last(now).date() - _SEVEN)


class Plan(Part):
    """brief.yaml."""

    charts: tuple[str, ...] = ()
    schedule: tuple[Occasion, ...] = ()

    @classmethod
    def load(cls, catalogue: Path | None = None) -> "Plan":
        """The plan of a catalogue, else the packaged one. Raises `SettingsError` naming file and key."""
        return yamlfiles.load(yamlfiles.find(catalogue, FILE), cls)

    def last(self, now: datetime) -> datetime | None:
        """When any of the schedule was last to be made."""
        return max((each.last(now) for each in self.schedule), default=None)


def recipients(occasion: Occasion, root: str, heads: Iterable[tuple[str, str]]) -> list[str]:
    """The units an occasion is for. `heads`: role and unit of every account in use."""
    if occasion.role is None:
        return [root]
    return sorted({unit for role, unit in heads if role == occasion.role})


def newest(folder: Path, unit: str) -> Path | None:
    """The last briefing of a unit that was made by itself: the one to read before the one to edit."""
    weeks = sorted((each for each in folder.glob("*") if _WEEK.fullmatch(each.name)), reverse=True)
    files = (week / f"{unit}.{form}" for week in weeks for form in ("pdf", "docx", "html"))
    return next((file for file in files if file.is_file()), None)
