"""What systems tell live, by the clock: calls every minute, archive batches and assessments by the hour."""

from collections.abc import Iterator
from datetime import datetime

from ioc.clock import VIETNAM
from producers.simulator.draft import Draft, Life, whole_ms
from producers.simulator.duties import DATASETS
from producers.simulator.rhythm import ARCHIVE_HOURS
from producers.simulator.systems import archive_batch, assessment, calls, connected
from producers.simulator.world import World


class Clockwork:
    """Asked again and again, it tells each minute and each hour once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._minute = self._hour = datetime.min

    def due(self, now: datetime) -> Iterator[Draft]:
        """What is to be told by now and has not been told yet."""
        at = whole_ms(now)
        stood = now.astimezone(VIETNAM).replace(second=0, microsecond=0, tzinfo=None)
        if stood != self._minute:
            self._minute = stood
            for system in connected(self._world, stood.date()):
                yield _only(calls(system, 1 / 60, self._world, at))
        hour = stood.replace(minute=0)
        if hour != self._hour:
            self._hour = hour
            datasets = tuple(DATASETS)
            yield _only(assessment(datasets[hour.hour % len(datasets)], self._world, at))
            if hour.hour in ARCHIVE_HOURS and self._world.calendar.is_working_day(hour.date()):
                yield _only(archive_batch(self._world, at))


def _only(life: Life) -> Draft:
    """The event of a life that has just one."""
    return next(life)[0]
