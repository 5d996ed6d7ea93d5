"""The state being worked out for one dossier, and the facts found on the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ioc.calendar import WorkingCalendar
from ioc.sources import PortalSync
from producers.adapters.portal.state import State

CLOCK = "dossier.clock_changed"
RANK = {
    "dossier.received": 1,
    CLOCK: 2,
    "dossier.portal_synced": 10,
    "payment.completed": 11,
    "dossier.resolved": 12,
    "dossier.closed": 13,
}
_CLOCK_RANKS = 8
"""Changes of the clock take ranks 2 to 9 in their order: a pause and its end may fall on one instant."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One event to be made. `rank`: its place within its revision."""

    name: str
    rank: int
    time: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Habits:
    """What reading a dossier needs to know besides: working days, and what its source means by status 8."""

    calendar: WorkingCalendar
    portal: PortalSync

    def pauses(self, status: int) -> bool:
        return status in (5, 6) or (status == 8 and self.portal.status_8 == "paused")

    def closes(self, status: int) -> bool:
        return status in (3, 7, 10) or (status == 8 and self.portal.status_8 == "closed")


class Draft:
    """`seen_at`: when the call came, for what the call does not date itself."""

    def __init__(self, state: State, seen_at: datetime, habits: Habits) -> None:
        self.state = state
        self.facts: list[Fact] = []
        self.habits = habits
        self.seen_at = seen_at
        self.assumed = False

    def set(self, **changes: Any) -> None:
        self.state = self.state.model_copy(update=changes)

    def say(self, name: str, time: datetime, data: Mapping[str, Any]) -> None:
        rank = RANK[name]
        if name == CLOCK:
            rank += min(sum(fact.name == CLOCK for fact in self.facts), _CLOCK_RANKS - 1)
        self.facts.append(Fact(name, rank, time, {"dossier_ref": self.state.dossier_ref, **data}))

    def assume(self, at: datetime | None) -> datetime:
        """The instant named, or else when the call came."""
        self.assumed = self.assumed or at is None
        return at or self.seen_at

    def finish(self) -> tuple[State, list[Fact]]:
        """The state after, one revision on if there is anything to say, and the facts in their order."""
        if self.facts:
            self.set(revision=self.state.revision + 1)
        return self.state, sorted(self.facts, key=lambda fact: (fact.time, fact.rank))
