"""Where a column ends: stepping over `Native` bodies, type by type, without making values of them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from storage.embedded.errors import NOT_IMPLEMENTED, EngineError
from storage.embedded.tokenizer import Kind, Token, tokens
from storage.embedded.wire import Closed, Reader, string

Skip = Callable[[Reader, int], None]


@dataclass(frozen=True, slots=True)
class Column:
    """A type: `prefix` bytes stand before the column, `skip(reader, rows)` steps over its body."""

    prefix: int
    skip: Skip


WIDTHS = {
    "Bool": 1, "Nothing": 1, "Enum8": 1, "Enum16": 2, "Date": 2, "Date32": 4, "DateTime": 4, "DateTime64": 8,
    "Time": 4, "Time64": 8, "UUID": 16, "IPv4": 4, "IPv6": 16, "BFloat16": 2,
    "Decimal32": 4, "Decimal64": 8, "Decimal128": 16, "Decimal256": 32,
}  # fmt: skip
_SIZED = re.compile(r"(?:U?Int|Float)(8|16|32|64|128|256)")
_DECIMALS = ((9, 4), (18, 8), (38, 16), (76, 32))
LONGEST_NAME = 1 << 20
_MORE_KEYS = 1 << 9


@lru_cache(maxsize=1024)
def column(kind: str) -> Column:
    """The layout of a type as ClickHouse writes it. Raises `EngineError` 48 for one without fixed layout."""
    return _parse(list(tokens(kind)), kind)


def skip_block(reader: Reader) -> tuple[int, int]:
    """Step over one block; returns its number of columns and of rows."""
    columns, rows = reader.number(), reader.number()
    for _ in range(columns):
        reader.skip(reader.number())
        layout = column(reader.string(LONGEST_NAME))
        if rows:
            reader.skip(layout.prefix)
            layout.skip(reader, rows)
    return columns, rows


def names_in(block: bytes) -> list[tuple[str, str]]:
    """Name and type of the columns of a whole block. Raises `EngineError` 48 as `column` does."""
    reader = _over(block)
    count, rows = reader.number(), reader.number()
    found = []
    for index in range(count):
        found.append((reader.string(LONGEST_NAME), reader.string(LONGEST_NAME)))
        if rows and index < count - 1:
            layout = column(found[-1][1])
            reader.skip(layout.prefix)
            layout.skip(reader, rows)
    return found


def renamed(block: bytes, columns: list[tuple[str, str]]) -> bytes:
    """The same block with these names and types; the bodies stay as they are."""
    reader = _over(block)
    count, rows = reader.number(), reader.number()
    parts = [block[: reader.position]]
    for index in range(count):
        reader.string(LONGEST_NAME)
        layout = column(reader.string(LONGEST_NAME))
        body = reader.position
        if index == count - 1:
            reader.position = len(block)
        elif rows:
            reader.skip(layout.prefix)
            layout.skip(reader, rows)
        name, kind = columns[index]
        parts += [string(name), string(kind), block[body : reader.position]]
    return b"".join(parts)


def _over(block: bytes) -> Reader:
    reader = Reader(_nothing_more)
    reader.buffer += block
    return reader


def _nothing_more() -> bytes:
    raise Closed("the engine's block ended early")


def _parse(found: list[Token], whole: str) -> Column:
    name = found[0].text if found else ""
    inner = _arguments(found[2:-1]) if len(found) > 3 else []
    if name == "String":
        return Column(0, Reader.skip_strings)
    if name in ("FixedString", "Decimal") and inner:
        number = int(inner[0][0].text)
        return _fixed(number if name == "FixedString" else _decimal_width(number))
    if name in WIDTHS:
        return _fixed(WIDTHS[name])
    if sized := _SIZED.fullmatch(name):
        return _fixed(int(sized[1]) // 8)
    if name.startswith("Interval"):
        return _fixed(8)
    if name in ("Nullable", "Array", "LowCardinality", "SimpleAggregateFunction") and inner:
        return _WRAPPERS[name](_parse(inner[-1], whole), inner[-1])
    if name == "Tuple":
        return _tuple([_parse(_unnamed(part), whole) for part in inner])
    if name in ("Map", "Nested") and inner:
        return _array(_tuple([_parse(_unnamed(part), whole) for part in inner]), [])
    raise EngineError(
        NOT_IMPLEMENTED,
        f"Type {whole} cannot be sent over this connection: its layout is not fixed. (NOT_IMPLEMENTED)",
    )


def _arguments(found: list[Token]) -> list[list[Token]]:
    """Tokens between brackets, split at the outer commas."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in found:
        depth += (token.text == "(") - (token.text == ")")
        if token.text == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


def _unnamed(part: list[Token]) -> list[Token]:
    """`name Type` → `Type`."""
    return part[1:] if len(part) > 1 and part[1].kind is Kind.WORD and part[0].is_name else part


def _decimal_width(precision: int) -> int:
    return next(width for digits, width in _DECIMALS if precision <= digits)


def _fixed(width: int) -> Column:
    return Column(0, lambda reader, rows: reader.skip(rows * width))


def _nullable(inner: Column, _found: list[Token]) -> Column:
    def skip(reader: Reader, rows: int) -> None:
        reader.skip(rows)
        inner.skip(reader, rows)

    return Column(inner.prefix, skip)


def _array(inner: Column, _found: list[Token]) -> Column:
    def skip(reader: Reader, rows: int) -> None:
        if rows:
            reader.skip(8 * (rows - 1))
            inner.skip(reader, reader.fixed(8))

    return Column(inner.prefix, skip)


def _tuple(inner: list[Column]) -> Column:
    def skip(reader: Reader, rows: int) -> None:
        for part in inner:
            part.skip(reader, rows)

    # An empty tuple still takes a byte a row.
    return Column(sum(part.prefix for part in inner), skip) if inner else _fixed(1)


def _low_cardinality(_inner: Column, found: list[Token]) -> Column:
    bare = found[2:-1] if found[0].text == "Nullable" else found
    keys = _parse(bare, bare[0].text)

    def skip(reader: Reader, rows: int) -> None:
        if not rows:
            return
        flags = reader.fixed(8)
        if flags & _MORE_KEYS:
            keys.skip(reader, reader.fixed(8))
        reader.skip(reader.fixed(8) << (flags & 0xFF))

    return Column(8, skip)


def _simple_aggregate(inner: Column, _found: list[Token]) -> Column:
    return inner


_WRAPPERS: dict[str, Callable[[Column, list[Token]], Column]] = {
    "Nullable": _nullable,
    "Array": _array,
    "LowCardinality": _low_cardinality,
    "SimpleAggregateFunction": _simple_aggregate,
}
