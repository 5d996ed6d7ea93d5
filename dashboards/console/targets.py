"""Targets, weights, thresholds and decisions about them, as their page says them: pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict

from dashboards.console.leading import shown
from ioc.messages import formats, named, of, say
from ioc.words import Words

HOME = "/console/targets"
PAGES = ("configuration", "kpis")
"""The entries of roles.yaml that open the page."""


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Held(_Answer):
    """One number that holds: of a target, weight or threshold; `begins`: since when, if it was decided."""

    dim: str = ""
    by: date | None = None
    part: str = ""
    limit: str = ""
    value: float = 0.0
    points: int = 0
    reason: str | None = None
    document: str | None = None
    begins: date | None = None


class Entry(_Answer):
    """A KPI or an alert rule with what holds of it."""

    id: str
    name: Words
    unit: str = ""
    targets: tuple[Held, ...] = ()
    weights: tuple[Held, ...] = ()
    limits: tuple[Held, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that have a target of their own."""
        return tuple(each.dim for each in self.targets if each.dim)


class Decision(_Answer):
    """A proposal, or what became of it."""

    decision_id: str
    what: str
    about: str
    dim: str = ""
    by: date | None = None
    limit: str | None = None
    value: float | None = None
    weights: Mapping[str, int] = {}
    before: Mapping[str, float] = {}
    valid_from: date
    reason: str | None = None
    document: str | None = None
    stage: str
    holds: bool = False
    account: str
    at: AwareDatetime
    until: AwareDatetime
    ended_by: str = ""


def entries(document: Mapping[str, Any]) -> list[Entry]:
    """KPIs and rules of the gateway's answer, KPIs first."""
    listed = [{**each, "id": each["kpi"]} for each in document["kpis"]]
    listed += [{**each, "id": each["rule"]} for each in document["rules"]]
    return [Entry.model_validate(_begun(each)) for each in listed]


def _begun(entry: Mapping[str, Any]) -> dict[str, Any]:
    """`from` is no name that Python has."""
    lists = ("targets", "weights", "limits")
    return {
        **entry,
        **{name: [{**one, "begins": one["from"]} for one in entry.get(name, ())] for name in lists},
    }


def since(begins: date | None, document: str | None, reason: str | None) -> str:
    """Since when and by what a number is so: `từ 01/01/2027, 12/QĐ-BNV`; of the catalogue's file, nothing."""
    if begins is None:
        return ""
    return say("targets.since", day=written(begins), by=why(document, reason))


def why(document: str | None, reason: str | None) -> str:
    """The document, the reason, or both."""
    said = (named("change_reason", reason) if reason else "", document or "")
    return " · ".join(part for part in said if part)


def written(day: date) -> str:
    """`31/12/2026`."""
    return f"{day:%d/%m/%Y}"


def place(entry: Entry | None, each: Decision) -> str:
    """What a decision is about: the name, the kind, the deadline, which threshold."""
    said = [of(entry.name) if entry else each.about]
    if each.dim:
        said.append(each.dim)
    if each.by is not None:
        said.append(say("targets.by", day=written(each.by)))
    if each.limit:
        said.append(named("limit", each.limit))
    if each.weights:
        said.append(say("targets.weights"))
    return " · ".join(said)


def change(entry: Entry | None, each: Decision) -> str:
    """From what to what: `80 % → 85 %`, `task_on_time_rate 10 → 12`."""
    if each.weights:
        parts = (f"{name} {each.before.get(name, 0):g} → {new}" for name, new in each.weights.items())
        return ", ".join(parts)
    before = each.before.get("value")
    return f"{number(entry, before)} → {number(entry, each.value)}"


def number(entry: Entry | None, value: float | None) -> str:
    """A number in the measure of what it is of."""
    if value is None:
        return "—"
    if entry is not None and entry.unit:
        return shown(value, entry.unit)
    return formats.number(value, 0 if value == round(value) else 1)


def part(listed: Mapping[str, Entry], name: str) -> str:
    """The part of a score by the name of its indicator; what units declare is named by its code."""
    kpi, _, dim = name.partition("/")
    said = of(listed[kpi].name) if kpi in listed else kpi
    return f"{said} · {dim}" if dim else said


def names(listed: Sequence[Entry]) -> dict[str, Entry]:
    return {each.id: each for each in listed}
