"""Reference data: everything a ministry changes without changing code, loaded and checked once at start."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ioc import canary
from ioc.baselines import Baseline, Baselines, Declarations, Declared, System
from ioc.calendar import Day, Hours, WorkingCalendar
from ioc.entries import Entries, canonical, of_documents
from ioc.errors import SettingsError
from ioc.sources import Source, Sources
from ioc.units import Unit, Units
from ioc.yamlfiles import PACKAGED, find, parse, read

if TYPE_CHECKING:
    from ioc.contracts import Rules

EVERYONE = "all"
ORGANISATION = ("baselines.yaml", "systems.yaml", "declared.yaml")
"""What is said of the units of units.yaml: a folder with its own units takes none of the packaged ones."""


@dataclass(frozen=True)
class Catalogue:
    """Units with their counts, sources, the calendar; `version` changes with every byte of their files."""

    units: Units
    sources: Sources
    calendar: WorkingCalendar
    baselines: Baselines
    declared: Declarations
    entries: Entries
    version: str

    @classmethod
    def load(cls, path: Path | None = None) -> "Catalogue":
        """The catalogue under `path`; a file it does not have is taken from the packaged one.

        Raises `SettingsError` naming file and entry.
        """
        digest = hashlib.sha256()
        documents = {}
        for file in files(path):
            content = read(file)
            digest.update(file.name.encode() + b"\0" + content + b"\0")
            documents[file.name] = parse(file, content)
        try:
            listed = list(source_entries(documents["sources.yaml"]["sources"]))
            digest.update(canonical(listed).encode())
            whole = {**documents, "sources.yaml": {"sources": listed}}
            del documents["sources.yaml"]
            units = Units(Unit(**entry) for entry in documents.pop("units.yaml")["units"])
            sources = _sources(listed, units)
            said = {name: documents.pop(name, {}) for name in ORGANISATION}
            return cls(
                units,
                sources,
                _calendar(documents.values()),
                _baselines(said, units),
                Declarations((Declared(**each) for each in said["declared.yaml"].get("declared", ())), units),
                of_documents(whole),
                digest.hexdigest()[:16],
            )
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise SettingsError(f"catalogue: {error.title}.{where}: {first['msg']}") from error
        except (KeyError, TypeError, ValueError) as error:
            raise SettingsError(f"catalogue: an entry is not as expected ({error})") from error

    def rules(self, tenant: str) -> "Rules":
        """What landing and the gateway judge events by: units, sources and their types, with this version."""
        from ioc.contracts import Rules

        return Rules(
            tenant=tenant,
            units=self.units.codes,
            sources={
                **{source.urn(tenant): source.types for source in self.sources.values()},
                **canary.allowed(tenant),
            },
            version=self.version,
        )


def files(path: Path | None) -> list[Path]:
    """The files a catalogue is made of: those under `path`, else the packaged ones."""
    own_units = path is not None and (path / "units.yaml").exists()
    said = [find(path, name) for name in ORGANISATION]
    if own_units:
        said = [file for file in said if file.parent == path]
    return [find(path, "units.yaml"), find(path, "sources.yaml"), *said, *_calendar_files(path)]


def _calendar_files(path: Path | None) -> list[Path]:
    return sorted(find(path, "calendar").glob("*.yaml"))


def missing_calendars(path: Path | None, on: date) -> list[Path]:
    """The calendar files that should be there on this day and are not. Raises `SettingsError`."""
    folder = find(path, "calendar")
    return [folder / f"{year}.yaml" for year in Catalogue.load(path).calendar.missing(on)]


def source_entries(entries: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Entries of sources.yaml; one with `like: CODE` is the packaged source of that code, as changed by it.

    Raises `KeyError` when no packaged source has the code.
    """
    packaged: dict[str, dict[str, Any]] = {}
    for entry in entries:
        if "like" not in entry:
            yield entry
            continue
        if not packaged:
            file = PACKAGED / "sources.yaml"
            listed = parse(file, read(file))["sources"]
            packaged = {each["system_code"]: each for each in listed}
        yield {**packaged[entry["like"]], **{key: value for key, value in entry.items() if key != "like"}}


def _sources(entries: Iterable[dict[str, Any]], units: Units) -> Sources:
    reporting = frozenset(unit.code for unit in units if unit.parent is not None)
    loaded = []
    for entry in entries:
        expected = entry.get("units")
        codes = reporting if expected == EVERYONE else frozenset(expected or ())
        if unknown := codes - units.codes:
            raise SettingsError(
                f"sources.yaml: {entry.get('system_code')}: no such unit {sorted(unknown)[0]}"
            )
        loaded.append(Source.model_validate({**entry, "units": codes}))
    return Sources(loaded)


def _baselines(said: Mapping[str, dict[str, Any]], units: Units) -> Baselines:
    return Baselines(
        [Baseline(**entry) for entry in said["baselines.yaml"].get("baselines", ())],
        [System(**entry) for entry in said["systems.yaml"].get("systems", ())],
        units,
    )


def _calendar(documents: Iterable[dict[str, Any]]) -> WorkingCalendar:
    hours: list[Hours] = []
    days: list[Day] = []
    years: list[int] = []
    for document in documents:
        hours += [Hours.model_validate(entry) for entry in document.get("hours", ())]
        days += [Day.model_validate(entry) for entry in document.get("days", ())]
        if "year" in document:
            years.append(int(document["year"]))
    _each_day_once(days)
    return WorkingCalendar(hours, days, years)


def _each_day_once(days: Iterable[Day]) -> None:
    seen: set[date] = set()
    for entry in days:
        for day in entry.dates():
            if day in seen:
                raise SettingsError(f"calendar: {day} is listed twice, the second time as {entry.name!r}")
            seen.add(day)
