"""The organisation by date: who exists on a day, under whom, with how many staff, merged into whom."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ioc.errors import SettingsError

CODE = re.compile(r"[A-Z]\d{2}(\.\d{2,3}){0,3}")


class Unit(BaseModel):
    """One unit over one period. `headcount`: own staff, not of units beneath. `valid_to`: its last day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(pattern=rf"^{CODE.pattern}$")
    slug: str
    name: str
    parent: str | None = None
    kind: str
    headcount: int = Field(ge=0)
    valid_from: date
    valid_to: date | None = None
    merged_into: str | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "Unit":
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(f"valid_to {self.valid_to} is before valid_from {self.valid_from}")
        return self

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class Units:
    """All units of all times. One code may have several entries, with periods that do not overlap."""

    def __init__(self, entries: Iterable[Unit]) -> None:
        self._periods: dict[str, list[Unit]] = {}
        for unit in sorted(entries, key=lambda each: each.valid_from):
            self._periods.setdefault(unit.code, []).append(unit)
        self.codes: frozenset[str] = frozenset(self._periods)
        for periods in self._periods.values():
            self._check(periods)

    def _check(self, periods: Sequence[Unit]) -> None:
        for unit in periods:
            for name, other in (("parent", unit.parent), ("merged_into", unit.merged_into)):
                if other is not None and other not in self.codes:
                    raise SettingsError(f"units.yaml: {unit.code}: {name} {other} is not a unit of the file")
        for earlier, later in pairwise(periods):
            if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
                raise SettingsError(f"units.yaml: {later.code}: periods overlap on {later.valid_from}")

    def __iter__(self) -> Iterator[Unit]:
        return (periods[-1] for periods in self._periods.values())

    def get(self, code: str, on: date | None = None) -> Unit:
        """The unit as it was on a day (default: its latest entry; before its first entry: the first).

        Raises `KeyError` for a code that no entry has.
        """
        periods = self._periods[code]
        if on is None:
            return periods[-1]
        begun = [unit for unit in periods if unit.valid_from <= on]
        return begun[-1] if begun else periods[0]

    def periods(self, code: str) -> tuple[Unit, ...]:
        """All entries of a code, oldest first. Raises `KeyError` for a code that no entry has."""
        return tuple(self._periods[code])

    def valid(self, on: date) -> tuple[Unit, ...]:
        """The units that exist on a day, by code."""
        found = (unit for periods in self._periods.values() for unit in periods if unit.holds(on))
        return tuple(sorted(found, key=lambda unit: unit.code))

    def successor(self, code: str, on: date) -> str:
        """The code that answers for `code` on a day: itself while it exists, then whom it was merged into."""
        seen = {code}
        while code in self.codes:
            unit = self.get(code, on)
            if unit.valid_to is None or on <= unit.valid_to or unit.merged_into is None:
                return code
            code = unit.merged_into
            if code in seen:
                raise SettingsError(f"units.yaml: {code} is merged into itself by way of others")
            seen.add(code)
        return code

    def ancestors(self, code: str, on: date) -> tuple[str, ...]:
        """The units above, nearest first, in the tree of that day, without the unit itself.

        An unknown code has none.
        """
        above: list[str] = []
        while code in self.codes:
            parent = self.get(code, on).parent
            if parent is None:
                break
            if parent in above:
                raise SettingsError(f"units.yaml: {parent} stands above itself")
            above.append(parent)
            code = parent
        return tuple(above)

    def under(self, code: str, on: date) -> tuple[str, ...]:
        """The unit and everything beneath it on that day, by code."""
        return tuple(
            unit.code for unit in self.valid(on) if unit.code == code or code in self.ancestors(unit.code, on)
        )

    def counted_for(self, code: str, on: date) -> frozenset[str]:
        """Whose totals what happens in `code` on a day belongs to: its own, those above it, their successors.

        The successor of today takes over the past as well, so that its series does not begin with the merger;
        with the unit that was merged comes whatever stood beneath it that day. After the merger what still
        happens in it is its successor's work: the unit that stood above it then stands above it no more.
        """
        found: set[str] = set()
        reached = [code]
        while reached:
            each = reached.pop()
            if each in found:
                continue
            found.add(each)
            if each in self.codes:
                unit = self.get(each, on)
                over = unit.merged_into is not None and unit.valid_to is not None and unit.valid_to < on
                parent = None if over else unit.parent
                reached += [self.successor(each, date.max), *([parent] if parent else ())]
        return frozenset(found)

    def headcount(self, code: str, on: date) -> int:
        """Staff on that day of the unit, of everything beneath it, and of what was merged into it since.

        The same rule as for events, or a successor would have more persons than staff before the merger.
        """
        return sum(unit.headcount for unit in self.valid(on) if code in self.counted_for(unit.code, on))
