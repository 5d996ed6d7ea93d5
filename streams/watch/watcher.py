"""The watcher: the machine with the store around it, one round after another. Knows no Kafka.

A round gives transitions to publish; they count as made only once they are published: `Unpublished` work is
forgotten with the watcher, and a new one recovers from the ledger.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from ioc.alerts import Rules
from ioc.clock import Clock
from ioc.commands import Command
from ioc.kpis import Kpis
from ioc.reference import Catalogue
from ioc.roles import Roles
from storage import alerts
from storage.alerts import Outcome
from storage.client import Store
from streams.reduce.worktime import milliseconds
from streams.watch.alert import Transition
from streams.watch.events import transition
from streams.watch.looking import Looking
from streams.watch.machine import Machine

LONGEST_S = 2.0
"""A round at least this often: what came with a tick is looked at by then."""

ROUND_S = 0.5
"""After so long the rules that are left wait for the next round: an urgent deadline may come meanwhile."""

SLOW_S = 60
"""Rules that are looked at more rarely may look at much, and are not begun just before a deadline."""
NEAR = timedelta(seconds=10)
PATIENCE = timedelta(minutes=5)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

log = logging.getLogger("ioc.watch")


@dataclass(frozen=True)
class Reply:
    """A command's answer, and the transition that it brought."""

    outcome: Outcome
    step: Transition | None


class Watcher:
    """Rules, alerts and the store of one tenant. Not thread-safe."""

    def __init__(
        self,
        store: Store,
        catalogue: Catalogue,
        kpis: Kpis,
        rules: Rules,
        roles: Roles,
        *,
        tenant: str,
        clock: Clock,
    ) -> None:
        self._store = store
        self._tenant = tenant
        self._clock = clock
        self._rules = rules.about(kpis)
        self._looking = Looking(store, catalogue, kpis, tenant)
        self._machine = Machine(self._rules, catalogue.calendar, frozenset(catalogue.units.codes), roles)
        self._looked: dict[str, datetime] = {}
        self._made: set[str] = set()

    @property
    def machine(self) -> Machine:
        return self._machine

    def recover(self) -> None:
        """Take over from the ledger, which must hold everything that was published."""
        steps = alerts.history(self._store, self._tenant)
        self._made = {step.id for step in steps}
        self._machine.recover(transition(step) for step in steps)
        alerts.load_rules(self._store, self._rules, self._tenant, milliseconds(self._clock.now()))
        log.info("watching %d rules, %d alerts are open", len(self._rules), len(self._machine.open))

    def round(self) -> list[Transition]:
        """Look at what is due, and see what time has brought."""
        now = self.now()
        due = self._due(now)
        found: list[Transition] = []
        if due:
            around = self._looking.around(now)
            began = self._clock.monotonic()
            for count, rule in enumerate(due):
                if count > 1 and self._clock.monotonic() - began > ROUND_S:
                    break
                found += self._machine.observe(self._looking.look(self._rules[rule], around), now)
                self._looked[rule] = now
        return found + self._machine.advance(now)

    def _due(self, now: datetime) -> list[str]:
        """Rules to look at: with a deadline now or the most urgent first, then who has waited longest."""
        wanted = self._machine.due(now)
        near = self._machine.next_at()
        busy = near is not None and near - now < NEAR
        due = [
            rule for rule in self._rules
            if rule in wanted or (self._often(rule) <= now and not (busy and self._can_wait(rule, now)))
        ]  # fmt: skip

        def turn(rule: str) -> tuple[bool, datetime]:
            urgent = rule in wanted or self._rules[rule].every_seconds <= LONGEST_S
            return not urgent, self._often(rule)

        return sorted(due, key=turn)

    def _can_wait(self, rule: str, now: datetime) -> bool:
        """Whether a rule that looks at much may let a deadline pass first."""
        return self._rules[rule].every_seconds >= SLOW_S and now - self._often(rule) < PATIENCE

    def _often(self, rule: str) -> datetime:
        """When a rule is looked at again, whatever happens."""
        last = self._looked.get(rule)
        if last is None:
            return LONG_AGO
        return last + timedelta(seconds=self._rules[rule].every_seconds)

    def rest_s(self) -> float:
        """Seconds until there is something to do, if nothing happens."""
        now = self.now()
        times = [self._often(rule) for rule in self._rules]
        times += [at] if (at := self._machine.next_at()) is not None else []
        until = min(times, default=now + timedelta(seconds=LONGEST_S)) - now
        return min(max(until.total_seconds(), 0.0), LONGEST_S)

    def obey(self, command: Command) -> Reply | None:
        """What becomes of a command; None when it was answered before."""
        if alerts.answered(self._store, command.id):
            return None
        now = self.now()
        made = Transition(
            command.alert_ref, 1, "", "", "info", "raised", command.role, now, command=command.id
        ).id
        if made in self._made:
            # Published before the last watcher ended, but not answered.
            return Reply(self._outcome(command, "", now), None)
        done = self._machine.command(command, now)
        if isinstance(done, str):
            return Reply(self._outcome(command, done, now), None)
        return Reply(self._outcome(command, "", now), done)

    def _outcome(self, command: Command, reason: str, now: datetime) -> Outcome:
        alert = self._machine.get(command.alert_ref)
        status, seqno = (alert.status, alert.seqno) if alert else ("", 0)
        return Outcome(command, not reason, reason, status, seqno, now)

    def answer(self, reply: Reply, topic_id: UUID, offset: int) -> None:
        """Keep the answer, once its transition is published."""
        alerts.answer(self._store, reply.outcome, topic_id, offset)

    def answered_until(self, topic_id: UUID) -> int:
        """Where reading commands goes on."""
        return alerts.answered_until(self._store, topic_id)

    def now(self) -> datetime:
        """To the millisecond, as events keep it."""
        at = self._clock.now()
        return at.replace(microsecond=at.microsecond // 1000 * 1000)
