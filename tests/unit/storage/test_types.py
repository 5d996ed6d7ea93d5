"""Stepping over columns: the position behind a block must be exact for every type, at every cut."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.embedded import wire
from storage.embedded.errors import EngineError
from storage.embedded.types import column, skip_block
from tests.unit.storage.test_wire import reader_of


def behind(kind: str, body: bytes, rows: int, size: int = 1 << 20) -> int:
    reader = reader_of(body + b"!" * 3, size)
    layout = column(kind)
    reader.skip(layout.prefix)
    layout.skip(reader, rows)
    return reader.position


@pytest.mark.parametrize(
    ("kind", "width"),
    [
        ("UInt8", 1), ("Int16", 2), ("Int32", 4), ("UInt64", 8), ("Int128", 16), ("UInt256", 32),
        ("Float32", 4), ("Float64", 8), ("Bool", 1), ("UUID", 16), ("IPv4", 4), ("IPv6", 16),
        ("Date", 2), ("Date32", 4), ("DateTime", 4), ("DateTime('Asia/Ho_Chi_Minh')", 4),
        ("DateTime64(3, 'UTC')", 8), ("Enum8('a' = 1, 'b,(c' = 2)", 1), ("Enum16('a' = 1000)", 2),
        ("FixedString(32)", 32), ("Decimal(9, 2)", 4), ("Decimal(18, 4)", 8), ("Decimal(38, 2)", 16),
        ("Decimal(76, 2)", 32), ("Decimal64(3)", 8), ("IntervalDay", 8), ("Nullable(UInt32)", 5),
        ("SimpleAggregateFunction(sum, UInt64)", 8), ("Tuple(a UInt8, `b c` DateTime64(3, 'UTC'))", 9),
        ("Tuple(UInt8, Tuple(UInt16, UInt32))", 7), ("Tuple()", 1),
    ],
)  # fmt: skip
@pytest.mark.parametrize("rows", [0, 1, 7])
def test_types_of_one_width(kind: str, width: int, rows: int) -> None:
    assert behind(kind, bytes(width * rows), rows) == width * rows


def test_arrays_and_maps_follow_their_last_offset() -> None:
    body = struct.pack("<QQ", 1, 3) + b"".join(map(wire.string, ["a", "bc", ""]))
    assert behind("Array(String)", body, 2) == len(body)
    assert behind("Map(String, UInt16)", body + bytes(6), 2) == len(body) + 6
    nested = struct.pack("<QQ", 2, 2) + struct.pack("<QQ", 1, 4) + bytes(4)
    assert behind("Array(Array(UInt8))", nested, 2) == len(nested)


@pytest.mark.parametrize("kind", ["LowCardinality(String)", "LowCardinality(Nullable(String))"])
def test_low_cardinality_is_a_dictionary_and_indexes(kind: str) -> None:
    keys = b"".join(map(wire.string, ["", "một"]))
    for code, width in ((0, 1), (1, 2), (2, 4), (3, 8)):
        body = struct.pack("<QQQ", 1, code | 0x600, 2) + keys + struct.pack("<Q", 5) + bytes(5 * width)
        assert behind(kind, body, 5) == len(body)


def test_prefixes_of_all_parts_stand_before_the_first_body() -> None:
    assert column("Map(LowCardinality(String), Tuple(UInt8, LowCardinality(String)))").prefix == 16


@pytest.mark.parametrize(
    "kind", ["JSON", "Dynamic", "Variant(String, UInt8)", "AggregateFunction(sum, UInt8)", "", "Nope("]
)
def test_a_type_without_fixed_layout_is_refused_by_name(kind: str) -> None:
    with pytest.raises(EngineError) as refused:
        column(kind)
    assert refused.value.code == 48
    assert kind in refused.value.message


@given(st.lists(st.tuples(st.text(max_size=200), st.integers(0, 2**64 - 1)), max_size=30), st.integers(1, 50))
def test_a_block_ends_where_it_ends_however_it_arrives(rows: list[tuple[str, int]], size: int) -> None:
    block = wire.number(2) + wire.number(len(rows))
    block += wire.string("s") + wire.string("String") + b"".join(wire.string(text) for text, _ in rows)
    block += wire.string("n") + wire.string("UInt64") + b"".join(struct.pack("<Q", n) for _, n in rows)
    reader = reader_of(block + b"\x02\x00", size)
    assert skip_block(reader) == (2, len(rows))
    assert reader.position == len(block)


def test_the_block_that_ends_an_insert() -> None:
    assert skip_block(reader_of(b"\0\0")) == (0, 0)
