"""The organisation: a tree on every day, every code known, no two entries of one thing on the same day."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from ioc.baselines import DERIVED, Baseline, Dated, Declared, System, overlapping
from ioc.review.reading import Folder
from ioc.units import Unit

Periods = Mapping[str, Sequence[Unit]]
"""All entries of each code, oldest first."""


def organisation(folder: Folder) -> Periods:
    """Units and what is said of them; returns the entries by code, none for a code that cannot be read."""
    file = folder.file("units.yaml")
    periods: dict[str, list[Unit]] = {}
    for unit in folder.loaded(Unit, file, "units", "code"):
        periods.setdefault(unit.code, []).append(unit)
    for entries in periods.values():
        entries.sort(key=lambda unit: unit.valid_from)
    for _, entry in folder.entries(file, "units") if file else ():
        # Its own finding is enough: what refers to it is not wrong because of it.
        periods.setdefault(str(entry.get("code")), [])
    if file is not None:
        _units(folder, file, periods)
    _said(folder, periods)
    return periods


def _units(folder: Folder, file: Path, periods: Periods) -> None:
    tops = sorted(code for code, entries in periods.items() if any(unit.parent is None for unit in entries))
    if len(tops) != 1:
        folder.add(file, ", ".join(tops) or "units", f"one unit without a parent, there are {len(tops)}")
    for code, entries in periods.items():
        for earlier, later in pairwise(entries):
            if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
                folder.add(file, code, f"periods that do not overlap, two hold on {later.valid_from}")
        for unit in entries:
            _parent(folder, file, unit, periods)
            _successor(folder, file, unit, periods)
    _circles(folder, file, periods)


def _parent(folder: Folder, file: Path, unit: Unit, periods: Periods) -> None:
    if unit.parent is None:
        return
    if unit.parent not in periods:
        folder.add(file, unit.code, f"parent {unit.parent} to be a unit of the file")
        return
    missing = _not_there(periods[unit.parent], unit.valid_from, unit.valid_to)
    if missing is not None and periods[unit.parent]:
        folder.add(file, unit.code, f"parent {unit.parent} to exist on {missing}, as the unit does")


def _successor(folder: Folder, file: Path, unit: Unit, periods: Periods) -> None:
    if unit.merged_into is None:
        return
    if unit.valid_to is None:
        folder.add(file, unit.code, f"valid_to, its last day before it was merged into {unit.merged_into}")
    if unit.merged_into not in periods:
        folder.add(file, unit.code, f"merged_into {unit.merged_into} to be a unit of the file")
    elif unit.valid_to is not None:
        after = unit.valid_to + timedelta(days=1)
        heir = periods[unit.merged_into]
        if heir and _not_there(heir, after, after) is not None:
            folder.add(file, unit.code, f"merged_into {unit.merged_into} to exist on {after}")


def _not_there(entries: Sequence[Unit], start: date, end: date | None) -> date | None:
    """The first day of a span on which none of the entries holds; None: they cover it."""
    last = end or date.max
    day = start
    while day <= last:
        holding = [unit for unit in entries if unit.holds(day)]
        if not holding:
            return day
        until = max(unit.valid_to or date.max for unit in holding)
        if until >= last:
            return None
        day = until + timedelta(days=1)
    return None


def _circles(folder: Folder, file: Path, periods: Periods) -> None:
    """Units that stand above themselves on some day, or are merged into themselves by way of others."""
    days = sorted({unit.valid_from for entries in periods.values() for unit in entries})
    for day in days:
        above = {
            code: unit.parent
            for code, entries in periods.items()
            for unit in entries
            if unit.holds(day) and unit.parent is not None
        }
        for circle in _rings(above):
            folder.add(
                file, circle[0], f"no circle in the tree, on {day}: {' → '.join((*circle, circle[0]))}"
            )
    last = (entries[-1] for entries in periods.values() if entries)
    for circle in _rings({unit.code: unit.merged_into for unit in last if unit.merged_into is not None}):
        folder.add(file, circle[0], f"no circle of mergers: {' → '.join((*circle, circle[0]))}")


def _rings(steps: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The circles in a map from each to its next, each once, begun at its smallest code."""
    found: set[tuple[str, ...]] = set()
    for start in steps:
        path = [start]
        while (after := steps.get(path[-1])) is not None:
            if after in path:
                ring = path[path.index(after) :]
                least = ring.index(min(ring))
                found.add((*ring[least:], *ring[:least]))
                break
            path.append(after)
    return sorted(found)


def _said(folder: Folder, periods: Periods) -> None:
    """Baselines, systems and declarations."""
    file = folder.file("baselines.yaml")
    baselines = folder.loaded(Baseline, file, "baselines", "name")
    for entry in baselines:
        if file and entry.name in DERIVED:
            folder.add(
                file, f"{entry.name} of {entry.unit}", "to be left out, it is counted from other files"
            )
    _dated(folder, file, baselines, "name", periods)
    file = folder.file("systems.yaml")
    systems = folder.loaded(System, file, "systems", "code")
    _dated(folder, file, systems, "code", periods)
    file = folder.file("declared.yaml")
    _dated(folder, file, folder.loaded(Declared, file, "declared", "name"), "name", periods)
    folder.baselines = {*DERIVED, *(entry.name for entry in baselines)}
    stated = [entry.confirmed for entry in baselines] + [entry.confirmed for entry in systems]
    folder.unconfirmed = stated.count(False)


def _dated(folder: Folder, file: Path | None, entries: Sequence[Dated], key: str, periods: Periods) -> None:
    if file is None:
        return
    for entry in entries:
        if entry.unit not in periods:
            folder.add(file, f"{getattr(entry, key)} of {entry.unit}", "a unit of units.yaml")
    for _, later in overlapping(entries, key):
        named = f"{getattr(later, key)} of {later.unit}"
        folder.add(file, named, f"periods that do not overlap, two hold on {later.valid_from}")
