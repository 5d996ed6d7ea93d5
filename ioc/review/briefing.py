"""The plan of briefings: indicators and roles that exist, each occasion once."""

from collections.abc import Collection

from ioc.briefing import FILE, ORGANISATION, Occasion
from ioc.errors import SettingsError
from ioc.kpis import Kpis
from ioc.review.reading import Folder
from ioc.roles import Roles
from ioc.yamlfiles import find


def briefing(folder: Folder) -> None:
    """brief.yaml. A chart of a packaged indicator that the catalogue does without is no mistake."""
    file = find(folder.path, FILE)
    occasions = folder.loaded(Occasion, file, "schedule", "id")
    names = [occasion.id for occasion in occasions]
    for name in sorted({name for name in names if names.count(name) > 1}):
        folder.add(file, name, "to stand once")
    roles, kpis = _roles(folder), _kpis(folder)
    for occasion in occasions:
        if occasion.role is not None and roles and occasion.role not in roles:
            folder.add(file, occasion.id, f"units to be {ORGANISATION} or a role, one of {', '.join(roles)}")
    charts = folder.document(file).get("charts") or ()
    if not isinstance(charts, list | tuple):
        folder.add(file, "charts", "a list of KPIs")
        return
    for chart in charts:
        if kpis and chart not in kpis:
            folder.add(file, f"charts {chart}", "a KPI of the catalogue")


def _roles(folder: Folder) -> Collection[str]:
    """None where they cannot be read, which is told of their own file."""
    try:
        return Roles.load(folder.path)
    except SettingsError:
        return ()


def _kpis(folder: Folder) -> Collection[str]:
    try:
        return {*Kpis.load(), *Kpis.load(folder.path)}
    except SettingsError:
        return ()
