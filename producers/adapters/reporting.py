"""What the platform says about its sources on behalf of adapters: heartbeats, and refusals before Kafka."""

import uuid
from collections.abc import Iterable, Mapping

from ioc.clock import Clock
from ioc.contracts import Envelope, build
from ioc.sources import Source, Sources
from producers.adapters.base import Refused, rank
from producers.adapters.memory import Told
from producers.counting import Sent, heartbeat

REJECTED = "event.rejected"


class Reporter:
    """Events of the platform. `unit`: the unit that runs the centre."""

    def __init__(self, tenant: str, unit: str, clock: Clock) -> None:
        self._tenant = tenant
        self._unit = unit
        self._clock = clock

    def rejections(self, source: Source, refused: Iterable[Refused], told: Told) -> list[Envelope]:
        """One event a refusal, with its source and reason; of what was refused nothing is kept.

        Told again under the same mark they are the same events.
        """
        return [self._rejection(source, each, told) for each in refused]

    def heartbeat(self, source: Source, sent: Sent, backlog: int) -> Envelope:
        """That a source is heard through its adapter, and how much it handed over since when, with this."""
        return heartbeat(
            source=source.urn(self._tenant),
            orgunit=self._unit,
            interval_s=source.interval_s,
            sent=sent,
            backlog=backlog,
            now=self._clock.now(),
        )

    def _rejection(self, source: Source, refused: Refused, told: Told) -> Envelope:
        reason = refused.reason.value
        return build(
            REJECTED,
            source=f"urn:ioc:{self._tenant}:ioc",
            id=str(uuid.uuid5(told.mark, "\n".join((refused.where, refused.field, reason)))),
            time=told.since,
            orgunit=self._unit,
            seqno=16 * int(told.since.timestamp() * 1000) + rank(REJECTED),
            producedat=self._clock.now(),
            data={
                "source": source.urn(self._tenant),
                "rejected_type": "unknown",
                "reason": reason,
                "rule": reason,
                "at": told.since,
            },
            tenant=self._tenant,
        )


class Heartbeats:
    """Which heartbeats are due: of every source that ever handed something over through an adapter.

    A source that only other ways feed speaks for itself: an adapter that nobody uses vouches for nobody.
    """

    def __init__(self, sources: Sources, reporter: Reporter, clock: Clock) -> None:
        self._sources = sources
        self._reporter = reporter
        self._clock = clock
        self._last: dict[str, float] = {}

    def due(self, sent: Mapping[str, Sent], backlog: Mapping[str, int]) -> list[Envelope]:
        """The heartbeats to send now; they count as sent."""
        now = self._clock.monotonic()
        found = []
        for code, total in sent.items():
            source = self._sources.get(code)
            if source is None or now - self._last.get(code, float("-inf")) < source.interval_s:
                continue
            self._last[code] = now
            found.append(self._reporter.heartbeat(source, total, backlog.get(code, 0)))
        return found
