"""Transitions as events and back: alert.transitioned, stated by the centre itself."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ioc.contracts import Envelope, build
from storage.alerts import Stated
from streams.watch.alert import Transition

NAME = "alert.transitioned"
SOURCE = "ioc"


def envelope(step: Transition, tenant: str) -> Envelope:
    """The event of a transition; stated again it is the same event."""
    data: dict[str, Any] = {
        "alert_ref": step.ref,
        "rule_id": step.rule,
        "kpi_id": step.kpi,
        "org": step.unit,
        "severity": step.severity,
        "state": step.state,
        "actor_role": step.role,
        "sop_step": step.step,
        "reason_code": step.reason,
        "to_role": step.to_role,
        "to_unit": step.to_unit,
        "until": step.until,
        "breaches": step.count,
        "at": step.at,
    }
    return build(
        NAME,
        source=f"urn:ioc:{tenant}:{SOURCE}",
        id=step.id,
        time=step.at,
        orgunit=step.unit,
        seqno=step.seqno,
        producedat=step.at,
        data={name: value for name, value in data.items() if value is not None},
        tenant=tenant,
    )


def transition(stated: Stated) -> Transition:
    """The transition that an event of the ledger states."""
    data: Mapping[str, Any] = stated.data
    until = data.get("until")
    return Transition(
        data["alert_ref"],
        stated.seqno,
        data["rule_id"],
        data["org"],
        data["severity"],
        data["state"],
        data["actor_role"],
        _instant(data["at"]),
        kpi=data.get("kpi_id"),
        step=data.get("sop_step"),
        reason=data.get("reason_code"),
        to_role=data.get("to_role"),
        to_unit=data.get("to_unit"),
        until=_instant(until) if until else None,
        count=data.get("breaches"),
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
