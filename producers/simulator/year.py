"""A whole year of the ministry, or as much of it as has passed: the same seed gives the same bytes.

Nothing of it depends on the clock but where it stops, so a year that is told again later begins with the
very bytes it had before. It has an outage, a season of too much work, and the catalogue's reorganisations.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from ioc.reference import Catalogue
from producers.simulator.draft import moment, whole_ms
from producers.simulator.history import History
from producers.simulator.incidents import of_year
from producers.simulator.people import COVERED
from producers.simulator.sender import NATURAL, Flaws, Record, Sender
from producers.simulator.telling import Reporting, evenings, told
from producers.simulator.world import World

VOLUME = 0.42
"""Share of the volumes of a whole ministry."""


@dataclass(frozen=True)
class Span:
    """Which year, and where it stops: at its end or now, whichever comes first."""

    year: int
    now: datetime

    @property
    def start(self) -> datetime:
        return moment(date(self.year, 1, 1), 0)

    @property
    def end(self) -> datetime:
        return min(moment(date(self.year + 1, 1, 1), 0), whole_ms(self.now))

    @property
    def over(self) -> bool:
        return self.now >= moment(date(self.year + 1, 1, 1), 0)


class Year:
    """Iterate it for the records."""

    def __init__(
        self,
        catalogue: Catalogue,
        tenant: str,
        seed: int,
        span: Span,
        volume: float = VOLUME,
        flaws: Flaws = NATURAL,
    ) -> None:
        self.span = span
        handling = World(catalogue, tenant, seed, span.start).handling
        self.incidents = of_year(span.year, seed, catalogue.calendar, sorted(handling))
        self.world = World(catalogue, tenant, seed, span.start, self.incidents)
        self._sender = Sender(self.world, _then, span.start, flaws)
        self._reporting = Reporting(catalogue, self.world)
        record = len(self.world.staff) * (2 + len(COVERED)) + 4 * len(self.world.offer.all)
        self._history = History(self.world, span.start, span.end, volume, record, clockwork=1.0)

    @property
    def reached(self) -> float:
        """The share of the span that has been told."""
        span = self.span
        return (self._history.reached - span.start) / (span.end - span.start)

    def __iter__(self) -> Iterator[Record]:
        span = self.span
        yield from told(self._history, evenings(span.start, span.end), self._sender, self._reporting)
        yield from self._sender.due(span.end)
        if span.over:
            yield from self._sender.rest()


def _then(at: datetime) -> datetime:
    return whole_ms(at)
