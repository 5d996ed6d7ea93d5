"""Decisions, and what holds on a day by them, as they are answered and printed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from ioc.alerts import Rules
from ioc.clock import VIETNAM
from ioc.deciding import in_force, kpis_of, limit_of, rules_of
from ioc.decisions import STANDING, Change, Decision, Limit, holding
from ioc.kpis import Kpi, Kpis

Row = dict[str, Any]


def told(decision: Decision, now: datetime) -> Row:
    """One decision as of now; `holds`: its day has come."""
    decision = decision.as_of(now)
    begun = decision.change.valid_from <= now.astimezone(VIETNAM).date()
    return {
        "decision_id": decision.id,
        **decision.change.model_dump(mode="json"),
        "before": dict(decision.before),
        "stage": decision.stage,
        "holds": begun and decision.stage in STANDING,
        "account": decision.account,
        "at": decision.at,
        "until": decision.until,
        "ended_by": decision.ended_by,
        "ended_at": decision.ended_at,
        "taken_at": decision.taken_at,
    }


def held(kpis: Kpis, rules: Rules, decisions: Sequence[Decision], day: date) -> Row:
    """Targets, weights and thresholds of a day, each with the decision it comes from, if one does."""
    changes = holding(decisions, day)
    theirs = rules_of(rules, changes)
    return {
        "on": day,
        "kpis": [_kpi(each, day, changes) for each in kpis_of(kpis, changes).values()],
        "rules": [
            {"rule": rule.id, "name": rule.name.model_dump(), "limits": _limits(rule.id, theirs, changes)}
            for rule in theirs.values()
        ],
    }


def _kpi(kpi: Kpi, day: date, changes: Sequence[Change]) -> Row:
    own = [each for each in changes if each.about == kpi.id]
    targets = in_force(kpi, day)
    for each in targets:
        said = (change for change in own if change.value is not None)
        each |= _by(next((c for c in said if (c.dim, c.by) == (each["dim"], each["by"])), None))
    document: Row = {"kpi": kpi.id, "name": kpi.name.model_dump(), "domain": kpi.domain, "unit": kpi.unit}
    document |= {"direction": kpi.direction, "targets": targets}
    if kpi.score:
        document["weights"] = [
            {
                "pillar": pillar.id,
                "part": part.name,
                "points": part.weight,
                **_by(next((each for each in reversed(own) if part.name in each.weights), None)),
            }
            for pillar in kpi.score.pillars
            for part in pillar.parts
        ]
    return document


def _limits(name: str, rules: Mapping[str, Any], changes: Sequence[Change]) -> list[Row]:
    found = []
    for limit in Limit:
        value = limit_of(rules[name], limit)
        if value is not None:
            said = (each for each in changes if (each.about, each.limit) == (name, limit))
            found.append({"limit": limit, "value": value, **_by(next(said, None))})
    return found


def _by(change: Change | None) -> Row:
    """Since when and by what it is so; nothing where the file says it."""
    if change is None:
        return {"from": None, "reason": None, "document": None}
    return {"from": change.valid_from, "reason": change.reason, "document": change.document}
