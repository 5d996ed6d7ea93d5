"""Events through landing's reading and one block into the real ledger, and what that then says of each."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import uuid4

from ioc.contracts import Rules, decode
from ioc.topics import BY_NAME
from storage.client import Store
from storage.ledger import COLUMNS, Log
from streams.land.block import Block
from streams.land.judge import read_all, settle
from tests.unit.land.test_judge import Record

READ = (
    "offset, toString(verdict), reason, field, source, id, type, subject, toUnixTimestamp64Milli(time),"
    " toUnixTimestamp64Milli(producedat), orgunit, seqno, correctionof, data, hex(fingerprint), masked"
)


class Said(NamedTuple):
    """One record: its verdict and reason in the ledger, and what differs from what was sent."""

    verdict: str
    reason: str
    wrong: list[tuple[Any, Any]]


def read_back(
    store: Store, topic: str, records: Sequence[tuple[bytes, bytes]], rules: Rules, now: datetime
) -> Iterator[Said]:
    """Records (key, value) of a topic as the ledger holds them, field by field beside what they say."""
    stamp = _milliseconds(now)
    rows = read_all([Record(n, stamp, *each) for n, each in enumerate(records)], rules, topic)
    log = Log(BY_NAME[topic], uuid4(), 0)
    made = Block.of(log, rules.version, rows, settle(rows, {}))
    store.insert(log.table, COLUMNS, made.columns("r1"), token=made.token)
    found = store.query(
        f"SELECT {READ} FROM {log.table} WHERE topic_id = %(t)s ORDER BY offset", {"t": str(log.topic_id)}
    )
    assert len(found) == len(records)
    pairs: list[tuple[Any, Any]]
    for (_, raw), row, said in zip(records, rows, found, strict=True):
        if said[1] == "rejected":
            pairs = [(said[2], row.reason), (said[3], row.field), (said[15], row.masked)]
        else:
            event = decode(raw, rules=rules, now=now)
            sent = event.envelope
            pairs = [
                *zip(said[4:8], (sent.source, sent.id, sent.type, sent.subject), strict=True),
                *zip(said[8:10], (_milliseconds(sent.time), _milliseconds(sent.producedat)), strict=True),
                *zip(said[10:13], (sent.orgunit, sent.seqno, sent.correctionof or ""), strict=True),
                (said[13].encode(), event.data),
                (bytes.fromhex(said[14]), event.fingerprint),
            ]
        yield Said(said[1], said[2], [(one, other) for one, other in pairs if one != other])


def _milliseconds(at: datetime) -> int:
    return round(at.astimezone(UTC).timestamp() * 1000)
