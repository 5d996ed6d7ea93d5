"""How alerts are put in order and what is said of their time: pure, so that it can be tested."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict

from ioc.alerts import Rule
from ioc.calendar import WorkingCalendar
from ioc.messages import either, formats, say

RANK: Mapping[str, int] = {"critical": 0, "major": 1, "minor": 2, "info": 3}
WORKING_DAY = 480
"""Minutes of a working day."""
TONE: Mapping[str, str] = {"critical": "act", "major": "warn", "minor": "info", "info": "soft"}


class Alert(BaseModel):
    """One alert as the back office tells it; what it says beside this is not needed here."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    alert_ref: str
    rule: str
    name_vi: str
    name_en: str = ""
    kpi: str = ""
    unit: str = ""
    severity: str
    status: str
    seqno: int
    open: bool = True
    owner: str = ""
    to_unit: str = ""
    breaches: int | None = None
    raised_at: AwareDatetime
    acknowledged_at: AwareDatetime | None = None
    shelved_until: AwareDatetime | None = None
    reason: str = ""
    steps: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What its rule is called, in the language that is spoken."""
        return either({"name_vi": self.name_vi, "name_en": self.name_en}, "name")


@dataclass(frozen=True, slots=True)
class Due:
    """When somebody must have acted, and who is told if not.

    `taken`: somebody has taken it up; `working`: its time runs in working hours only.
    """

    at: datetime
    role: str
    taken: bool
    working: bool


def due(alert: Alert, rule: Rule | None, calendar: WorkingCalendar) -> Due | None:
    """The first instant at which the alert goes on to somebody else unless it is acted upon; None: never.

    Once it is acknowledged, only steps that ask for its end still count.
    """
    taken = alert.acknowledged_at is not None
    found: list[Due] = []
    for step in rule.escalate if rule else ():
        if step.when == "untouched" and taken:
            continue
        if step.after_working_minutes is not None:
            at = calendar.add_working_minutes(alert.raised_at, step.after_working_minutes)
        else:
            at = alert.raised_at + timedelta(minutes=step.after_minutes or 0)
        found.append(Due(at, step.role, taken, step.after_working_minutes is not None))
    return min(found, key=lambda each: each.at, default=None)


@dataclass(frozen=True, slots=True)
class Entry:
    """An alert with its time."""

    alert: Alert
    due: Due | None

    def overdue(self, now: datetime) -> bool:
        """Beyond its time, and not put aside on purpose."""
        return self.alert.status != "shelved" and self.due is not None and self.due.at < now

    def urgency(self, now: datetime) -> tuple[object, ...]:
        """Sorts the most urgent first: severity, put aside last, overdue first, then time left."""
        at = self.due.at if self.due else datetime.max.replace(tzinfo=now.tzinfo)
        shelved = self.alert.status == "shelved"
        rank = RANK.get(self.alert.severity, len(RANK))
        return shelved, rank, not self.overdue(now), at, self.alert.raised_at, self.alert.alert_ref


def ordered(entries: Iterable[Entry], now: datetime) -> list[Entry]:
    """The most urgent first."""
    return sorted(entries, key=lambda entry: entry.urgency(now))


def by_unit(entries: Sequence[Entry], now: datetime) -> list[tuple[str, list[Entry]]]:
    """Units with their alerts; the unit with the most urgent alert first."""
    groups: dict[str, list[Entry]] = {}
    for entry in ordered(entries, now):
        groups.setdefault(entry.alert.unit, []).append(entry)
    return list(groups.items())


def time_words(entry: Entry, now: datetime, role_name: Mapping[str, str], calendar: WorkingCalendar) -> str:
    """Time left or overdue: `quá hạn tiếp nhận 4 phút`; without a time, how long it has been open."""
    alert = entry.alert
    if alert.status == "shelved" and alert.shelved_until is not None:
        return say("shelved_until", at=formats.moment(alert.shelved_until, now))
    if entry.due is None:
        return say("since", age=formats.age((now - alert.raised_at).total_seconds()))
    keys = ("late_until", "left_until") if entry.due.taken else ("late_to", "left_to")
    key = keys[0] if entry.due.at < now else keys[1]
    role = role_name.get(entry.due.role, entry.due.role)
    return say(key, age=span(entry.due, now, calendar), role=role)


def span(due: Due, now: datetime, calendar: WorkingCalendar) -> str:
    """The time between now and then: `4 phút`, `6 giờ làm việc`, `2 ngày làm việc`."""
    first, last = min(now, due.at), max(now, due.at)
    if not due.working:
        return formats.age((last - first).total_seconds())
    minutes = calendar.working_minutes(first, last)
    if minutes >= WORKING_DAY:
        return say("working", age=say("days", n=formats.number(minutes // WORKING_DAY)))
    return say("working", age=formats.age(60 * minutes))
