"""ClickHouse's native protocol on the byte level: variable-length numbers, strings, packets, LZ4 frames.

Server revision 54453: up to it the body of a Data packet, after the block info, is exactly the `Native`
format of the engine, in both directions, so that blocks pass through as bytes.
"""

import struct
from collections.abc import Callable
from enum import IntEnum

import lz4.block
from clickhouse_cityhash.cityhash import CityHash128

from storage.embedded.errors import (
    CANNOT_DECOMPRESS,
    CHECKSUM_DOES_NOT_MATCH,
    TOO_LARGE,
    UNKNOWN_COMPRESSION_METHOD,
    EngineError,
)

REVISION = 54453
BLOCK_INFO = b"\x01\x00\x02\xff\xff\xff\xff\x00"
"""Field 1 is_overflows = 0, field 2 bucket_num = -1, end."""

CHECKSUM_SIZE = 16
FRAME_HEADER = struct.Struct("<BII")  # method, size with this header, size of the data inside
LZ4, PLAIN = 0x82, 0x02
LARGEST_FRAME = 1 << 28
RECEIVE_SIZE = 1 << 20


class ClientPacket(IntEnum):
    HELLO = 0
    QUERY = 1
    DATA = 2
    CANCEL = 3
    PING = 4


class ServerPacket(IntEnum):
    HELLO = 0
    DATA = 1
    EXCEPTION = 2
    PROGRESS = 3
    PONG = 4
    END_OF_STREAM = 5
    PROFILE_INFO = 6


class Closed(ConnectionError):
    """The other side went away, or broke the protocol so that its next byte means nothing."""


class Broken(Exception):
    """A client's data cannot be read to its end: `error` is its last word, the connection cannot go on."""

    def __init__(self, error: EngineError) -> None:
        super().__init__(str(error))
        self.error = error


