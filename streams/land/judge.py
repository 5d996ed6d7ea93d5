"""A record in, a ledger row out: first read (pure, no memory), then settled against what is known.

Reading may run ahead of the store; settling a block waits until the block before it stands in the ledger,
because "known" means in this partition's log before this record.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

import orjson
from clickhouse_cityhash.cityhash import CityHash64

from ioc import failpoints
from ioc.contracts import TYPES, EventRefused, Reason, Rules, decode, kafka_key, mask, mask_field
from ioc.contracts.skimming import SKEW_MS, Skimmed, skim
from storage.ledger import CONFLICT, COUNTED, REJECTED, SUPPRESSED

Identity = tuple[str, str]
"""(source, id): the name of an event."""


class Record(Protocol):
    """What is needed of a Kafka record; `timestamp` is its LogAppendTime in milliseconds."""

    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...


class Row(NamedTuple):
    """One record, read: its columns of the ledger, and the value as it stood in Kafka.

    `reason` empty: an event in good order; `time` and `producedat` are milliseconds.
    """

    offset: int
    logged_at: int
    reason: str
    field: str
    id_hash: int
    tenant: str
    source: str
    id: str
    type: str
    subject: str
    time: int
    producedat: int
    orgunit: str
    seqno: int
    correctionof: str
    fingerprint: bytes
    data: bytes
    masked: str
    value: bytes | None

    @property
    def identity(self) -> Identity:
        return self.source, self.id


_NO_PRINT = bytes(32)
_MOMENT = timedelta(milliseconds=1)
_EPOCH = datetime.fromtimestamp(0, UTC)


def identity_hash(source: str, id_: str) -> int:
    """The same number as ClickHouse's `cityHash64(concat(source, char(0), id))`."""
    return int(CityHash64(f"{source}\0{id_}"))


def read_all(records: Sequence[Record], rules: Rules, topic: str) -> list[Row]:
    """Read records; each one's timestamp is its now, so that a retry decides the same. Never raises.

    Good events as we write them ourselves are skimmed together; any other is read by itself, the exact way.
    """
    rows = []
    values = [each.value for each in records]
    failpoints.hit_by("C9", values)
    for record, found in zip(records, skim(values, rules, topic), strict=True):
        row = None if found is None else _skimmed(record, found)
        rows.append(row or read(record, _EPOCH + record.timestamp * _MOMENT, rules, topic))
    return rows


def read_but(records: Sequence[Record], unread: Container[int], rules: Rules, topic: str) -> list[Row]:
    """`read_all`, but for offsets that are set aside: nobody may read those."""
    rows = iter(read_all([each for each in records if each.offset not in unread], rules, topic))
    return [unread_row(each) if each.offset in unread else next(rows) for each in records]


def _skimmed(record: Record, found: Skimmed) -> Row | None:
    """The row of an event that was skimmed; None when its record has another key or an earlier now."""
    data, id_, source, subject, time, tenant, orgunit, seqno, produced, corrects, type_, print_ = found
    latest = record.timestamp + SKEW_MS
    if time > latest or produced > latest or record.key != f"{tenant}/{subject}".encode():
        return None
    return Row(
        record.offset,
        record.timestamp,
        "",
        "",
        CityHash64(f"{source}\0{id_}"),
        tenant,
        source,
        id_,
        type_,
        subject,
        time,
        produced,
        orgunit,
        seqno,
        corrects,
        print_,
        data,
        "",
        record.value,
    )


def read(record: Record, now: datetime, rules: Rules, topic: str) -> Row:
    """Read one record; `now` is its own timestamp, so that a retry decides the same. Never raises."""
    value = record.value
    if value is None:
        return refused_row(record.offset, record.timestamp, None, Reason.undecodable, "", rules)
    try:
        event = decode(value, rules=rules, now=now, topic=topic)
    except EventRefused as error:
        field = mask_field(error.field)
        return refused_row(record.offset, record.timestamp, value, error.reason, field, rules)
    envelope = event.head
    if record.key != kafka_key(envelope):
        return refused_row(record.offset, record.timestamp, value, Reason.schema, "/subject", rules)
    source, id_ = envelope.source, envelope.id
    return Row(
        record.offset,
        record.timestamp,
        "",
        "",
        CityHash64(f"{source}\0{id_}"),
        envelope.tenant,
        source,
        id_,
        envelope.type,
        envelope.subject,
        round(envelope.time.timestamp() * 1000),
        round(envelope.producedat.timestamp() * 1000),
        envelope.orgunit,
        envelope.seqno,
        envelope.correctionof or "",
        event.fingerprint,
        event.data,
        "",
        value,
    )


def refused_row(
    offset: int, logged_ms: int, value: bytes | None, reason: Reason, field: str, rules: Rules
) -> Row:
    """A rejected record: reason, field and the shape of its payload.

    Of personal data and secrets nothing is kept but the source.
    """
    masked = "" if value is None or reason.unmentionable else mask(value)
    source, id_, kind, unit = _labels(masked) if masked else ("", "", "", "")
    if source not in rules.sources:
        source = _source(value, rules) if value is not None else ""
    nothing = ("", 0, 0, unit, 0, "", _NO_PRINT, b"")  # subject … data
    return Row(offset, logged_ms, reason.value, field, 0, "", source, id_, kind, *nothing, masked, value)


def unread_row(record: Record) -> Row:
    """A record that killed whoever read it: rejected without being read, so that only its size is known.

    No source, no id, no hash: what it holds was never screened.
    """
    value = record.value
    masked = f'"bytes({len(value)})"' if value else ""
    nothing = ("", "", "", "", "", 0, 0, "", 0, "", _NO_PRINT, b"")  # tenant … data
    return Row(record.offset, record.timestamp, Reason.crash_loop.value, "", 0, *nothing, masked, value)


def _labels(masked: str) -> tuple[str, str, str, str]:
    """Source, id, type and unit as far as the mask shows them."""
    try:
        shape = orjson.loads(masked)
    except orjson.JSONDecodeError:
        return "", "", "", ""
    if not isinstance(shape, dict):
        return "", "", "", ""
    found = {name: str(shape.get(name, "")) for name in ("source", "id", "type", "orgunit")}
    return (
        found["source"],
        found["id"] if len(found["id"]) == 36 else "",
        found["type"] if found["type"] in TYPES else "",
        found["orgunit"] if "(" not in found["orgunit"] else "",
    )


def _source(value: bytes, rules: Rules) -> str:
    try:
        document = orjson.loads(value)
    except orjson.JSONDecodeError:
        return ""
    source = document.get("source") if isinstance(document, dict) else None
    return source if isinstance(source, str) and source in rules.sources else ""


def suspects(rows: Iterable[Row], maybe: set[int]) -> list[int]:
    """Hashes of a block's events that the ledger must be asked about."""
    return [row.id_hash for row in rows if not row.reason and row.id_hash in maybe]


def settle(rows: Sequence[Row], known: Mapping[Identity, bytes]) -> list[int]:
    """The verdict of each row, in log order.

    `known`: fingerprints of identities counted in this partition before the first row. Only a counted row
    consumes its identity, so a rejected event may come back corrected.
    """
    seen: dict[Identity, bytes] = dict(known)
    verdicts = []
    for row in rows:
        if row.reason:
            verdicts.append(REJECTED)
            continue
        identity = row.source, row.id
        before = seen.get(identity)
        if before is None:
            seen[identity] = row.fingerprint
            verdicts.append(COUNTED)
        elif before == row.fingerprint:
            verdicts.append(SUPPRESSED)
        else:
            verdicts.append(CONFLICT)
    return verdicts
