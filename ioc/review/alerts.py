"""The alert rules: roles, units and KPIs that exist, events that some source states, real columns."""

from collections.abc import Collection, Iterator
from pathlib import Path

from ioc.alerts import KPI_OWNER, Rule, files
from ioc.contracts import BY_NAME
from ioc.errors import SettingsError
from ioc.kpis import Kpis
from ioc.review.expressions import unfinished, unknown
from ioc.review.indicators import Tables
from ioc.review.organisation import Periods
from ioc.review.reading import Folder
from ioc.roles import FILE, Roles
from ioc.yamlfiles import find

CLOCK = frozenset({"t", "up"})
COUNTS = frozenset({"breaches", "total"})


def alerts(folder: Folder, units: Periods, types: Collection[str], tables: Tables) -> None:
    """All rule files that the catalogue consists of; those about KPIs that it does without are left out."""
    roles = _roles(folder)
    kpis = _kpis(folder)
    counted = 0
    for file in files(folder.path):
        rule = folder.valid(Rule, folder.document(file), file, file.stem)
        if rule is None:
            continue
        if kpis is not None and rule.about is not None and rule.about not in kpis:
            if rule.about not in Kpis.load():
                folder.add(file, rule.id, f"kpi {rule.about} to be a KPI of the catalogue")
            continue
        counted += 1
        if rule.id != file.stem:
            folder.add(file, rule.id, f"id to be the name of the file, {file.stem}")
        _handled(folder, file, rule, units, roles)
        _fed(folder, file, rule, types)
        _looking(folder, file, rule, tables)
    folder.counted["alerts"] = counted


def _roles(folder: Folder) -> Collection[str]:
    try:
        return Roles.load(folder.path)
    except SettingsError as error:
        folder.add(find(folder.path, FILE), "the file", str(error))
        return ()


def _kpis(folder: Folder) -> Collection[str] | None:
    """Ids of the KPIs; None when they cannot be read, which their own review says."""
    try:
        return Kpis.load(folder.path)
    except SettingsError:
        return None


def _handled(folder: Folder, file: Path, rule: Rule, units: Periods, roles: Collection[str]) -> None:
    for field, role in [("owner", rule.owner), *(("escalate.role", step.role) for step in rule.escalate)]:
        if roles and role not in roles:
            folder.add(file, rule.id, f"{field} {role} to be a role of {FILE}")
    for step in rule.escalate:
        if step.unit == KPI_OWNER and rule.about is None:
            folder.add(file, rule.id, f"kpi, whose owner escalate.unit {KPI_OWNER} means")
        elif step.unit not in (None, KPI_OWNER) and step.unit not in units:
            folder.add(file, rule.id, f"escalate.unit {step.unit} to be a unit of units.yaml")


def _fed(folder: Folder, file: Path, rule: Rule, types: Collection[str]) -> None:
    for name in rule.feeds:
        if name not in BY_NAME:
            folder.add(file, rule.id, f"feeds: {name} to be an event type of the contracts")
        elif name not in types and folder.path is None:
            folder.add(file, rule.id, f"feeds: a source that states {name}, sources.yaml has none")


def _looking(folder: Folder, file: Path, rule: Rule, tables: Tables) -> None:
    if rule.cases is None:
        return
    columns = tables.columns.get(rule.cases.view)
    if columns is None:
        folder.add(file, rule.id, f"cases.view: {rule.cases.view} to be a view of cases, or one of watch")
        return
    for field, text, known in _expressions(rule, {*columns, *CLOCK}):
        if (wrong := unfinished(text)) is not None:
            folder.add(file, rule.id, f"cases.{field}: {wrong}")
        for each in unknown(text, known):
            folder.add(file, rule.id, f"cases.{field}: {each} to be a column of {rule.cases.view}")


def _expressions(rule: Rule, columns: Collection[str]) -> Iterator[tuple[str, str, Collection[str]]]:
    if rule.cases is not None:
        yield "where", rule.cases.where, columns
        yield "breach", rule.cases.breach, columns
        yield "since", rule.cases.since, columns
        yield "having", rule.cases.having, COUNTS
