"""What would become of a refused record if it came now, with the changes that the desk makes. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from clickhouse_cityhash.cityhash import CityHash64

from ioc.contracts import Decoded, EventRefused, Rules, decode, mask_field
from ioc.contracts.grammar import parse
from ioc.contracts.mending import Mend, mended
from ioc.desk import Place

Identity = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Judged:
    """One record as it would be judged now. `event` None: still refused, for `reason`, at `field`."""

    place: Place
    event: Decoded | None
    reason: str = ""
    field: str = ""
    expected: str = ""

    @property
    def identity(self) -> Identity:
        """(source, id) of the event."""
        return (self.event.head.source, self.event.head.id) if self.event else ("", "")

    @property
    def id_hash(self) -> int:
        """As the ledger keeps it."""
        source, id_ = self.identity
        return int(CityHash64(f"{source}\0{id_}"))


def judge(place: Place, value: bytes | None, mends: Sequence[Mend], rules: Rules, now: datetime) -> Judged:
    """The record through the decoder that door and landing use. Never raises."""
    try:
        raw = value or b""
        if mends:
            document = parse(raw)
            changed = mended(document, mends)
            if changed != document:
                raw = orjson.dumps(changed)
        return Judged(place, decode(raw, rules=rules, now=now, topic=place.topic))
    except EventRefused as refused:
        return Judged(place, None, refused.reason.value, mask_field(refused.field), refused.expected)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of it: counted, suppressed (it is counted already), conflict, rejected."""

    judged: Judged
    verdict: str
    counted: Place | None = None

    def document(self) -> dict[str, object]:
        """As it is kept and answered: nothing of its content."""
        judged = self.judged
        shown: dict[str, object] = {"id": str(judged.place), "verdict": self.verdict}
        if judged.event is None:
            shown |= {"reason": judged.reason, "field": judged.field, "expected": judged.expected}
        else:
            head = judged.event.head
            shown |= {"event_id": head.id, "type": head.type, "unit": head.orgunit}
        if self.counted is not None:
            shown["counted"] = str(self.counted)
        return shown


def settled(judged: Sequence[Judged], known: Mapping[Identity, tuple[Place, bytes]]) -> list[Verdict]:
    """The verdict of each, as landing would give it in this order. `known`: where an event of that name was
    counted, and its fingerprint."""
    seen: dict[Identity, tuple[Place | None, bytes]] = dict(known)
    verdicts = []
    for each in judged:
        if each.event is None:
            verdicts.append(Verdict(each, "rejected"))
            continue
        before = seen.get(each.identity)
        if before is None:
            seen[each.identity] = (None, each.event.fingerprint)
            verdicts.append(Verdict(each, "counted"))
        elif before[1] == each.event.fingerprint:
            verdicts.append(Verdict(each, "suppressed", before[0]))
        else:
            verdicts.append(Verdict(each, "conflict", before[0]))
    return verdicts
