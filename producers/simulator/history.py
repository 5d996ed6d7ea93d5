"""The past of the ministry: lives begun day by day, their events merged in the order of time."""

import heapq
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from producers.simulator.people import stock
from producers.simulator.rhythm import Start, starts_of
from producers.simulator.world import Draft, Going, Life, World, local

PROBE = 0.05
"""Share of full volume that is lived to learn how many events one unit of volume makes."""


class History:
    """Events between two instants at a share of full volume; afterwards `open` holds the lives still going
    on."""

    def __init__(self, world: World, start: datetime, end: datetime, scale: float, staff: int = 0) -> None:
        self._world = world
        self._start = start
        self._end = end
        self._scale = scale
        self._staff = staff
        self._count = 0
        self._waiting: list[tuple[datetime, int, Life | Start]] = []

    @property
    def open(self) -> list[Going]:
        """Lives that go on after the end, and when they want to be woken."""
        return [Going(at, life) for at, _, life in self._waiting if not callable(life)]

    def __iter__(self) -> Iterator[Draft]:
        yield from islice(stock(self._world, self._start), self._staff)
        day = local(self._start)
        while day <= local(self._end):
            for at, begin in starts_of(self._world, day, self._scale):
                if self._start <= at < self._end:
                    self._wait(at, begin)
            day += timedelta(days=1)
            yield from self._until(day)

    def _until(self, day: object) -> Iterator[Draft]:
        while self._waiting and (at := self._waiting[0][0]) < self._end and local(at) != day:
            _, _, life = heapq.heappop(self._waiting)
            try:
                if callable(life):
                    life = life(self._world, at)
                    draft, wake = next(life)
                else:
                    draft, wake = life.send(at)
            except StopIteration:
                continue
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
