"""Reference counts that no event carries: staff, procedures before a reform, archive stocks, systems.

Each number holds for one unit by itself and for a span of days. What a unit with everything beneath it has is
the sum over the organisation of that day, with the rules by which events are counted (`Units.counted_for`).
"""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ioc.errors import SettingsError
from ioc.units import CODE, Units

HEADCOUNT = "headcount"
SYSTEMS = "systems"
DERIVED = (HEADCOUNT, SYSTEMS)
"""Baselines that are counted from units.yaml and systems.yaml; baselines.yaml must not state them again."""
LISTED = frozenset({SYSTEMS})
"""Baselines whose members are known by name: only these are counted, for the unit that registered them."""


class Dated(BaseModel):
    """An entry that holds from a day to a day, both included; without `valid_to` until further notice."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: str = Field(pattern=rf"^{CODE.pattern}$")
    valid_from: date
    valid_to: date | None = None
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "Dated":
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(f"valid_to {self.valid_to} is before valid_from {self.valid_from}")
        return self

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class Baseline(Dated):
    """One number of one unit. `source`: the document it stands in. `confirmed`: the ministry has said so."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    value: int = Field(ge=0)
    confirmed: bool = False


class System(Dated):
    """A registered information system and the unit that runs it. `code`: `system_code` of its events."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{1,31}$")
    name: str
    confirmed: bool = False


class Declared(Dated):
    """What a unit says of itself, from 0 to 1, where no event can tell; it is shown marked as such."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    value: float = Field(ge=0, le=1)


def overlapping(entries: Iterable[Dated], key: str) -> Iterator[tuple[Dated, Dated]]:
    """Neighbouring entries of one `key` and unit that hold on the same day, earlier first."""
    ordered = sorted(entries, key=lambda each: (str(getattr(each, key)), each.unit, each.valid_from))
    for earlier, later in pairwise(ordered):
        same = (getattr(earlier, key), earlier.unit) == (getattr(later, key), later.unit)
        if same and (earlier.valid_to is None or earlier.valid_to >= later.valid_from):
            yield earlier, later


def _checked(file: str, key: str, entries: Iterable[Dated], units: Units) -> None:
    entries = tuple(entries)
    for entry in entries:
        if entry.unit not in units.codes:
            raise SettingsError(f"{file}: {getattr(entry, key)}: no such unit {entry.unit}")
    for _, later in overlapping(entries, key):
        where = f"{file}: {getattr(later, key)} of {later.unit}"
        raise SettingsError(f"{where}: periods overlap on {later.valid_from}")


class Baselines:
    """All baselines by name, unit and day."""

    def __init__(self, entries: Iterable[Baseline], systems: Iterable[System], units: Units) -> None:
        self.entries = tuple(entries)
        self.systems = tuple(systems)
        self._units = units
        for entry in self.entries:
            if entry.name in DERIVED:
                raise SettingsError(f"baselines.yaml: {entry.name} of {entry.unit}: is counted, not stated")
        _checked("baselines.yaml", "name", self.entries, units)
        _checked("systems.yaml", "code", self.systems, units)
        self._stated: dict[tuple[str, str], list[Baseline]] = {}
        for entry in self.entries:
            self._stated.setdefault((entry.name, entry.unit), []).append(entry)
        self.names: tuple[str, ...] = (*DERIVED, *sorted({entry.name for entry in self.entries}))

    def value(self, name: str, unit: str, on: date) -> int:
        """The unit's own number on a day; 0 where none is stated, for an unknown name or unit as well."""
        if name == HEADCOUNT:
            return sum(
                period.headcount
                for period in (self._units.periods(unit) if unit in self._units.codes else ())
                if period.holds(on)
            )
        if name == SYSTEMS:
            return sum(system.unit == unit and system.holds(on) for system in self.systems)
        return sum(entry.value for entry in self._stated.get((name, unit), ()) if entry.holds(on))

    def total(self, name: str, unit: str, on: date) -> int:
        """The unit's number with all that counts for it that day: beneath it, or merged into it since."""
        return sum(
            self.value(name, code, on)
            for code in self._units.codes
            if unit in self._units.counted_for(code, on)
        )


class Declarations:
    """Self-declared facts by name, unit and day."""

    def __init__(self, entries: Iterable[Declared], units: Units) -> None:
        self.entries = tuple(entries)
        _checked("declared.yaml", "name", self.entries, units)

    def value(self, name: str, unit: str, on: date) -> float | None:
        """What the unit declared to hold on a day; None: nothing, which is not the same as 0."""
        for entry in self.entries:
            if entry.name == name and entry.unit == unit and entry.holds(on):
                return entry.value
        return None
