"""Bytes to events and back. The most serious reason wins:

oversize, undecodable, secret_marking, personal_data, unknown_type, schema, unauthorised_source, unknown_unit,
future_time. A good event takes the short way (one parse, a count of its keys, a scan for numbers of persons,
look-ups in the rules); only a refused one pays for the exact reading that finds its reason. The shortest way
of all is for canonical text, see `canonical`.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from pydantic import ValidationError

from ioc.contracts import canonical, grammar, screening
from ioc.contracts.canonical import SKEW
from ioc.contracts.envelope import Data, Envelope, EventType, Head, Rules
from ioc.contracts.explain import describe, explain
from ioc.contracts.refusal import EventRefused, Reason
from ioc.contracts.registry import ADAPTER, BY_NAME, TYPES

_WHITESPACE = b" \t\r\n"
_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z


class Decoded:
    """An accepted event: `data` is canonical JSON, `fingerprint` tells a repeat from a conflict.

    `head` has the columns of the envelope; `envelope` itself is built when it is asked for. Of an event that
    was read through the model both are the same.
    """

    __slots__ = ("_whole", "data", "fingerprint", "head", "kind")

    def __init__(
        self, head: Head | Envelope, kind: EventType, data: bytes, fingerprint: bytes, whole: Envelope | str
    ) -> None:
        self.head = head
        self.kind = kind
        self.data = data
        self.fingerprint = fingerprint
        self._whole = whole

    @property
    def envelope(self) -> Envelope:
        if isinstance(self._whole, str):
            self._whole = self.kind.envelope.model_validate_json(self._whole)
        return self._whole

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Decoded):
            return NotImplemented
        same = self.data == other.data and self.fingerprint == other.fingerprint
        return same and self.envelope == other.envelope

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __repr__(self) -> str:
        return f"Decoded({self.envelope!r})"


def _plain(model: Data | Envelope) -> dict[str, Any]:
    """The fields that are there; null is absence, so that a new optional field changes no old event."""
    return {name: value for name, value in model.__dict__.items() if value is not None}


def canonical_data(data: Data) -> bytes:
    """Canonical JSON: sorted keys, NFC, UTC times `2026-11-20T01:02:03.004000Z`, no nulls."""
    plain = {name: value for name, value in data.__dict__.items() if value is not None}
    return orjson.dumps(plain, option=_CANONICAL)


def encode(envelope: Envelope) -> bytes:
    """The wire form: structured CloudEvents JSON, canonical, so that equal events are equal bytes."""
    wire = _plain(envelope)
    wire["data"] = _plain(envelope.data)
    return orjson.dumps(wire, option=_CANONICAL)


def kafka_key(envelope: Envelope | Head) -> bytes:
    """Tenant and subject: all events of a case stay in order in one partition."""
    return f"{envelope.tenant}/{envelope.subject}".encode()


def fingerprint(envelope: Envelope, data: bytes) -> bytes:
    """SHA-256 over what the event says; who repeats it, and when it was produced, is left out."""
    said = (envelope.type, envelope.subject, envelope.time, envelope.orgunit, envelope.correctionof)
    return hashlib.sha256(orjson.dumps(said, option=_CANONICAL) + data).digest()


def _quick(text: str) -> Decoded | None:
    """The event if its text is canonical and good in itself."""
    found = canonical.read(text)
    if found is None:
        return None
    head, kind, data, time = found
    body = data.encode()
    print_ = canonical.fingerprint(kind.type, head.subject, time, head.orgunit, head.correctionof, body)
    return Decoded(head, kind, body, print_, text)


def _read(raw: bytes) -> Decoded:
    """The event, valid in itself; raises `EventRefused`."""
    if type(raw) is not bytes or not 0 < len(raw) <= grammar.MAX_BYTES:
        grammar.size_checked(raw)
    try:
        found = _quick(raw.decode())
    except UnicodeDecodeError:
        found = None
    return found or _exact(raw)


def _keys_once(plain: bytes, envelope: Envelope) -> bool:
    """Each key of the text became a field of its own.

    Without whitespace every key is followed by `":`, so there are at least as many of these as keys; no more
    of them than fields means that no key came twice.
    """
    fields = len(envelope.__pydantic_fields_set__) + len(envelope.data.__pydantic_fields_set__)
    return plain.translate(None, _WHITESPACE).count(b'":') <= fields


def _exact(raw: bytes) -> Decoded:
    """As `_read`, through the model; whatever is refused is refused here."""
    plain = raw if raw.isascii() and b"\\" not in raw else grammar.normalised(raw)
    envelope, failure = None, None
    try:
        envelope = ADAPTER.validate_json(plain)
    except ValidationError as error:
        failure = error
    if envelope is None or not _keys_once(plain, envelope):
        document = grammar.parse(raw)
        screening.screen(document)
        if envelope is None:
            raise explain(document, failure)
    kind = TYPES[envelope.type]
    data = canonical_data(envelope.data)
    screening.screen_data(envelope.data.__dict__)
    screening.screen_envelope(envelope.subject, envelope.dataschema)
    _check_consistent(envelope, kind)
    return Decoded(envelope, kind, data, fingerprint(envelope, data), envelope)


def _check_consistent(envelope: Envelope, kind: EventType) -> None:
    """The envelope says the same as its data."""
    if envelope.subject != getattr(envelope.data, kind.subject_field):
        expected = f"the same as data.{kind.subject_field}"
        raise EventRefused(Reason.schema, "/subject", describe(envelope.subject), expected)
    if envelope.producedat < envelope.time - SKEW:
        raise EventRefused(
            Reason.schema, "/producedat", f"{envelope.producedat:%FT%TZ}", "at most 5 minutes before time"
        )
    if kind.of_itself and not envelope.source.endswith(f":{envelope.subject}"):
        raise EventRefused(Reason.schema, "/data/system_code", envelope.subject, "the system of the source")
    if envelope.correctionof == envelope.id:
        raise EventRefused(Reason.schema, "/correctionof", "its own id", "the id of another event")


def _check_rules(
    head: Head | Envelope, kind: EventType, rules: Rules, now: datetime, topic: str | None
) -> None:
    if topic is not None and not kind.travels_on(topic):
        raise EventRefused(Reason.schema, "/type", head.type, f"a type that travels on {topic}")
    allowed = rules.sources.get(head.source)
    if allowed is None:
        raise EventRefused(Reason.unauthorised_source, "/source", head.source, "a source in sources.yaml")
    if head.tenant != rules.tenant:
        raise EventRefused(Reason.unauthorised_source, "/tenant", head.tenant, f"tenant {rules.tenant}")
    if head.type not in allowed:
        raise EventRefused(
            Reason.unauthorised_source, "/type", head.type, f"a type that {head.source} may send"
        )
    if head.orgunit not in rules.units:
        raise EventRefused(Reason.unknown_unit, "/orgunit", head.orgunit, "a unit in units.yaml")
    latest = now + SKEW
    if head.time <= latest and head.producedat <= latest:
        return
    for field, at in (("/time", head.time), ("/producedat", head.producedat)):
        if at > latest:
            raise EventRefused(Reason.future_time, field, f"{at:%FT%TZ}", "at most 5 minutes ahead of now")


def well_formed(raw: bytes) -> Decoded:
    """The event in `raw`, checked against its schema, asking neither reference data nor the clock.

    For those who have no reference data of the centre. Raises `EventRefused` only.
    """
    return _read(raw)


def decode(raw: bytes, *, rules: Rules, now: datetime, topic: str | None = None) -> Decoded:
    """The event in `raw`, checked against schema, reference data and clock. Raises `EventRefused` only.

    `now` is the record's timestamp in landing (a retry must judge the same), the clock's time in the gateway;
    `topic` is the Kafka topic it was found on, if any.
    """
    found = _read(raw)
    _check_rules(found.head, found.kind, rules, now, topic)
    return found


def build(
    name: str,
    *,
    source: str,
    id: str,
    time: datetime,
    orgunit: str,
    seqno: int,
    producedat: datetime,
    data: Mapping[str, Any],
    tenant: str,
    correctionof: str | None = None,
) -> Envelope:
    """A typed event from plain values; `name` is the short name, times must carry an offset.

    Raises `EventRefused` exactly as `decode` does, but asks neither reference data nor the clock.
    """
    kind = BY_NAME.get(name)
    if kind is None:
        raise EventRefused(Reason.unknown_type, "/type", describe(name), "one of the event catalogue")
    if data.get(kind.subject_field) is None:
        raise EventRefused(
            Reason.schema, f"/data/{kind.subject_field}", "missing", "a value: it is the subject"
        )
    plain = {
        "specversion": "1.0",
        "id": id,
        "source": source,
        "type": kind.type,
        "subject": data[kind.subject_field],
        "time": time,
        "tenant": tenant,
        "orgunit": orgunit,
        "seqno": seqno,
        "producedat": producedat,
        "dataclass": kind.dataclass,
        "correctionof": correctionof,
        "data": dict(data),
    }
    try:
        raw = orjson.dumps(plain)
    except TypeError:
        raw = b""
    if not raw:
        raise EventRefused(Reason.schema, "", "not JSON", "text, numbers, flags and times only")
    grammar.size_checked(raw)
    return _exact(raw).envelope
