"""The present: lives go on and new ones begin at a steady rate, with heartbeats of every source."""

import asyncio
import contextlib
import heapq
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ioc.clock import Clock
from producers.simulator import procedures
from producers.simulator.backfill import Backfill
from producers.simulator.clockwork import Clockwork
from producers.simulator.documents import incoming, outgoing
from producers.simulator.draft import Draft, Life, whole_ms
from producers.simulator.people import change, credential, training
from producers.simulator.rhythm import Start
from producers.simulator.sender import Record
from producers.simulator.services import dossier, feedback
from producers.simulator.sinks import NotSent, Sink
from producers.simulator.standing import LATE_MIN
from producers.simulator.tasks import task

log = logging.getLogger("ioc.simulator")

TURN_S = 0.25
UNSENT_AT_MOST = 50_000
"""While Kafka is away so many records wait; beyond that the ministry stands still."""
DOSSIER_ENDS = ("dossier.closed", "satisfaction.rated")
"""After one of these a dossier that kept to the clock leaves its place to a new one: the stock stays."""
BEAT_AT_LEAST_EVERY_S = 60
NATURAL_RATE = 0.1
"""Events a second of the whole ministry in working hours. A present at a greater rate lives its new cases
faster by as much. What was open when it began keeps to the clock, or backlogs would be gone in minutes."""
MIX: Mapping[Start, float] = {
    incoming: 600,
    outgoing: 400,
    dossier: 30,
    feedback: 10,
    change: 5,
    training: 5,
    credential: 5,
    task: 8,
    procedures.change: 0.2,
}
"""What the greater rate is made of: mostly papers, so that month-long rates are not swamped in minutes."""
DATED = 0.07
"""Share of those papers with a due date: what is answered in minutes seldom has one."""
STUCK_WITHIN = timedelta(days=4)
"""Where a late dossier was resolved, one that comes due within this gets stuck instead."""
URGENT_HELD = 2
"""So many urgent documents wait for their assignment by the clock; the others have it within seconds."""


@dataclass
class _Case:
    life: Life
    by_clock: bool
    due: datetime | None = None


class Present:
    """Turns the lives that a backfill left open, and new ones, into events of now."""

    def __init__(self, past: Backfill, rate: float) -> None:
        self._past = past
        self._world = past.world
        self._rate = rate
        self._faster = max(rate / NATURAL_RATE, 1.0)
        self._world.dated = DATED
        past.sender.faster = self._faster
        self._owed = 0.0
        self._count = 0
        self._waiting: list[tuple[datetime, int, _Case]] = []
        for wake, life, due in past.open:
            self._wait(wake, _Case(life, by_clock=True, due=due))
        self._vacant = 0
        self._late = 0
        self._held: list[datetime] = []
        self._beats: dict[str, datetime] = {}
        self._clockwork = Clockwork(past.world)

    def turn(self, since: datetime, now: datetime) -> Iterator[Record]:
        """The records to send for the time that has passed; `since` is the end of the last turn."""
        seconds = (now - since).total_seconds()
        self._owed += self._rate * seconds
        count = int(self._owed)
        self._owed -= count
        for n in range(1, count + 1):
            draft = self._event(whole_ms(since + (now - since) * (n / count)))
            if draft is not None:
                self._past.sender.offer(draft)
        for told in self._clockwork.due(now):
            self._past.sender.offer(told)
        for beat in self._past.beats(whole_ms(now)):
            every = timedelta(seconds=min(beat.interval_s, BEAT_AT_LEAST_EVERY_S))
            if now - self._beats.get(beat.source, now - every) >= every:
                self._beats[beat.source] = now
                self._past.sender.beat(beat)
        yield from self._past.sender.due(now)

    def _event(self, at: datetime) -> Draft | None:
        if not self._waiting or self._waiting[0][0] > at:
            return self._begin(at)
        _, _, case = heapq.heappop(self._waiting)
        if self._late and case.due is not None and at <= case.due <= at + STUCK_WITHIN:
            self._late -= 1
            self._wait(self._world.at_work(self._world.after(case.due, *LATE_MIN)), case)
            return None
        try:
            draft, wake = case.life.send(at)
        except StopIteration:
            return None
        if draft.name == "dossier.resolved" and case.due is not None:
            self._late += case.due < at
            case.due = None
        if wake is not None:
            self._wait(self._when(at, wake, by_clock=case.by_clock), case)
        elif case.by_clock and draft.name in DOSSIER_ENDS:
            self._vacant += 1
        return draft

    def _begin(self, at: datetime) -> Draft:
        begin = self._world.rng.choices(tuple(MIX), tuple(MIX.values()))[0]
        life = begin(self._world, at)
        draft, wake = next(life)
        case = _Case(life, by_clock=begin is dossier and self._vacant > 0)
        if case.by_clock:
            self._vacant -= 1
            case.due = datetime.fromisoformat(draft.data["due_at"])
        if wake is not None:
            held = self._holds(draft, at, wake)
            self._wait(wake if held else self._when(at, wake, by_clock=case.by_clock), case)
        return draft

    def _holds(self, draft: Draft, at: datetime, wake: datetime) -> bool:
        """An urgent document takes one of the few places of those that wait for long."""
        self._held = [until for until in self._held if until > at]
        urgent = draft.data.get("urgency", "normal") != "normal" and draft.name == "document.received"
        if not urgent or len(self._held) >= URGENT_HELD:
            return False
        self._held.append(wake)
        return True

    def _when(self, at: datetime, wake: datetime, *, by_clock: bool) -> datetime:
        return wake if by_clock else at + (wake - at) / self._faster

    def _wait(self, wake: datetime, case: _Case) -> None:
        self._count += 1
        heapq.heappush(self._waiting, (wake, self._count, case))


async def stream(present: Present, sink: Sink, clock: Clock, stop: asyncio.Event) -> int:
    """Send until `stop` is set; the number of records sent. What Kafka does not acknowledge is sent again."""
    sent = 0
    since = clock.now()
    unsent: list[Record] = []
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TURN_S):
                await stop.wait()
        now = clock.now()
        if len(unsent) < UNSENT_AT_MOST:
            unsent += present.turn(since, now)
        since = now
        try:
            await sink.send(unsent)
            await sink.settle()
        except NotSent as error:
            log.warning("%s; trying again", error)
            continue
        sent += len(unsent)
        unsent = []
    return sent