def number(value: int) -> bytes:
    """An unsigned number, seven bits a byte, lowest first."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def string(value: str | bytes) -> bytes:
    """Length, then UTF-8 bytes."""
    raw = value.encode() if isinstance(value, str) else value
    return number(len(raw)) + raw


def header(columns: list[tuple[str, str]]) -> bytes:
    """A block of no rows: what the columns (name, type) are called."""
    return number(len(columns)) + b"\0" + b"".join(string(name) + string(kind) for name, kind in columns)


def exception(error: EngineError) -> bytes:
    return (
        bytes([ServerPacket.EXCEPTION])
        + struct.pack("<i", error.code)
        + string("DB::Exception")
        + string(f"DB::Exception: {error.message}")
        + string("")
        + b"\0"
    )


def progress(rows: int = 0, size: int = 0, written_rows: int = 0, written_bytes: int = 0) -> bytes:
    """Rows and bytes read and written since the last such packet."""
    values = (rows, size, 0, written_rows, written_bytes)
    return bytes([ServerPacket.PROGRESS]) + b"".join(map(number, values))


def profile(rows: int, blocks: int, size: int) -> bytes:
    """What a query returned altogether."""
    return bytes([ServerPacket.PROFILE_INFO]) + number(rows) + number(blocks) + number(size) + b"\0\0\0"


def checksum(data: bytes) -> bytes:
    value: int = CityHash128(data)
    low, high = value & 0xFFFFFFFFFFFFFFFF, value >> 64
    return struct.pack("<QQ", high, low)


def compress(data: bytes) -> bytes:
    """One frame: checksum, method, sizes, LZ4 data."""
    packed: bytes = lz4.block.compress(data, store_size=False)
    frame = FRAME_HEADER.pack(LZ4, len(packed) + FRAME_HEADER.size, len(data)) + packed
    return checksum(frame) + frame


class Reader:
    """A growing buffer in front of a source of bytes; `position` is the next byte to read.

    `more` returns the next bytes or raises `Closed`.
    """

    def __init__(self, more: Callable[[], bytes]) -> None:
        self._more = more
        self.buffer = bytearray()
        self.position = 0

    def need(self, size: int) -> None:
        """Have at least `size` unread bytes."""
        while len(self.buffer) - self.position < size:
            self.buffer += self._more()

    def trim(self) -> None:
        """Forget what was read."""
        del self.buffer[: self.position]
        self.position = 0

    def skip(self, size: int) -> None:
        self.need(size)
        self.position += size

    def take(self, size: int) -> bytes:
        self.need(size)
        start, self.position = self.position, self.position + size
        return bytes(self.buffer[start : self.position])

    def byte(self) -> int:
        self.need(1)
        self.position += 1
        return self.buffer[self.position - 1]

    def fixed(self, size: int) -> int:
        """An unsigned little-endian number of `size` bytes."""
        return int.from_bytes(self.take(size), "little")

    def number(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7
            if shift > 63:
                raise Closed("a number longer than 64 bits")

    def string(self, limit: int) -> str:
        """Text of at most `limit` bytes."""
        size = self.number()
        if size > limit:
            raise EngineError(
                TOO_LARGE, f"A string of {size} bytes, at most {limit} expected. (TOO_LARGE_STRING_SIZE)"
            )
        return self.take(size).decode("utf-8", "replace")

    def skip_strings(self, count: int) -> None:
        """Step over `count` strings: the one loop that runs once per value of an INSERT."""
        buffer, position = self.buffer, self.position
        while count:
            alike = _alike(buffer, position, count)
            position += alike * (buffer[position] + 1) if alike else 0
            count -= alike
            try:
                for count in range(count, 0, -1):  # noqa: B007, B020 - goes on where the buffer ended
                    size = buffer[position]
                    if size < 128:
                        position += size + 1
                    elif (second := buffer[position + 1]) < 128:
                        position += (size & 127 | second << 7) + 2
                    else:
                        self.position = position
                        size = self.number()
                        position = self.position + size
                count = 0
            except IndexError:
                # The first byte of a length, or its second: never one that may not come.
                self._reach(max(position, len(buffer)) + 1)
        self.position = position
        self._reach(position)

    def _reach(self, position: int) -> None:
        while len(self.buffer) < position:
            self.buffer += self._more()


def _alike(buffer: bytearray, position: int, count: int) -> int:
    """How many of the next strings are surely as long as the first: all that are here, or none.

    Columns of one length (empty, codes, identifiers) are stepped over at the speed of a comparison: if every
    stride-th byte is the first string's length, each of them is the length of the string that begins there.
    """
    if position >= len(buffer) or (length := buffer[position]) > 127:
        return 0
    here = min(count, (len(buffer) - position) // (length + 1))
    lengths = buffer[position : position + here * (length + 1) : length + 1]
    return here if lengths.count(length) == here else 0


class Frames:
    """The data inside the compressed frames of a connection, as a source for another `Reader`."""

    def __init__(self, outer: Reader) -> None:
        self._outer = outer

    def more(self) -> bytes:
        """The next frame's data. Raises `EngineError` 40 for a wrong checksum, 89 for an unknown method."""
        outer = self._outer
        expected = outer.take(CHECKSUM_SIZE)
        head = outer.take(FRAME_HEADER.size)
        method, size, raw_size = FRAME_HEADER.unpack(head)
        if not FRAME_HEADER.size <= size <= LARGEST_FRAME or raw_size > LARGEST_FRAME:
            raise EngineError(
                TOO_LARGE, f"A compressed block of {raw_size} bytes is too large. (TOO_LARGE_SIZE_COMPRESSED)"
            )
        data = outer.take(size - FRAME_HEADER.size)
        outer.trim()
        if checksum(head + data) != expected:
            raise EngineError(
                CHECKSUM_DOES_NOT_MATCH, "Checksum doesn't match: corrupted data. (CHECKSUM_DOESNT_MATCH)"
            )
        if method == PLAIN:
            return data
        if method != LZ4:
            raise EngineError(
                UNKNOWN_COMPRESSION_METHOD,
                f"Compression method {method:#x}: LZ4 expected. (UNKNOWN_COMPRESSION_METHOD)",
            )
        try:
            return bytes(lz4.block.decompress(data, uncompressed_size=raw_size))
        except (lz4.block.LZ4BlockError, MemoryError) as error:
            raise EngineError(
                CANNOT_DECOMPRESS, "Cannot decompress: the frame is not LZ4 data. (CANNOT_DECOMPRESS)"
            ) from error
