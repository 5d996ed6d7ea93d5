"""Reading many records at once says of each what reading it by itself says."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioc.contracts import BY_NAME, encode, kafka_key
from ioc.contracts.skimming import skim
from streams.land.judge import Row, read, read_all
from tests.unit.contracts.events import GOOD, NOW, RULES, event
from tests.unit.land.test_judge import Record

STAMP = round(NOW.timestamp() * 1000)
BADLY = (
    None,
    b"",
    b"{}",
    b"\xff\xfe",
    b"[" * 5_000,
    b'{"type":"vn.gov.ioc.nothing.v1"}',
    b"x" * 70_000,
)
NUMBERS = (
    "001085123456",
    "0912345678",
    "123456789",
    "1234.567890123",
    "TOI-MAT-1",
    "tuyet_mat",
    "18.2.44/CV",
)


def wires() -> list[tuple[str, bytes, bytes]]:
    """(topic, key, value) of one good event of each type, and of others that are just not good."""
    found = []
    for n, name in enumerate(sorted(GOOD)):
        kind = BY_NAME[name]
        good = event(name, n + 1)
        wire = encode(good)
        found.append((kind.topic.name, kafka_key(good), wire))
        found.append((kind.topic.name, b"G09/another", wire))
        found.append((kind.topic.name, kafka_key(good), wire.replace(b'"tenant":"G09"', b'"tenant":"G02"')))
        found.append((kind.topic.name, kafka_key(good), wire.replace(b'"orgunit":"G09', b'"orgunit":"G88')))
        found.append((kind.topic.name, kafka_key(good), wire.replace(b"urn:ioc:G09:", b"urn:ioc:G09:x")))
        found.append((kind.topic.name, kafka_key(good), wire + b" "))
        subject = good.subject.encode()
        for number in NUMBERS:
            smuggled = wire.replace(subject, number.encode())
            found.append((kind.topic.name, f"G09/{number}".encode(), smuggled))
    return found


WIRES = wires()


def one_by_one(records: list[Record], topic: str) -> list[Row]:
    return [read(each, datetime.fromtimestamp(each.timestamp / 1000, UTC), RULES, topic) for each in records]


@pytest.mark.parametrize("topic", sorted({topic for topic, _, _ in WIRES}))
def test_a_block_reads_as_its_records_do(topic: str) -> None:
    mine = [Record(n, STAMP, key, value) for n, (_, key, value) in enumerate(WIRES)]
    mine += [Record(len(mine) + n, STAMP, b"k", value) for n, value in enumerate(BADLY)]
    rows = read_all(mine, RULES, topic)
    assert rows == one_by_one(mine, topic)
    assert any(not row.reason for row in rows)
    assert any(row.reason for row in rows)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(WIRES), max_size=12),
    st.sampled_from([-(10**9), -300_001, -300_000, -299_999, -1, 0, 1, 10**6]),
)
def test_neighbours_and_the_clock_change_nothing(picked: list[tuple[str, bytes, bytes]], ahead: int) -> None:
    records = [Record(n, STAMP + ahead, key, value) for n, (_, key, value) in enumerate(picked)]
    topic = picked[0][0] if picked else "ioc.documents"
    assert read_all(records, RULES, topic) == one_by_one(records, topic)


def test_good_events_take_the_short_way() -> None:
    """Otherwise the equality above would compare one way with itself."""
    for name in GOOD:
        assert skim([encode(event(name))], RULES, BY_NAME[name].topic.name) != [None], name


def test_an_event_of_the_future_is_seen_by_its_record_only() -> None:
    name = "document.received"
    good = event(name)
    late = round((good.producedat - timedelta(minutes=5)).timestamp() * 1000)
    topic = BY_NAME[name].topic.name
    records = [
        Record(0, late, kafka_key(good), encode(good)),
        Record(1, late - 1, kafka_key(good), encode(good)),
    ]
    assert [row.reason for row in read_all(records, RULES, topic)] == ["", "future_time"]
