"""Telling a stretch of time: drafts and heartbeats in the order in which they go out."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from ioc.reference import Catalogue
from producers.simulator.draft import Draft, local, moment
from producers.simulator.sender import Beat, Record, Sender
from producers.simulator.world import World

OWN = "ioc"
"""The centre itself: its heartbeats are its own affair."""


class Reporting:
    """The sources that report that they are alive."""

    def __init__(self, catalogue: Catalogue, world: World) -> None:
        self._sources = [source for code, source in catalogue.sources.items() if code != OWN]
        codes = sorted(catalogue.sources[OWN].units) if OWN in catalogue.sources else []
        self.unit = codes[0] if codes else world.organisation.on(local(world.anchor))[0].code
        """The unit that runs the centre, for which heartbeats are sent."""

    def __len__(self) -> int:
        return len(self._sources)

    def beats(self, at: datetime) -> Iterator[Beat]:
        """A heartbeat of every source."""
        for source in self._sources:
            yield Beat(source.system_code, source.interval_s, self.unit, at)


def evenings(start: datetime, end: datetime) -> list[datetime]:
    """The evenings between two instants, at which every source reports."""
    day, last = local(start), local(end)
    return [moment(day + timedelta(days=n), 18) for n in range((last - day).days)]


def told(
    drafts: Iterable[Draft], reports: Iterable[datetime], sender: Sender, reporting: Reporting
) -> Iterator[Record]:
    """The records of these drafts, in the order of sending, with a heartbeat of every source at `reports`."""
    ahead = iter(reports)
    report = next(ahead, None)
    for draft in drafts:
        while report is not None and report <= draft.time:
            for beat in reporting.beats(report):
                sender.beat(beat)
            report = next(ahead, None)
        sender.offer(draft)
        yield from sender.due(draft.time)
