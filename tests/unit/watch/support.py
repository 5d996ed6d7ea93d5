"""Rules, commands and looks for the machine's tests."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from ioc.alerts import Rule
from ioc.commands import Command, Seen, build
from ioc.reference import Catalogue
from streams.watch.alert import Alert
from streams.watch.machine import Breach, Look, Machine

CATALOGUE = Catalogue.load()
UNITS = frozenset({"G09.901", "G09.902", "G09.903"})


def at(text: str) -> datetime:
    """`2026-03-02 08:00` in Vietnam, a Monday."""
    return datetime.fromisoformat(f"{text}:00+07:00").astimezone(UTC)


def second(text: str) -> datetime:
    """`2026-03-02 08:00:00` in Vietnam."""
    return datetime.fromisoformat(f"{text}+07:00").astimezone(UTC)


def rule(name: str = "r", **fields: Any) -> Rule:
    """A rule over cases that is never quiet, unless said otherwise."""
    plain: dict[str, Any] = {
        "id": name,
        "name": {"vi": "Quy tắc", "en": "Rule"},
        "over": "cases",
        "cases": {"view": "document_in", "since": "due_at"},
        "severity": "major",
        "quiet": "never",
        "owner": "truc_ca_ioc",
        "procedure": [{"id": "goi", "text": {"vi": "Gọi", "en": "Call"}}],
        "reasons": [{"code": "nham", "text": {"vi": "Nhầm", "en": "Wrong"}}],
    }
    return Rule.model_validate({**plain, **fields})


def machine(*rules: Rule) -> Machine:
    return Machine({each.id: each for each in rules}, CATALOGUE.calendar, UNITS)


def breach(since: str, newest: str = "", count: int = 1) -> Breach:
    return Breach(at(since), at(newest or since), count)


def look(name: str = "r", **breaches: Breach) -> Look:
    """Units as `u901=…`."""
    return Look(name, {f"G09.{unit[1:]}": found for unit, found in breaches.items()})


def wish(alert: Alert, action: Any, now: datetime, *, seen: Seen | None = None, **more: Any) -> Command:
    """A command on the alert as it is, unless said otherwise."""
    return build(
        alert.ref,
        action,
        role=more.pop("role", "truc_ca_ioc"),
        actor="ca_sang",
        seen=seen or Seen(status=alert.status, seqno=alert.seqno),
        at=now,
        **more,
    )


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def number(n: int) -> UUID:
    return UUID(int=n)
