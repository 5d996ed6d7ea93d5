"""An alert as the sum of its transitions: what recovery from the ledger and the running machine share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid5

from ioc.alerts import ENDS, SPACE, WATCH, Escalation, Rule, Severity, Status
from ioc.errors import IocError

OPEN: frozenset[str] = frozenset({"raised", "acknowledged", "assigned", "escalated", "shelved"})
_TAKEN: frozenset[str] = frozenset({"acknowledged", "assigned", "escalated", "shelved", "resolved"})
LEGAL: Mapping[str, frozenset[str]] = {
    "": frozenset({"raised"}),
    "raised": _TAKEN,
    "acknowledged": _TAKEN | {"raised"},
    "assigned": _TAKEN | {"raised"},
    "escalated": _TAKEN | {"raised", "closed"},
    "shelved": _TAKEN | {"raised"},
    "resolved": frozenset({"closed"}),
    "closed": frozenset(),
}
"""From which status to which; a step that is run or explained states the status anew."""


class Impossible(IocError):
    """A transition that no alert can make."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One step of one alert: what an event alert.transitioned states. `command`: whose wish it was."""

    ref: str
    seqno: int
    rule: str
    unit: str
    severity: Severity
    state: Status
    role: str
    at: datetime
    kpi: str | None = None
    step: str | None = None
    reason: str | None = None
    to_role: str | None = None
    to_unit: str | None = None
    until: datetime | None = None
    count: int | None = None
    command: UUID | None = None

    @property
    def id(self) -> str:
        """Of its event: the same wish, or the same step of the same alert, is the same event."""
        return str(uuid5(SPACE, f"{self.command or f'{self.ref}/{self.seqno}'}"))


@dataclass(frozen=True, slots=True)
class Alert:
    """Where an alert stands. `touched_at`: somebody took it up since it was last raised.

    `level`: how many escalations of the rule it has been through since then. `by_hand`: a person ended it, at
    `ended_at`; closing what is resolved does not change that.
    """

    ref: str
    rule: str
    unit: str
    severity: Severity
    status: Status
    seqno: int
    raised_at: datetime
    changed_at: datetime
    owner: str
    level: int = 0
    touched_at: datetime | None = None
    to_unit: str | None = None
    until: datetime | None = None
    by_hand: bool = False
    ended_at: datetime | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.rule, self.unit

    @property
    def open(self) -> bool:
        return self.status in OPEN


def applied(alert: Alert | None, step: Transition, rule: Rule | None) -> Alert:
    """The alert after a transition. Raises `Impossible`."""
    before = alert.status if alert else ""
    if step.state not in LEGAL[before] or step.seqno != (alert.seqno + 1 if alert else 1):
        raise Impossible(f"alert {step.ref}: {before or 'nothing'} cannot become {step.state} #{step.seqno}")
    owner = rule.owner if rule else ""
    if alert is None:
        return Alert(
            step.ref,
            step.rule,
            step.unit,
            step.severity,
            "raised",
            1,
            step.at,
            step.at,
            step.to_role or owner,
        )
    by_hand = step.role != WATCH
    changed = replace(
        alert,
        status=step.state,
        seqno=step.seqno,
        changed_at=step.at,
        severity=step.severity,
        until=step.until,
    )
    if step.to_role:
        changed = replace(changed, owner=step.to_role)
    if step.to_unit:
        changed = replace(changed, to_unit=step.to_unit)
    if step.state == "raised":
        return replace(
            changed, raised_at=step.at, touched_at=None, level=0, owner=step.to_role or owner, to_unit=None
        )
    if step.state in ENDS:
        return changed if alert.ended_at else replace(changed, by_hand=by_hand, ended_at=step.at)
    if by_hand:
        changed = replace(changed, touched_at=step.at)
    if step.state == "escalated" and rule is not None:
        changed = replace(changed, level=_level(rule.escalate, alert.level, step.to_role))
    return changed


def _level(steps: Sequence[Escalation], level: int, role: str | None) -> int:
    """The level after an escalation to a role: behind the next step that names it."""
    later = (index + 1 for index, step in enumerate(steps) if index >= level and step.role == role)
    return next(later, level)


def folded(steps: Iterable[Transition], rules: Mapping[str, Rule]) -> dict[str, Alert]:
    """Alerts by reference from all their transitions, in any order; one with a gap in front is left out."""
    by_ref: dict[str, dict[int, Transition]] = {}
    for step in steps:
        by_ref.setdefault(step.ref, {}).setdefault(step.seqno, step)
    found = {}
    for ref, numbered in by_ref.items():
        alert: Alert | None = None
        for _, step in sorted(numbered.items()):
            try:
                alert = applied(alert, step, rules.get(step.rule))
            except Impossible:
                break
        if alert is not None:
            found[ref] = alert
    return found
