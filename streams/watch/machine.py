"""The alert machine: what is seen, what operators wish and what time it is become transitions. No I/O.

It is a fold over its own transitions (`recover`), so a machine that is started again from the ledger goes on
where the last one was. A look that cannot be trusted changes nothing: it neither raises nor ends an alert.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ioc.alerts import WATCH, Escalation, Rule, alert_ref
from ioc.calendar import WorkingCalendar
from ioc.commands import Command
from ioc.roles import Roles
from streams.watch import wishes
from streams.watch.alert import Alert, Transition, applied, folded

GONE = "watch_cleared"
"""The reason code of an alert that ended because nothing breaches its rule any more."""
RETIRED = "watch_retired"
"""The reason code of an alert whose rule is no longer in the catalogue."""
_INSTANT = timedelta(milliseconds=1)
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Breach:
    """A unit that breaches a rule: since when, since when the newest of its cases does, and how many do."""

    since: datetime
    newest: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Look:
    """One look at everything a rule is over. `between`: units that neither breach it nor are clear of it.

    `next_at`: when the next breach will begin if nothing happens.
    """

    rule: str
    breaches: Mapping[str, Breach] = field(default_factory=dict)
    between: frozenset[str] = frozenset()
    next_at: datetime | None = None
    trusted: bool = True


class Machine:
    """All alerts of one tenant. Not thread-safe."""

    def __init__(
        self,
        rules: Mapping[str, Rule],
        calendar: WorkingCalendar,
        units: frozenset[str],
        roles: Roles | None = None,
    ) -> None:
        """`roles`: what each may do; without them, everything."""
        self._rules = rules
        self._calendar = calendar
        self._units = units
        self._roles = roles
        self._open: dict[Key, Alert] = {}
        self._by_ref: dict[str, Alert] = {}
        self._ended: dict[Key, Alert] = {}
        self._pending: dict[Key, datetime] = {}
        self._clear: dict[Key, datetime] = {}
        self._told: set[Key] = set()
        """States that a person called resolved and that were not seen gone since."""
        self._look_at: dict[str, datetime] = {}

    @property
    def open(self) -> list[Alert]:
        """Alerts that are not over, in the order of rules and units."""
        return [self._open[key] for key in sorted(self._open)]

    def get(self, ref: str) -> Alert | None:
        return self._by_ref.get(ref)

    def recover(self, steps: Iterable[Transition]) -> None:
        """Take over what earlier machines did. Call it once, on a new machine."""
        for alert in sorted(folded(steps, self._rules).values(), key=lambda each: each.changed_at):
            self._keep(alert)

    # --- what is seen ---------------------------------------------------------------------------------

    def observe(self, look: Look, now: datetime) -> list[Transition]:
        """What a look means. An untrusted one means nothing, but will be repeated."""
        rule = self._rules.get(look.rule)
        self._look_at.pop(look.rule, None)
        if rule is None or not look.trusted:
            return []
        found: list[Transition] = []
        wakes = [] if look.next_at is None else [look.next_at + _minutes(rule.after_minutes)]
        for unit, breach in look.breaches.items():
            found += self._breached(rule, unit, breach, now, wakes)
        known = {key for key in (*self._open, *self._pending, *self._told) if key[0] == rule.id}
        for key in sorted(known):
            if key[1] not in look.breaches:
                self._pending.pop(key, None)
                if key[1] in look.between:
                    self._clear.pop(key, None)
                else:
                    found += self._cleared(rule, key, now, wakes)
        if wakes:
            self._look_at[rule.id] = min(wakes)
        return found

    def _breached(
        self, rule: Rule, unit: str, breach: Breach, now: datetime, wakes: list[datetime]
    ) -> list[Transition]:
        key = rule.id, unit
        self._clear.pop(key, None)
        if alert := self._open.get(key):
            return self._renewed(rule, alert, breach, now, wakes)
        before = self._ended.get(key)
        ended = before.ended_at if before else None
        known = key in self._told if rule.lasting else ended is not None and breach.newest <= ended
        if before is not None and ended is not None and before.by_hand and known:
            again = ended + _minutes(rule.again_minutes)
            if now < again:
                wakes.append(again)
                return []
        since = self._pending[key] = min(breach.since, self._pending.get(key, breach.since))
        due = since + _minutes(rule.after_minutes)
        if due > now:
            wakes.append(due)
            return []
        if (opens := self._working(rule, now)) > now:
            wakes.append(opens)
            return []
        # After the end of the last alert of this rule and unit: no two alerts share a name.
        first = since if ended is None else max(since, ended + _INSTANT)
        told = None if rule.personal else breach.count
        step = Transition(
            alert_ref(rule.id, unit, first), 1, rule.id, unit, rule.severity, "raised", WATCH, now,
            kpi=rule.about, to_role=rule.owner, count=told,
        )  # fmt: skip
        return [self._apply(step)]

    def _renewed(
        self, rule: Rule, alert: Alert, breach: Breach, now: datetime, wakes: list[datetime]
    ) -> list[Transition]:
        """Something breached after somebody took the alert up: it is raised again, as one and the same."""
        taken = alert.touched_at
        if not rule.renew or alert.status == "shelved" or taken is None or breach.newest <= taken:
            return []
        if (opens := self._working(rule, now)) > now:
            wakes.append(opens)
            return []
        step = self._next(alert, "raised", now, to_role=rule.owner, severity=rule.severity)
        return [self._apply(replace(step, count=None if rule.personal else breach.count))]

    def _cleared(self, rule: Rule, key: Key, now: datetime, wakes: list[datetime]) -> list[Transition]:
        alert = self._open.get(key)
        if alert is None:
            self._told.discard(key)
            return []
        since = self._clear.setdefault(key, now)
        ends = since + _minutes(rule.clear_minutes)
        if ends > now:
            wakes.append(ends)
            return []
        return [self._apply(self._next(alert, "resolved", now, reason=GONE))]

    # --- what time brings -----------------------------------------------------------------------------

    def advance(self, now: datetime) -> list[Transition]:
        """Escalations and ends of shelving that are due."""
        found = []
        for alert in self.open:
            if alert.rule not in self._rules:
                found.append(self._apply(self._next(alert, "resolved", now, reason=RETIRED)))
            elif (back := self._comes_back(alert)) is not None and back <= now:
                owner = self._rules[alert.rule].owner
                found.append(self._apply(self._next(alert, "raised", now, to_role=owner)))
            else:
                found += self._escalated(alert, now)
        return found

    def _comes_back(self, alert: Alert) -> datetime | None:
        """When a shelved alert is raised again; None for one that is not shelved."""
        if alert.status != "shelved" or alert.until is None:
            return None
        return self._working(self._rules[alert.rule], alert.until)

    def _escalated(self, alert: Alert, now: datetime) -> list[Transition]:
        found = []
        while (due := self._escalates(alert)) is not None and due[0] <= now:
            to = due[1]
            step = self._next(
                alert,
                "escalated",
                now,
                to_role=to.role,
                to_unit=to.unit,
                severity=to.severity or alert.severity,
            )
            found.append(self._apply(step))
            alert = self._by_ref[alert.ref]
        return found

    def _escalates(self, alert: Alert) -> tuple[datetime, Escalation] | None:
        """When the alert goes on to whom; None when it does not by itself."""
        if alert.status == "shelved":
            return None
        for step in self._rules[alert.rule].escalate[alert.level :]:
            if step.when == "untouched" and alert.touched_at is not None:
                continue
            if step.after_working_minutes is not None:
                at = self._calendar.add_working_minutes(alert.raised_at, step.after_working_minutes)
            else:
                at = alert.raised_at + _minutes(step.after_minutes or 0)
            return at, step
        return None

    def next_at(self) -> datetime | None:
        """When `advance` has something to do, or a look is due; None: only an event can bring that."""
        times = list(self._look_at.values())
        for alert in self.open:
            if alert.rule not in self._rules:
                times.append(alert.changed_at)
            elif (back := self._comes_back(alert)) is not None:
                times.append(back)
            elif (due := self._escalates(alert)) is not None:
                times.append(due[0])
        return min(times, default=None)

    def due(self, now: datetime) -> frozenset[str]:
        """Rules whose next look is due."""
        return frozenset(rule for rule, at in self._look_at.items() if at <= now)

    # --- what operators wish --------------------------------------------------------------------------

    def command(self, wish: Command, now: datetime) -> Transition | str:
        """The transition that a command brings, or the code of the reason why it is refused."""
        alert = self._by_ref.get(wish.alert_ref)
        if alert is None:
            return "unknown_alert"
        done = wishes.judged(wish, alert, self._rules.get(alert.rule), self._units, self._roles, now)
        if isinstance(done, str):
            return done
        return self._apply(done)

    # --- bookkeeping ----------------------------------------------------------------------------------

    def _working(self, rule: Rule, at: datetime) -> datetime:
        """The instant itself, or when work begins again if the rule keeps quiet until then."""
        return at if rule.quiet == "never" else self._calendar.working_from(at)

    def _next(self, alert: Alert, state: wishes.Status, now: datetime, **more: object) -> Transition:
        return wishes.following(alert, self._rules.get(alert.rule), state, now, WATCH, **more)

    def _apply(self, step: Transition) -> Transition:
        self._keep(applied(self._by_ref.get(step.ref), step, self._rules.get(step.rule)))
        return step

    def _keep(self, alert: Alert) -> None:
        self._by_ref[alert.ref] = alert
        key = alert.key
        if alert.open:
            self._open[key] = alert
            self._pending.pop(key, None)
            self._told.discard(key)
            return
        if (held := self._open.get(key)) is not None and held.ref == alert.ref:
            del self._open[key]
        self._clear.pop(key, None)
        rule = self._rules.get(alert.rule)
        if alert.by_hand and rule is not None and rule.lasting:
            self._told.add(key)
        last = self._ended.get(key)
        if last is None or last.ended_at is None or alert.ended_at is None or last.ended_at <= alert.ended_at:
            self._ended[key] = alert


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)
