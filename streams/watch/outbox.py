"""What one target is to be told, and when: no storm, no stale news. Pure; times are passed in.

Everything that waits goes out as one message. Messages are counted: with too many in a while, what comes
waits until there is room. After a failure all of it waits, longer each time, and is then told in one piece;
what was over before anybody could be told of it is not told at all.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ioc.notify import Target
from streams.watch.alert import Transition

TOLD = frozenset({"raised", "escalated", "resolved"})
GATHER_S = 1.0
"""Alerts that come together are told together."""
FIRST_RETRY_S = 5.0
LONGEST_RETRY_S = 300.0
REMEMBERED = 10_000


@dataclass(frozen=True)
class Notice:
    """A step of an alert, and from when on it may be told."""

    step: Transition
    since: datetime


class Outbox:
    """What waits for one target."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._waiting: dict[str, Notice] = {}
        self._told: dict[str, None] = {}
        self._sent: deque[datetime] = deque()
        self._failures = 0
        self._retry_at: datetime | None = None

    def add(self, step: Transition, role: str, since: datetime) -> None:
        """A step that was made; `role`: whose turn it is now; `since`: not to be told before."""
        ends = step.state not in ("raised", "escalated")
        if ends and step.ref not in self._told:
            # Somebody has it, or it is over, before it was told: nothing is left to say.
            self._waiting.pop(step.ref, None)
            return
        if step.state not in TOLD or not self._wants(step, role):
            return
        self._waiting[step.ref] = Notice(step, since)

    def _wants(self, step: Transition, role: str) -> bool:
        told = step.ref in self._told and step.state == "resolved"
        return told or (
            step.severity in self.target.severities and (not self.target.roles or role in self.target.roles)
        )

    def batch(self, now: datetime) -> list[Transition]:
        """What is to be told now, in one message; empty: nothing yet."""
        at = self.next_at()
        if at is None or at > now:
            return []
        return [notice.step for notice in self._waiting.values() if notice.since <= now]

    def next_at(self) -> datetime | None:
        """When there is something to tell; None: nothing waits."""
        if not self._waiting:
            return None
        at = min(notice.since for notice in self._waiting.values())
        if self._retry_at is not None:
            at = max(at, self._retry_at)
        if len(self._sent) >= self.target.burst:
            at = max(at, self._sent[-self.target.burst] + timedelta(minutes=self.target.window_minutes))
        return at

    def sent(self, steps: Sequence[Transition], now: datetime) -> None:
        """They were told."""
        self._failures, self._retry_at = 0, None
        self._sent.append(now)
        while len(self._sent) > self.target.burst:
            self._sent.popleft()
        for step in steps:
            self._told[step.ref] = None
            if (waiting := self._waiting.get(step.ref)) is not None and waiting.step is step:
                del self._waiting[step.ref]
        while len(self._told) > REMEMBERED:
            del self._told[next(iter(self._told))]

    def failed(self, now: datetime) -> None:
        """Nobody answered: later, and later each time."""
        pause = min(FIRST_RETRY_S * 2**self._failures, LONGEST_RETRY_S)
        self._failures += 1
        self._retry_at = now + timedelta(seconds=pause)
