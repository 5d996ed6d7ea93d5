"""The corpus through the real store: what was accepted is read back field by field as it was said."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from ioc.contracts import decode
from ioc.topics import BY_NAME
from storage.client import Store
from storage.ledger import COLUMNS, Log
from streams.land.block import Block
from streams.land.judge import read_all, settle
from tests.corpus.cases import ACCEPT, Case, classes, load
from tests.corpus.test_corpus import RULES, STAMP, key_of
from tests.unit.contracts.events import NOW
from tests.unit.land.test_judge import Record

pytestmark = pytest.mark.engine
READ = (
    "offset, toString(verdict), reason, field, source, id, type, subject, toUnixTimestamp64Milli(time),"
    " toUnixTimestamp64Milli(producedat), orgunit, seqno, correctionof, data, hex(fingerprint), masked"
)


def _milliseconds(at: datetime) -> int:
    return round(at.astimezone(UTC).timestamp() * 1000)


@pytest.mark.parametrize("topic", ["ioc.documents", "ioc.services"])
def test_what_the_ledger_holds_is_what_was_said(store: Store, topic: str) -> None:
    cases: list[Case] = [each for name in classes() for each in load(name) if each.topic == topic]
    records = [Record(n, STAMP, key_of(each.raw), each.raw) for n, each in enumerate(cases)]
    rows = read_all(records, RULES, topic)
    verdicts = settle(rows, {})
    log = Log(BY_NAME[topic], uuid4(), 0)
    made = Block.of(log, "corpus", rows, verdicts)
    store.insert(log.table, COLUMNS, made.columns("r1"), token=made.token)
    found = store.query(
        f"SELECT {READ} FROM {log.table} WHERE topic_id = %(t)s ORDER BY offset", {"t": str(log.topic_id)}
    )
    assert len(found) == len(cases)
    accepted = 0
    for each, row, said in zip(cases, rows, found, strict=True):
        answer = ACCEPT if said[1] != "rejected" else said[2]
        assert each.fits(answer), (each.name, each.want, answer)
        if said[1] == "rejected":
            assert said[2:4] == (row.reason, row.field), each.name
            assert said[15] == row.masked
            continue
        accepted += 1
        event = decode(each.raw, rules=RULES, now=NOW)
        envelope = event.envelope
        assert said[4:8] == (envelope.source, envelope.id, envelope.type, envelope.subject), each.name
        assert said[8:10] == (_milliseconds(envelope.time), _milliseconds(envelope.producedat)), each.name
        assert said[10:13] == (envelope.orgunit, envelope.seqno, envelope.correctionof or ""), each.name
        assert said[13].encode() == event.data, each.name
        assert bytes.fromhex(said[14]) == event.fingerprint, each.name
    assert accepted > 10
