"""What an operator's command does to an alert, or why it is refused."""

from datetime import datetime, timedelta
from typing import Any

from ioc.alerts import Rule, Status
from ioc.commands import Command
from ioc.roles import Roles
from streams.watch.alert import LEGAL, Alert, Transition

__all__ = ["Status", "following", "judged"]

_STATES: dict[str, Status] = {
    "acknowledge": "acknowledged",
    "assign": "assigned",
    "escalate": "escalated",
    "shelve": "shelved",
    "resolve": "resolved",
    "close": "closed",
}
_IDLE = frozenset({("acknowledge", "acknowledged"), ("step", "shelved"), ("explain", "shelved")})
"""Nothing to acknowledge any more; and work on what was put aside begins by taking it up again."""


def following(
    alert: Alert, rule: Rule | None, state: Status, at: datetime, role: str, **more: Any
) -> Transition:
    """The next transition of an alert."""
    plain: dict[str, Any] = {"severity": alert.severity, "kpi": rule.about if rule else None, **more}
    return Transition(
        alert.ref, alert.seqno + 1, alert.rule, alert.unit, state=state, role=role, at=at, **plain
    )


def judged(
    wish: Command,
    alert: Alert,
    rule: Rule | None,
    units: frozenset[str],
    roles: Roles | None,
    now: datetime,
) -> Transition | str:
    """The transition that a command brings, or the code of the reason why it is refused.

    Whose unit it is, is known where accounts are; here only whether the role may do this at all.
    """
    if (wish.seen.status, wish.seen.seqno) != (alert.status, alert.seqno):
        return "stale"
    state = _STATES.get(wish.action) or _same(alert.status)
    if roles is not None and (wrong := _forbidden(wish, alert, roles)) is not None:
        return wrong
    idle = (wish.action, alert.status) in _IDLE
    if idle or state not in LEGAL[alert.status]:
        return "illegal"
    if (wrong := _incomplete(wish, rule, units, now)) is not None:
        return wrong
    to_role, to_unit = wish.to_role, wish.to_unit
    if wish.action == "escalate" and to_role is None and rule is not None:
        later = rule.escalate[alert.level :]
        if not later:
            return "whom_needed"
        to_role, to_unit = later[0].role, to_unit or later[0].unit
    return following(
        alert, rule, state, now, wish.role,
        step=wish.step if wish.action == "step" else None,
        reason=wish.reason_code,
        to_role=to_role if wish.action in ("assign", "escalate") else None,
        to_unit=to_unit if wish.action in ("assign", "escalate") else None,
        until=_cut(wish.until) if wish.action == "shelve" and wish.until else None,
        command=wish.id,
    )  # fmt: skip


def _forbidden(wish: Command, alert: Alert, roles: Roles) -> str | None:
    if wish.role not in roles or (wish.to_role is not None and wish.to_role not in roles):
        return "role_unknown"
    permitted = roles.may(wish.role, wish.action, own=True, status=alert.status)
    return None if permitted else "not_permitted"


def _same(status: Status) -> Status:
    """Running a step or explaining takes the alert up and otherwise leaves it as it is."""
    return status if status in ("acknowledged", "assigned") else "acknowledged"


def _incomplete(wish: Command, rule: Rule | None, units: frozenset[str], now: datetime) -> str | None:
    """What a command lacks of what its action needs."""
    if wish.reason_code is not None and rule is not None and wish.reason_code not in rule.codes:
        return "reason_needed"
    if wish.to_unit is not None and wish.to_unit not in units:
        return "unit_unknown"
    if wish.action == "explain" and wish.reason_code is None:
        return "reason_needed"
    if wish.action == "step" and (rule is None or wish.step not in rule.steps):
        return "step_unknown"
    if wish.action == "assign" and wish.to_role is None and wish.to_unit is None:
        return "whom_needed"
    if wish.action == "shelve":
        longest = timedelta(minutes=rule.shelve_max_minutes if rule else 0)
        if wish.until is None or not now < wish.until <= now + longest:
            return "until_wrong"
    return None


def _cut(at: datetime) -> datetime:
    """To the millisecond, as events keep it."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
