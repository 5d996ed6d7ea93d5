"""Open alerts as a wall needs them: what is wrong, where, since when, and who has taken it up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboards.wall import words
from ioc.messages import named, say

MOST = 60
"""Alerts read: far more than anybody can act upon; how many there are of each kind is counted apart."""
SHELVED = "shelved"

STATEMENT = f"""
SELECT alert_ref, rule, name_vi AS name, toString(unit) AS unit, toString(severity) AS severity,
  toString(status) AS status, raised_at, toString(owner) AS owner, toString(to_unit) AS to_unit, escalated
FROM ioc_read.alerts WHERE open
ORDER BY status = '{SHELVED}', rank, isNotNull(acknowledged_at), raised_at, alert_ref LIMIT {MOST}
"""  # noqa: S608
TAKEN = """
SELECT alert_ref, argMaxIf(role, seqno, state IN ('acknowledged', 'assigned')) AS taken_by
FROM ioc_read.alert_history
WHERE alert_ref IN (SELECT alert_ref FROM ioc_read.alerts WHERE open)
GROUP BY alert_ref
HAVING maxIf(seqno, state IN ('acknowledged', 'assigned')) > maxIf(seqno, state = 'raised')
"""
"""Open alerts that somebody has taken up since they were last raised: one raised again waits again."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An open alert. `unit` and `to_unit` are codes; `taken_by`: the role that took it up since it was last
    raised, "" while nobody did."""

    ref: str
    rule: str
    name: str
    unit: str
    severity: str
    status: str
    raised_at: datetime
    owner: str = ""
    to_unit: str = ""
    escalated: bool = False
    taken_by: str = ""

    @property
    def critical(self) -> bool:
        return self.severity == "critical" and self.status != SHELVED

    @property
    def stands(self) -> bool:
        """Critical, and nobody has taken it up: what a wall stops for."""
        return self.critical and not self.taken_by


def read(rows: Sequence[Mapping[str, Any]], taken: Sequence[Mapping[str, Any]] = ()) -> tuple[Alarm, ...]:
    """The rows of `STATEMENT` and of `TAKEN`."""
    by = {str(row["alert_ref"]): str(row["taken_by"]) for row in taken}
    return tuple(
        Alarm(
            ref=str(row["alert_ref"]),
            rule=str(row["rule"]),
            name=str(row["name"]),
            unit=str(row["unit"]),
            severity=str(row["severity"]),
            status=str(row["status"]),
            raised_at=row["raised_at"],
            owner=str(row["owner"]),
            to_unit=str(row["to_unit"]),
            escalated=bool(row["escalated"]),
            taken_by=by.get(str(row["alert_ref"]), ""),
        )
        for row in rows
    )


def state(alarm: Alarm, role: Callable[[str], str], unit: Callable[[str], str]) -> str:
    """Its state in words, with who has it: `đã tiếp nhận: Trực ca IOC`, `đã giao Vụ Pháp chế`, `mới`.

    `role`, `unit`: what a code is called.
    """
    said = named("status", alarm.status)
    said = said[:1].lower() + said[1:]
    if alarm.status == "assigned" and alarm.to_unit:
        return say("strip.given", state=said, unit=unit(alarm.to_unit))
    if alarm.taken_by:
        return f"{said}: {role(alarm.taken_by)}"
    return say("strip.untaken", state=said) if alarm.status == "escalated" else said


def since(alarm: Alarm, now: datetime) -> str:
    """`từ 10:28 (14 phút)`."""
    age = words.age((now - alarm.raised_at).total_seconds())
    return say("strip.since", at=words.moment(alarm.raised_at, now), age=age)
