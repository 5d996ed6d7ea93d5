"""The source systems: each once, of known units, stating event types that exist."""

from collections.abc import Collection
from typing import Any

from ioc.contracts import BY_NAME
from ioc.reference import EVERYONE, source_entries
from ioc.review.reading import Folder
from ioc.sources import Source


def sources(folder: Folder, units: Collection[str]) -> frozenset[str]:
    """Returns the names of all event types that some source states."""
    file = folder.file("sources.yaml")
    if file is None:
        return frozenset()
    stated: set[str] = set()
    seen: set[str] = set()
    for number, entry in folder.entries(file, "sources"):
        code = str(entry.get("system_code") or entry.get("like") or f"sources {number}")
        if code in seen:
            folder.add(file, code, "to stand once")
        seen.add(code)
        stated |= _source(folder, code, entry, units)
    folder.counted["sources"] = len(seen)
    return frozenset(stated)


def _source(folder: Folder, code: str, entry: dict[str, Any], units: Collection[str]) -> frozenset[str]:
    file = folder.file("sources.yaml")
    if file is None:
        return frozenset()
    try:
        whole = next(iter(source_entries([entry])))
    except KeyError:
        folder.add(file, code, f"like {entry.get('like')} to be a packaged source")
        return frozenset()
    expected = whole.get("units")
    listed = units if expected == EVERYONE else expected or ()
    for each in sorted(set(listed) - set(units)):
        folder.add(file, code, f"units: {each} to be a unit of units.yaml")
    source = folder.valid(Source, {**whole, "units": frozenset(listed)}, file, code)
    if source is None:
        return frozenset()
    for name in sorted(source.names - set(BY_NAME)):
        folder.add(file, code, f"types: {name} to be an event type of the contracts")
    for table in source.tables:
        if table.name not in source.names:
            folder.add(file, code, f"tables: {table.name} to be among the source's types")
    return source.names
