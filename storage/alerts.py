"""Alerts in the store: their steps in the ledger, the answers to commands, the words of the rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from ioc.alerts import Rules
from ioc.commands import Command
from ioc.topics import ALERTS, Topic
from storage.client import Store

TRANSITION = "vn.gov.ioc.alert.transitioned.v1"
REMEMBERED_DAYS = 30
"""How long an alert that is over still counts for what is raised after it."""
FIRST = 2**62


@dataclass(frozen=True)
class Stated:
    """One step of an alert as the ledger holds it."""

    id: str
    seqno: int
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What became of a command. `status` and `seqno`: of the alert after it, if there is one."""

    command: Command
    accepted: bool
    reason: str
    status: str
    seqno: int
    at: datetime


def landed_until(store: Store, topic: Topic, topic_id: UUID) -> int:
    """The offset behind the last record of a one-partition log that the ledger holds, 0 without any."""
    rows = store.query(
        "SELECT max(held.last) + 1, count() FROM ioc.ledger_totals AS held"
        " WHERE topic = %(topic)s AND topic_id = %(id)s",
        {"topic": topic.name, "id": str(topic_id)},
    )
    return int(rows[0][0]) if rows[0][1] else 0


def history(store: Store, tenant: str) -> list[Stated]:
    """All steps of the alerts that are open, and of those of the last weeks, in the order of the log."""
    rows = store.query(
        f"SELECT id, seqno, data FROM ioc.{ALERTS.ledger}"  # noqa: S608
        " WHERE verdict = 'counted' AND type = %(type)s AND tenant = %(tenant)s"
        " AND (logged_at > now() - toIntervalDay(%(days)s) OR subject IN"
        " (SELECT subject FROM ioc.cases_alert FINAL WHERE open = 1 AND tenant = %(tenant)s))"
        " ORDER BY logged_at, offset",  # the order of the log, whatever its topic's id was then
        {"type": TRANSITION, "tenant": tenant, "days": REMEMBERED_DAYS},
    )
    return [Stated(row[0], row[1], orjson.loads(row[2])) for row in rows]


def answered_until(store: Store, topic_id: UUID) -> int:
    """The offset on ioc.control behind the last command that was answered."""
    rows = store.query(
        "SELECT max(offset) + 1, count() FROM ioc.command_outcomes WHERE topic_id = %(id)s",
        {"id": str(topic_id)},
    )
    return int(rows[0][0]) if rows[0][1] else 0


def answered(store: Store, command: UUID) -> bool:
    """Whether a command has its answer."""
    rows = store.query("SELECT count() FROM ioc.command_outcomes WHERE id = %(id)s", {"id": str(command)})
    return bool(rows[0][0])


def answer(store: Store, outcome: Outcome, topic_id: UUID, offset: int) -> None:
    """Keep an answer; the first one to a command stands."""
    command = outcome.command
    row: dict[str, Any] = {
        "id": command.id,
        "topic_id": topic_id,
        "offset": offset,
        "alert_ref": command.alert_ref,
        "action": command.action,
        "role": command.role,
        "actor": command.actor,
        "accepted": int(outcome.accepted),
        "reason": outcome.reason,
        "status": outcome.status,
        "seqno": outcome.seqno,
        "answered_at": outcome.at,
        "version": FIRST - offset,
    }
    store.insert("ioc.command_outcomes", list(row), [[value] for value in row.values()])


def load_rules(store: Store, rules: Rules, tenant: str, version: int) -> None:
    """The words of the rules for readers; those that are gone become inactive."""
    known = {
        name for (name,) in store.query(
            "SELECT rule FROM ioc.ref_alert_rules FINAL WHERE tenant = %(tenant)s AND active = 1",
            {"tenant": tenant},
        )
    }  # fmt: skip
    rows = [_row(rules, name, tenant, version) for name in sorted(known | set(rules))]
    if rows:
        store.insert("ioc.ref_alert_rules", list(rows[0]), [list(column) for column in _columns(rows)])


