"""From drafts to records, with the flaws of real publishers: repeats, disorder, late and invalid events.

Every record carries what must become of it, so that a proof can be checked against the very bytes that were
sent.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import orjson

from ioc.contracts import BY_NAME
from ioc.contracts.fields import stamp
from producers.simulator.draft import Draft
from producers.simulator.world import World

RANK = {name: kind.n for name, kind in BY_NAME.items()}
HEARTBEAT = "source.heartbeat"
AHEAD = datetime(2090, 1, 1, tzinfo=UTC)
"""Ahead of any clock that will judge an event of the simulator."""
COUNTED, SUPPRESSED, CONFLICT, REJECTED = "counted", "suppressed", "conflict", "rejected"


@dataclass(frozen=True)
class Flaws:
    """Shares of events that are sent twice, out of order, hours late, or beside which an invalid one is
    sent."""

    twice: float = 0.02
    disorder: float = 0.03
    late: float = 0.005
    invalid: float = 0.003


NATURAL = Flaws()


class Record(NamedTuple):
    """One Kafka record and the verdict it must get; `reason` for rejected ones."""

    topic: str
    key: bytes
    value: bytes
    source: str
    expect: str
    reason: str = ""


class Beat(NamedTuple):
    """A heartbeat that is written when it is sent, because it says how much was sent before it."""

    source: str
    interval_s: int
    orgunit: str
    at: datetime


class Sender:
    """Holds drafts until their moment of sending has come.

    `produced` says when an event is written that goes out at an instant: then, or now if the past is told.
    """

    def __init__(
        self, world: World, produced: Callable[[datetime], datetime], epoch: datetime, flaws: Flaws
    ) -> None:
        self._world = world
        self._states = {code: source.names for code, source in world.catalogue.sources.items()}
        self._produced = produced
        self._epoch = epoch
        self._flaws = flaws
        self.faster = 1.0
        """By how much delays are shortened: where cases live faster, so do their events' detours."""
        self._held: list[tuple[datetime, int, Record | Beat]] = []
        self._count = 0
        self._sent: Counter[str] = Counter()
        self._last: dict[str, datetime] = {}

    def offer(self, draft: Draft) -> None:
        """Take an event; with a little bad luck it goes out later, twice, or with an invalid neighbour.

        What the catalogue has no source for is not told at all.
        """
        if draft.name not in self._states.get(draft.source, ()):
            return
        rng, flaws = self._world.rng, self._flaws
        draft = self._as_of_its_day(draft)
        topic = BY_NAME[draft.name].topic.name
        key = f"{self._world.tenant}/{draft.subject}".encode()
        send_at = self._world.incidents.handed_over(draft.source, self._delayed(draft.time), rng)
        wire = self._wire(draft, send_at)
        record = Record(topic, key, _canonical(wire), draft.source, COUNTED)
        self._hold(send_at, record)
        if rng.random() < flaws.twice:
            again = send_at + timedelta(seconds=rng.uniform(1, 7200))
            self._hold(again, record._replace(expect=SUPPRESSED))
        if rng.random() < flaws.invalid:
            value, expect, reason = self._spoiled(wire, draft)
            beside = send_at + timedelta(seconds=1)
            self._hold(beside, record._replace(value=value, expect=expect, reason=reason))

    def _delayed(self, at: datetime) -> datetime:
        rng, flaws = self._world.rng, self._flaws
        luck = rng.random()
        if luck < flaws.late:
            return at + timedelta(seconds=rng.uniform(7200, 43_200) / self.faster)
        if luck < flaws.late + flaws.disorder:
            return at + timedelta(seconds=rng.uniform(60, 1800) / self.faster)
        return at

    def _as_of_its_day(self, draft: Draft) -> Draft:
        """Units that have been merged meanwhile answer under their new code."""
        organisation, day = self._world.organisation, self._world.day(draft.time)
        if not (moves := organisation.moves(day)):
            return draft
        unit = moves.get(draft.orgunit, draft.orgunit)
        return draft._replace(orgunit=unit, data=organisation.renamed(draft.data, day))

    def beat(self, beat: Beat) -> None:
        """Take a heartbeat, unless its source is silent."""
        if not self._world.incidents.silent(beat.source, beat.at):
            self._hold(beat.at, beat)

    def due(self, until: datetime) -> Iterator[Record]:
        """The records whose moment has come, in the order of sending."""
        while self._held and self._held[0][0] <= until:
            yield self._out(heapq.heappop(self._held)[2])

    def rest(self) -> Iterator[Record]:
        """Everything still held."""
        while self._held:
            yield self._out(heapq.heappop(self._held)[2])

    def _hold(self, at: datetime, item: Record | Beat) -> None:
        self._count += 1
        heapq.heappush(self._held, (at, self._count, item))

    def _out(self, item: Record | Beat) -> Record:
        if isinstance(item, Beat):
            item = self._beating(item)
        if item.expect == COUNTED or item.reason not in ("", "undecodable", "unauthorised_source"):
            self._sent[item.source] += 1
        return item

    def _beating(self, beat: Beat) -> Record:
        data: dict[str, Any] = {
            "system_code": beat.source,
            "status": "up",
            "interval_s": beat.interval_s,
            "backlog": 0,
            "sent_total": self._sent[beat.source] + 1,
            "sent_epoch": stamp(self._epoch),
        }
        if beat.source in self._last:
            data["last_business_event_at"] = stamp(self._last[beat.source])
        draft = Draft(HEARTBEAT, beat.source, beat.source, beat.orgunit, beat.at, data)
        topic = BY_NAME[HEARTBEAT].topic.name
        key = f"{self._world.tenant}/{beat.source}".encode()
        return Record(topic, key, _canonical(self._wire(draft, beat.at)), beat.source, COUNTED)

    def _wire(self, draft: Draft, send_at: datetime) -> dict[str, Any]:
        kind = BY_NAME[draft.name]
        if draft.name != HEARTBEAT:
            self._last[draft.source] = draft.time
        return {
            "data": draft.data,
            "dataclass": kind.dataclass,
            "datacontenttype": "application/json",
            "id": self._id(),
            "orgunit": draft.orgunit,
            "producedat": stamp(self._produced(send_at)),
            "seqno": 16 * int(draft.time.timestamp() * 1000) + min(RANK[draft.name], 15),
            "source": f"urn:ioc:{self._world.tenant}:{draft.source}",
            "specversion": "1.0",
            "subject": draft.subject,
            "tenant": self._world.tenant,
            "time": stamp(draft.time),
            "type": kind.type,
        }

    def _id(self) -> str:
        digits = f"{self._world.rng.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def _spoiled(self, wire: Mapping[str, Any], draft: Draft) -> tuple[bytes, str, str]:
        """An invalid neighbour of a good event: value, verdict, reason."""
        rng = self._world.rng
        if rng.random() < 0.1:
            other = stamp(draft.time - timedelta(seconds=7))
            return _canonical({**wire, "time": other}), CONFLICT, ""
        bad = {**wire, "id": self._id()}
        reason = rng.choice(tuple(SPOILS))
        bad |= SPOILS[reason]
        if reason == "future_time":
            ahead = stamp(AHEAD + timedelta(days=rng.randint(1, 40)))
            bad |= {"time": ahead, "producedat": ahead}
        value = _canonical(bad)
        if reason == "undecodable":
            value = value[: rng.randint(20, len(value) - 2)]
        if reason == "unauthorised_source":
            other = "luutru" if draft.source == "lgsp" else "lgsp"
            bad["source"] = f"urn:ioc:{self._world.tenant}:{other}"
            value = _canonical(bad)
        return value, REJECTED, reason


def _canonical(wire: Mapping[str, Any]) -> bytes:
    """As the SDK writes events: sorted keys (times are canonical, see `stamp`)."""
    return orjson.dumps(wire, option=orjson.OPT_SORT_KEYS)


SPOILS: Mapping[str, Mapping[str, Any]] = {
    "schema": {"seqno": 0},
    "unknown_type": {"type": "vn.gov.ioc.document.teleported.v1"},
    "unknown_unit": {"orgunit": "Z99.999"},
    "future_time": {},
    "undecodable": {},
    "unauthorised_source": {},
}
"""What is changed in an event to have it rejected for a reason."""
