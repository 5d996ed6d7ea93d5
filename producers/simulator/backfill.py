"""The past, sent at once: exactly so many records, ending now."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from ioc.clock import Clock
from ioc.reference import Catalogue
from producers.simulator.history import History, scale_for
from producers.simulator.people import COVERED
from producers.simulator.sender import NATURAL, Beat, Flaws, Record, Sender
from producers.simulator.standing import Stock, Told, standing
from producers.simulator.world import Draft, Going, World, local, moment, whole_ms

AIM = 0.985
"""The history is aimed a little low; heartbeats, of which there are always more, fill up to the exact
number."""
OWN = "ioc"


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
        self.sender = Sender(self.world, clock.now, whole_ms(plan.start), plan.flaws)
        self._sources = [source for code, source in catalogue.sources.items() if code != OWN]
        flaws = plan.flaws
        grown = 1 + flaws.twice + flaws.invalid
        beats = len(self._days()) * len(self._sources)
        wanted = plan.stock if plan.events else None
        self._standing: list[Told] = standing(self.world, plan.end, wanted) if wanted else []
        told = sum(len(one.drafts) for one in self._standing)
        aimed = max((plan.events - beats) / grown * AIM - told, 0)
        people = len(self.world.staff) * (2 + len(COVERED))
        staff = int(min(people, aimed * (0.52 if plan.events >= 20_000 else 0.15)))
        scale = scale_for(self._world, plan.start, plan.end, int(aimed - staff))
        self.history = History(self.world, plan.start, plan.end, scale, staff)

    def __iter__(self) -> Iterator[Record]:
        yield from islice(self._all(), self._plan.events)

    @property
    def open(self) -> list[Going]:
        """Lives that go on after the end, and when they want to be woken."""
        return [*self.history.open, *(one.going for one in self._standing if one.going is not None)]

    def beats(self, at: datetime) -> Iterator[Beat]:
        """A heartbeat of every source."""
        unit = self.own_unit
        for source in self._sources:
            yield Beat(source.system_code, source.interval_s, unit, at)

    @property
    def own_unit(self) -> str:
        """The unit that runs the centre, for which heartbeats are sent."""
        codes = sorted(self._catalogue.sources[OWN].units) if OWN in self._catalogue.sources else []
        return codes[0] if codes else self.world.units[0].code

    def _all(self) -> Iterator[Record]:
        days = iter(self._days())
        next_day = next(days, None)
        stood = sorted(
            (draft for one in self._standing for draft in one.drafts), key=lambda draft: draft.time
        )
        for draft in heapq.merge(self.history, stood, key=lambda draft: draft.time):
            while next_day is not None and next_day <= draft.time:
                for beat in self.beats(next_day):
                    self.sender.beat(beat)
                next_day = next(days, None)
            self.sender.offer(draft)
            yield from self.sender.due(draft.time)
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

    def _days(self) -> list[datetime]:
        """The evenings at which every source reports; none where they would be more than one event in ten."""
        day, last = local(self._plan.start), local(self._plan.end)
        evenings = []
        while day < last:
            evenings.append(moment(day, 18))
            day += timedelta(days=1)
        few = self._plan.events < 10 * len(evenings) * max(len(self._catalogue.sources), 1)
        return [] if few else evenings

    def _world(self) -> World:
        return World(self._catalogue, self._tenant, self._plan.seed, self._plan.end)


def _time(draft: Draft) -> datetime:
    return draft.time