def _row(rules: Rules, name: str, tenant: str, version: int) -> dict[str, Any]:
    rule = rules.get(name)
    row: dict[str, Any] = {
        "tenant": tenant,
        "rule": name,
        "active": int(rule is not None),
        "version": version,
    }
    steps, reasons = (rule.procedure, rule.reasons) if rule else ((), ())
    return {
        **row,
        "name_vi": rule.name.vi if rule else "",
        "name_en": rule.name.en if rule else "",
        "severity": rule.severity if rule else "",
        "kpi": (rule.about or "") if rule else "",
        "owner": rule.owner if rule else "",
        "quiet": rule.quiet if rule else "",
        "step_ids": [step.id for step in steps],
        "steps_vi": [step.text.vi for step in steps],
        "steps_en": [step.text.en for step in steps],
        "reason_codes": [reason.code for reason in reasons],
        "reasons_vi": [reason.text.vi for reason in reasons],
        "reasons_en": [reason.text.en for reason in reasons],
    }


def _columns(rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    return list(zip(*(row.values() for row in rows), strict=True))


LISTED = (
    "alert_ref", "rule", "name_vi", "name_en", "unit", "severity", "status", "seqno", "open", "owner",
    "to_unit", "escalated", "breaches", "raised_at", "acknowledged_at", "changed_at", "changed_by",
    "shelved_until", "ended_at", "reason", "steps",
)  # fmt: skip


def listed(store: Store, *, only_open: bool = True, limit: int = 1000) -> list[dict[str, Any]]:
    """Alerts for readers: the gravest first, then the oldest."""
    where = "WHERE open = 1" if only_open else ""
    rows = store.query(
        f"SELECT {', '.join(LISTED)} FROM ioc_read.alerts {where}"  # noqa: S608
        f" ORDER BY open DESC, rank, raised_at LIMIT {limit:d}"  # as a list is worked through
    )
    return [dict(zip(LISTED, row, strict=True)) for row in rows]


def named(store: Store, ref: str) -> list[dict[str, Any]]:
    """Alerts whose reference begins so; more than one if it is too short."""
    rows = store.query(
        f"SELECT {', '.join(LISTED)} FROM ioc_read.alerts"  # noqa: S608
        " WHERE startsWith(alert_ref, %(ref)s) ORDER BY alert_ref LIMIT 10",
        {"ref": ref},
    )
    return [dict(zip(LISTED, row, strict=True)) for row in rows]


def latest(store: Store, ref: str) -> tuple[str, int] | None:
    """(status, seqno) of an alert as the ledger last heard of it, which is before its case says so."""
    rows = store.query(
        "SELECT argMax(state, seqno), max(seqno), count() FROM ioc_read.alert_history"
        " WHERE alert_ref = %(ref)s",
        {"ref": ref},
    )
    return (str(rows[0][0]), int(rows[0][1])) if rows[0][2] else None


def shown(store: Store, ref: str) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
    """One alert with its steps; None when there is none of that name."""
    rows = store.query(
        f"SELECT {', '.join(LISTED)} FROM ioc_read.alerts WHERE alert_ref = %(ref)s",  # noqa: S608
        {"ref": ref},
    )
    if not rows:
        return None
    names = ("seqno", "at", "state", "severity", "role", "to_role", "to_unit", "reason", "step")
    steps = store.query(
        f"SELECT {', '.join(names)} FROM ioc_read.alert_history"  # noqa: S608
        " WHERE alert_ref = %(ref)s ORDER BY seqno",
        {"ref": ref},
    )
    return dict(zip(LISTED, rows[0], strict=True)), [dict(zip(names, step, strict=True)) for step in steps]


def outcome(store: Store, command: UUID) -> tuple[bool, str, str, int] | None:
    """(accepted, reason, status, seqno) of a command; None as long as it is not answered."""
    rows = store.query(
        "SELECT accepted, reason, status, seqno FROM ioc_read.command_outcomes WHERE id = %(id)s",
        {"id": str(command)},
    )
    return (bool(rows[0][0]), rows[0][1], rows[0][2], int(rows[0][3])) if rows else None
