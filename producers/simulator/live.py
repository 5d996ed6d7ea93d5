"""The present: lives go on and new ones begin at a steady rate, with heartbeats of every source."""

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from ioc.clock import Clock
from producers.simulator.backfill import Backfill
from producers.simulator.rhythm import PER_DAY
from producers.simulator.sender import Record
from producers.simulator.sinks import NotSent, Sink
from producers.simulator.world import Draft, Life, whole_ms

log = logging.getLogger("ioc.simulator")

TURN_S = 0.25
UNSENT_AT_MOST = 50_000
"""While Kafka is away so many records wait; beyond that the ministry stands still."""
BEAT_AT_LEAST_EVERY_S = 60
OPEN_AT_MOST = 20_000
GO_ON = 0.62
"""Share of events that carry an open life on; the rest begin new ones. About the share at which both
balance."""


class Present:
    """Turns the lives that a backfill left open, and new ones, into events of now."""

    def __init__(self, past: Backfill, rate: float) -> None:
        self._past = past
        self._world = past.world
        self._rate = rate
        self._owed = 0.0
        self._open: list[Life] = past.history.open
        self._beats: dict[str, datetime] = {}

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
        for beat in self._past.beats(whole_ms(now)):
            every = timedelta(seconds=min(beat.interval_s, BEAT_AT_LEAST_EVERY_S))
            if now - self._beats.get(beat.source, now - every) >= every:
                self._beats[beat.source] = now
                self._past.sender.beat(beat)
        yield from self._past.sender.due(now)

    def _event(self, at: datetime) -> Draft | None:
        rng = self._world.rng
        goes_on = rng.random() < GO_ON or len(self._open) >= OPEN_AT_MOST
        try:
            if goes_on and self._open:
                place = rng.randrange(len(self._open))
                self._open[place], self._open[-1] = self._open[-1], self._open[place]
                life = self._open.pop()
                draft, wake = life.send(at)
            else:
                begin = rng.choices(tuple(PER_DAY), tuple(PER_DAY.values()))[0]
                life = begin(self._world, at)
                draft, wake = next(life)
        except StopIteration:
            return None
        if wake is not None:
            self._open.append(life)
        return draft


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
