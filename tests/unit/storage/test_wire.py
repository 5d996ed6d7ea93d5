"""Numbers, strings and frames of the native protocol, however they are cut into packets."""

import struct
from collections.abc import Callable, Iterator

import lz4.block
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.embedded import wire
from storage.embedded.errors import EngineError
from storage.embedded.wire import Closed, Frames, Reader


def pieces(data: bytes, size: int) -> Callable[[], bytes]:
    """A source that gives `size` bytes at a time, then closes."""
    parts: Iterator[bytes] = iter([data[at : at + size] for at in range(0, len(data), size)])

    def more() -> bytes:
        for part in parts:
            return part
        raise Closed("end")

    return more


def reader_of(data: bytes, size: int = 1 << 20) -> Reader:
    return Reader(pieces(data, size))


@given(st.integers(0, 2**64 - 1), st.integers(1, 5))
def test_a_number_survives(value: int, size: int) -> None:
    reader = reader_of(wire.number(value), size)
    assert reader.number() == value
    assert reader.position == len(wire.number(value))


@given(st.lists(st.text(max_size=40), max_size=20), st.integers(1, 7))
def test_strings_survive_and_are_stepped_over_to_the_same_place(texts: list[str], size: int) -> None:
    data = b"".join(map(wire.string, texts))
    reader = reader_of(data + b"!", size)
    assert [reader.string(1 << 10) for _ in texts] == texts
    skipping = reader_of(data + b"!", size)
    skipping.skip_strings(len(texts))
    assert skipping.position == len(data)


@given(
    st.lists(st.sampled_from([0, 1, 2, 26, 127, 128, 300, 16_383, 16_384, 40_000]), max_size=12),
    st.integers(1, 5),
    st.sampled_from([1, 100, 1 << 20]),
)
def test_long_and_equal_strings_are_stepped_over(lengths: list[int], repeat: int, size: int) -> None:
    data = b"".join(wire.string(b"\x05" * length) for length in lengths for _ in range(repeat))
    reader = reader_of(data, max(size, len(data) // 200 + 1))
    reader.skip_strings(len(lengths) * repeat)
    assert reader.position == len(data)


def test_stepping_asks_for_no_byte_behind_the_last_string() -> None:
    reader = reader_of(wire.string("") * 3)
    reader.skip_strings(3)
    with pytest.raises(Closed):
        reader.byte()


def test_a_number_without_end_closes_the_connection() -> None:
    with pytest.raises(Closed):
        reader_of(b"\xff" * 11).number()


def test_a_string_longer_than_allowed_is_refused_before_it_is_read() -> None:
    with pytest.raises(EngineError) as refused:
        reader_of(wire.number(1 << 40)).string(100)
    assert refused.value.code == 128


@given(st.binary(max_size=500), st.integers(1, 64))
def test_a_frame_survives(data: bytes, size: int) -> None:
    assert Frames(reader_of(wire.compress(data), size)).more() == data


@given(st.binary(min_size=1, max_size=100), st.integers(0, 10_000))
def test_a_changed_frame_is_noticed(data: bytes, where: int) -> None:
    frame = bytearray(wire.compress(data))
    at = where % len(frame)
    frame[at] ^= 1
    with pytest.raises((EngineError, Closed)):
        Frames(reader_of(bytes(frame))).more()


def framed(method: int, data: bytes, raw_size: int) -> bytes:
    body = wire.FRAME_HEADER.pack(method, len(data) + wire.FRAME_HEADER.size, raw_size) + data
    return wire.checksum(body) + body


def test_frames_may_be_plain_and_nothing_else_but_lz4() -> None:
    assert Frames(reader_of(framed(wire.PLAIN, b"abc", 3))).more() == b"abc"
    with pytest.raises(EngineError) as refused:
        Frames(reader_of(framed(0x90, b"abc", 3))).more()
    assert refused.value.code == 89


def test_lz4_data_that_is_none_is_an_error_with_a_code() -> None:
    packed = lz4.block.compress(b"a" * 100, store_size=False)
    with pytest.raises(EngineError) as refused:
        Frames(reader_of(framed(wire.LZ4, packed[:-3], 100))).more()
    assert refused.value.code == 271


def test_a_frame_that_claims_too_much_is_refused() -> None:
    with pytest.raises(EngineError):
        Frames(reader_of(framed(wire.LZ4, b"", 1 << 31))).more()


def test_an_exception_packet() -> None:
    packet = wire.exception(EngineError(60, "Unknown table. (UNKNOWN_TABLE)"))
    assert packet[0] == wire.ServerPacket.EXCEPTION
    assert struct.unpack("<i", packet[1:5]) == (60,)
    assert b"DB::Exception: Unknown table." in packet
