"""What two persons decided about targets, weights and thresholds, and how far each decision is."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from ioc.deciding import Decided
from ioc.decisions import Change, Decision, Limit, Stage, What, Why
from ioc.kpis import Kpis
from storage.client import Store

_COLUMNS = (
    *(
        "id",
        "what",
        "about",
        "dim",
        "due",
        "limit_of",
        "value",
        "weights",
        "valid_from",
        "reason",
        "document",
    ),
    *("stage", "before", "account", "role", "at", "until", "ended_by", "ended_role", "ended_at", "taken_at"),
)
MOST = 1000
"""Decisions of one answer, the newest: of decades."""


def keep(store: Store, tenant: str, decision: Decision, at: datetime) -> None:
    """Write a decision as it is now. Sent again after a failure it is still that."""
    change = decision.change
    row: dict[str, object] = {
        "tenant": tenant,
        "id": decision.id,
        "what": change.what.value,
        "about": change.about,
        "dim": change.dim,
        "due": change.by,
        "limit_of": change.limit.value if change.limit else "",
        "value": change.value,
        "weights": dict(change.weights),
        "valid_from": change.valid_from,
        "reason": change.reason.value if change.reason else "",
        "document": change.document or "",
        "stage": decision.stage.value,
        "before": dict(decision.before),
        "account": decision.account,
        "role": decision.role,
        "at": decision.at,
        "until": decision.until,
        "ended_by": decision.ended_by,
        "ended_role": decision.ended_role,
        "ended_at": decision.ended_at,
        "taken_at": decision.taken_at,
        "version": round(at.timestamp() * 1000),
    }
    store.insert("ioc.decisions", list(row), [[value] for value in row.values()])


def listed(store: Store, tenant: str) -> list[Decision]:
    """All decisions, the oldest first."""
    return _asked(store, tenant, "1")


def find(store: Store, tenant: str, decision: UUID) -> Decision | None:
    """One decision; None: there is none."""
    rows = _asked(store, tenant, "id = %(id)s", {"id": str(decision)})
    return rows[0] if rows else None


def decided(store: Store, tenant: str, kpis: Kpis) -> Decided:
    """The KPIs of the files with what was decided about them."""
    return Decided(kpis, _asked(store, tenant, "stage IN ('approved', 'taken')"))


def _asked(
    store: Store, tenant: str, condition: str, given: dict[str, object] | None = None
) -> list[Decision]:
    rows = store.query(
        f"SELECT {', '.join(_COLUMNS)} FROM ioc_read.decisions"  # noqa: S608 (conditions are ours)
        f" WHERE tenant = %(tenant)s AND {condition} ORDER BY at DESC, id LIMIT {MOST}",
        {**(given or {}), "tenant": tenant},
    )
    return [_decision(row) for row in reversed(rows)]


def _decision(row: Sequence[Any]) -> Decision:
    named = dict(zip(_COLUMNS, row, strict=True))
    change = Change(
        what=What(named["what"]),
        about=named["about"],
        dim=named["dim"],
        by=named["due"],
        limit=Limit(named["limit_of"]) if named["limit_of"] else None,
        value=named["value"],
        weights=named["weights"],
        valid_from=named["valid_from"],
        reason=Why(named["reason"]) if named["reason"] else None,
        document=named["document"] or None,
    )
    return Decision(
        id=UUID(str(named["id"])),
        change=change,
        account=named["account"],
        role=named["role"],
        at=_utc(named["at"]),
        until=_utc(named["until"]),
        stage=Stage(named["stage"]),
        before=named["before"],
        ended_by=named["ended_by"],
        ended_role=named["ended_role"],
        ended_at=_utc(named["ended_at"]) if named["ended_at"] else None,
        taken_at=_utc(named["taken_at"]) if named["taken_at"] else None,
    )


def _utc(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
