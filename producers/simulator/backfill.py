"""The past, sent at once: exactly so many records, ending now."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from ioc.clock import Clock
from ioc.reference import Catalogue
from producers.simulator.draft import Draft, Going, whole_ms
from producers.simulator.history import History, scale_for
from producers.simulator.people import COVERED
from producers.simulator.sender import NATURAL, Beat, Flaws, Record, Sender
from producers.simulator.standing import Stock, Told, standing
from producers.simulator.telling import Reporting, evenings, told
from producers.simulator.world import World

AIM = 0.985
"""The history is aimed a little low; heartbeats, of which there are always more, fill up to the exact
number."""


@dataclass(frozen=True)
class Plan:
    """What to generate: `events` records between `start` and `end`. With `stock`, dossiers of the whole
    ministry are among them: a present that begins there finds what it would find in a real one."""

    seed: int
    events: int
    start: datetime
    end: datetime
    flaws: Flaws = NATURAL
    stock: Stock | None = None


class Backfill:
    """Iterate it for the records; afterwards `open` are the lives that go on."""

    def __init__(self, catalogue: Catalogue, tenant: str, plan: Plan, clock: Clock) -> None:
        self._catalogue = catalogue
        self._plan = plan
        self._tenant = tenant
        self.world = self._world()
        self.sender = Sender(self.world, lambda _: clock.now(), whole_ms(plan.start), plan.flaws)
        self._reporting = Reporting(catalogue, self.world)
        flaws = plan.flaws
        grown = 1 + flaws.twice + flaws.invalid
        reports = len(self._reports()) * len(self._reporting)
        wanted = plan.stock if plan.events else None
        self._standing: list[Told] = standing(self.world, plan.end, wanted) if wanted else []
        stood = sum(len(one.drafts) for one in self._standing)
        aimed = max((plan.events - reports) / grown * AIM - stood, 0)
        recorded = len(self.world.staff) * (2 + len(COVERED)) + len(self.world.offer.all)
        record = int(min(recorded, aimed * (0.52 if plan.events >= 20_000 else 0.15)))
        scale = scale_for(self._world, plan.start, plan.end, int(aimed - record))
        self.history = History(self.world, plan.start, plan.end, scale, record)

    def __iter__(self) -> Iterator[Record]:
        yield from islice(self._all(), self._plan.events)

    @property
    def open(self) -> list[Going]:
        """Lives that go on after the end, and when they want to be woken."""
        return [*self.history.open, *(one.going for one in self._standing if one.going is not None)]

    def beats(self, at: datetime) -> Iterator[Beat]:
        """A heartbeat of every source."""
        return self._reporting.beats(at)

    def _all(self) -> Iterator[Record]:
        stood = sorted((draft for one in self._standing for draft in one.drafts), key=_time)
        drafts = heapq.merge(self.history, stood, key=_time)
        yield from told(drafts, self._reports(), self.sender, self._reporting)
        for beat in self.beats(whole_ms(self._plan.end)):
            self.sender.beat(beat)
        yield from self.sender.rest()
        yield from self._filling()

    def _filling(self) -> Iterator[Record]:
        """Heartbeats of the last minutes, without end."""
        at = whole_ms(self._plan.end)
        while True:
            at += timedelta(milliseconds=1)
            for beat in self.beats(at):
                self.sender.beat(beat)
                yield from self.sender.rest()

    def _reports(self) -> list[datetime]:
        """The evenings with heartbeats; none where they would be more than one event in ten."""
        found = evenings(self._plan.start, self._plan.end)
        few = self._plan.events < 10 * len(found) * max(len(self._catalogue.sources), 1)
        return [] if few else found

    def _world(self) -> World:
        return World(self._catalogue, self._tenant, self._plan.seed, self._plan.end)


def _time(draft: Draft) -> datetime:
    return draft.time
