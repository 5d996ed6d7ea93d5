"""Which KPI files a catalogue consists of, and what another organisation says otherwise in them.

A folder without `kpis.yaml` has all packaged KPIs. With one, only those it lists, each with the owner,
targets, source or minimum stated there instead of the packaged ones; how it is counted stays the same.
Files under the folder's own kpis/ are always taken, in full, instead of a packaged one of the same name.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ioc.errors import SettingsError
from ioc.yamlfiles import parse, read

FILE = "kpis.yaml"
CHANGEABLE = frozenset({"owner", "targets", "source", "minimum_cases"})


def chosen(packaged: Path, catalogue: Path | None) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Each KPI file with what is to be changed in it, by id. Raises `SettingsError` naming file and KPI."""
    own = {file.stem: file for file in sorted((catalogue / "kpis").glob("*.yaml"))} if catalogue else {}
    files = {file.stem: file for file in sorted(packaged.glob("*.yaml"))} | own
    listed = catalogue / FILE if catalogue else None
    if listed is None or not listed.exists():
        yield from ((files[kpi], {}) for kpi in sorted(files))
        return
    changes = _changes(listed)
    for kpi in sorted(changes.keys() | own.keys()):
        if kpi not in files:
            raise SettingsError(f"{listed}: {kpi}: there is no KPI of this name")
        if unknown := changes.get(kpi, {}).keys() - CHANGEABLE:
            may = ", ".join(sorted(CHANGEABLE))
            raise SettingsError(f"{listed}: {kpi}: {min(unknown)} cannot be changed here, expected {may}")
        yield files[kpi], changes.get(kpi, {})


def _changes(file: Path) -> dict[str, dict[str, Any]]:
    listed = parse(file, read(file)).get("kpis")
    if not isinstance(listed, dict):
        raise SettingsError(f"{file}: kpis: expected the ids of the KPIs to keep, each with what is changed")
    for kpi, change in listed.items():
        if change is not None and not isinstance(change, dict):
            raise SettingsError(f"{file}: {kpi}: expected a mapping, or nothing to change nothing")
    return {str(kpi): change or {} for kpi, change in listed.items()}
