"""The past of the ministry: lives begun day by day, their events merged in the order of time."""

import heapq
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice

from producers.simulator import procedures, systems, tasks
from producers.simulator.draft import Draft, Going, Life
from producers.simulator.people import stock
from producers.simulator.rhythm import Rhythm, Start, starts_of
from producers.simulator.world import World

PROBE = 0.05
"""Share of full volume that is lived to learn how many events one unit of volume makes."""
RECORDS, TASKS_PER = 4, 25
"""Of what stands on record, at most one in so many is a procedure, and one in so many a Government task."""


class History:
    """Events between two instants at a share of full volume; afterwards `open` holds the lives still going
    on. `standing`: how many events at most tell first what stands on record (staff, procedures, archives).
    """

    def __init__(
        self,
        world: World,
        start: datetime,
        end: datetime,
        scale: float,
        standing: int = 0,
        clockwork: float | None = None,
    ) -> None:
        self._world = world
        self._start = start
        self._end = end
        self._scale = scale
        self._clockwork = scale if clockwork is None else clockwork
        self._standing = standing
        self._rhythm = Rhythm(world.calendar)
        self._count = 0
        self._waiting: list[tuple[datetime, int, Life | Start]] = []
        self.reached = start
        """How far it has been told."""

    @property
    def open(self) -> list[Going]:
        """Lives that go on after the end, and when they want to be woken."""
        return [Going(at, life) for at, _, life in self._waiting if not callable(life)]

    def __iter__(self) -> Iterator[Draft]:
        yield from self._on_record()
        day = self._world.day(self._start)
        while day <= self._world.day(self._end):
            for at, begin in starts_of(self._world, self._rhythm, day, self._scale, self._clockwork):
                if self._start <= at < self._end:
                    self._wait(at, begin)
            day += timedelta(days=1)
            yield from self._until(day)

    def _on_record(self) -> Iterator[Draft]:
        """What was there before: told at once, in the order of time."""
        room, world, start = self._standing, self._world, self._start
        first = max(start, tasks.GIVEN)
        for number in range(1, min(tasks.TEN, room // TASKS_PER) + 1):
            if first < self._end:
                self._wait(first, partial(tasks.of_government, number=number))
        published = list(islice(procedures.on_record(world, start), room // RECORDS))
        done = list(islice(systems.archived(world, start), room // TASKS_PER))
        people = islice(stock(world, start), room - len(published) - len(done))
        yield from heapq.merge(published, done, people, key=lambda draft: draft.time)

    def _until(self, day: date) -> Iterator[Draft]:
        waiting = self._waiting
        while waiting and (at := waiting[0][0]) < self._end and self._world.day(at) != day:
            _, _, life = heapq.heappop(waiting)
            try:
                if callable(life):
                    life = life(self._world, at)
                    draft, wake = next(life)
                else:
                    draft, wake = life.send(at)
            except StopIteration:
                continue
            self.reached = at
            yield draft
            if wake is not None:
                self._wait(max(wake, at + timedelta(milliseconds=1)), life)

    def _wait(self, at: datetime, life: Life | Start) -> None:
        self._count += 1
        heapq.heappush(self._waiting, (at, self._count, life))


def scale_for(new_world: Callable[[], World], start: datetime, end: datetime, events: int) -> float:
    """The share of full volume at which a history has about so many events."""
    lived = sum(1 for _ in History(new_world(), start, end, PROBE))
    return PROBE * events / max(lived, 1)
