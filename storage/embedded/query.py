"""SELECT and everything else that answers with blocks: the engine's bytes pass to the client as they are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ioc import failpoints
from storage.embedded import wire
from storage.embedded.errors import EngineError
from storage.embedded.session import Columns, Session
from storage.embedded.statements import Run, Statement, without_format
from storage.embedded.types import names_in, renamed, skip_block

ZONE_LOST = "DateTime"
"""What the engine's `Native` format calls `DateTime('zone')`; everything else keeps its name."""

SCHEMA_STATEMENTS = frozenset(
    {"CREATE", "DROP", "ALTER", "RENAME", "EXCHANGE", "ATTACH", "DETACH", "UNDROP", "RESTORE"}
)

_INTERRUPTED = {"OPTIMIZE": "S2", "ALTER": "S3"}
"""Failpoints: a merge and a mutation that the store does not survive."""


@dataclass(slots=True)
class Answer:
    """Where an answer goes, and how much of it went."""

    send_block: Callable[[bytes], None]
    send: Callable[[bytes], None]
    rows: int = 0
    blocks: int = 0
    size: int = 0

    def block(self, block: bytes, rows: int) -> None:
        self.send_block(block)
        self.rows += rows
        self.blocks += 1
        self.size += len(block)

    def end(self) -> None:
        self.send(wire.profile(self.rows, self.blocks, self.size))


def answer(
    session: Session, statement: Statement, sql: str, tag: str, params: Mapping[str, str], to: Answer
) -> None:
    """Run the statement and send header, blocks, progress and profile.

    Raises `EngineError` or what the engine raises; blocks may have been sent before.
    """
    # At the end, so that the positions in the engine's messages are the client's; data may follow an INSERT.
    if statement.first == "INSERT":
        _whole(session, statement, f"{tag} {sql}", params, to)
    elif statement.run is Run.STREAM:
        _stream(session, f"{without_format(sql)}\n{tag}", params, to)
    else:
        _whole(session, statement, f"{without_format(sql)}\n{tag}", params, to)
    to.end()


def _stream(session: Session, sql: str, params: Mapping[str, str], to: Answer) -> None:
    stream: Any = session.connection.send_query(sql, "Native", params=dict(params))
    columns: Columns = []
    zoned = False
    try:
        while (chunk := stream.fetch()) is not None:
            block: bytes = chunk.bytes()
            _progress(chunk, to)
            if not to.blocks:
                columns = _columns(session, block, sql, params)
                zoned = any(kind.startswith(f"{ZONE_LOST}(") for _, kind in columns)
                _header(columns, to)
            to.block(renamed(block, columns) if zoned else block, chunk.rows_read())
    finally:
        stream.close()
    if not to.blocks:
        to.send_block(wire.header(session.result_columns(sql, params)))


def _header(columns: Columns, to: Answer) -> None:
    """Drivers expect names and types in a block without rows before the first row."""
    if columns:
        to.send_block(wire.header(columns))


def _progress(chunk: Any, to: Answer) -> None:
    rows, size = chunk.storage_rows_read(), chunk.storage_bytes_read()
    if rows or size:
        to.send(wire.progress(rows, size))


def _whole(session: Session, statement: Statement, sql: str, params: Mapping[str, str], to: Answer) -> None:
    if statement.first in _INTERRUPTED:
        failpoints.hit_within(_INTERRUPTED[statement.first], 0.002)
    try:
        raw: bytes = session.connection.query(sql, "Native", params=dict(params)).bytes()
    finally:
        if statement.first in SCHEMA_STATEMENTS:
            session.engine.schema_changed()
    if statement.first == "USE":
        session.database_changed()
    reader = wire.Reader(bytes)
    reader.buffer += raw
    while reader.position < len(raw):
        start = reader.position
        _, rows = skip_block(reader)
        block = raw[start : reader.position]
        if not to.blocks:
            _header(_columns(session, block, sql, params), to)
        to.block(block, rows)


def _columns(session: Session, block: bytes, sql: str, params: Mapping[str, str]) -> Columns:
    """Names and types of a result, its time zones restored; empty if a layout is not fixed."""
    try:
        found = names_in(block)
    except EngineError:
        return []
    if all(kind != ZONE_LOST for _, kind in found):
        return found
    described = session.zones(sql, params)
    zones = described if len(described) == len(found) else found
    return [
        zone if kind == ZONE_LOST and zone[1].startswith(f"{ZONE_LOST}(") else (name, kind)
        for (name, kind), zone in zip(found, zones, strict=True)
    ]
