"""One client connection: sign-in, then queries one after another."""

import socket
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Lock

from storage.embedded import policy, query, wire
from storage.embedded.engine import Engine
from storage.embedded.errors import NOT_IMPLEMENTED, UNEXPECTED_PACKET, EngineError, from_engine
from storage.embedded.insert import Spool, insert
from storage.embedded.running import Running, Watch
from storage.embedded.session import Session
from storage.embedded.statements import Run, Statement, classify
from storage.embedded.types import skip_block
from storage.embedded.wire import ClientPacket, Closed, Reader, ServerPacket

SHORT_TEXT = 1 << 12
QUERY_TEXT = 1 << 28
SIGN_IN_SECONDS = 10.0
LINGER_SECONDS = 2.0
SMALL_BLOCK = 1 << 16


class Connection:
    """Speaks with one client until it leaves. Every error becomes an exception packet or the end."""

    def __init__(self, client: socket.socket, engine: Engine, users: policy.Users, watch: Watch) -> None:
        self._client = client
        self._engine = engine
        self._users = users
        self._watch = watch
        self._reader = Reader(self._receive)
        self._compressed = False
        self._sending = Lock()

    def run(self) -> None:
        try:
            self._speak()
        except (Closed, OSError):
            pass
        except wire.Broken as broken:
            self._last_word(broken.error)
        except Exception as error:
            self._last_word(from_engine(error))
        finally:
            self._client.close()

    def _speak(self) -> None:
        self._client.settimeout(SIGN_IN_SECONDS)
        session = self._hello()
        self._client.settimeout(None)
        try:
            while True:
                packet = self._reader.number()
                if packet == ClientPacket.QUERY:
                    self._query(session)
                elif packet == ClientPacket.PING:
                    self._send(bytes([ServerPacket.PONG]))
                elif packet == ClientPacket.DATA:
                    self._read_block(None)
                elif packet != ClientPacket.CANCEL:
                    raise _unexpected(packet)
                self._reader.trim()
        finally:
            session.close()

    def _hello(self) -> Session:
        reader = self._reader
        if reader.number() != ClientPacket.HELLO:
            raise Closed("not the native protocol")
        reader.string(SHORT_TEXT)
        reader.number(), reader.number()
        revision = reader.number()
        database, user, password = (reader.string(SHORT_TEXT) for _ in range(3))
        reader.trim()
        if revision < wire.REVISION:
            raise EngineError(
                NOT_IMPLEMENTED,
                f"Client revision {revision} is too old: {wire.REVISION} expected. (NOT_IMPLEMENTED)",
            )
        role = policy.sign_in(self._users, user, password)
        session = Session(self._engine, role, database)
        major, minor, patch = (int(part) for part in self._engine.version.split(".")[:3])
        self._send(
            bytes([ServerPacket.HELLO])
            + wire.string("ClickHouse")
            + wire.number(major)
            + wire.number(minor)
            + wire.number(wire.REVISION)
            + wire.string(self._engine.timezone)
            + wire.string("ioc")
            + wire.number(patch)
        )
        return session

    def _query(self, session: Session) -> None:
        sql, settings = self._read_query()
        external = False
        while True:  # external tables, up to the empty block that ends them
            if self._reader.number() != ClientPacket.DATA:
                raise Closed("a query without the block that ends its tables")
            columns, _ = self._read_block(None)
            if not columns:
                break
            external = True
        self._reader.trim()
        with self._told():
            if external:
                raise EngineError(NOT_IMPLEMENTED, "External tables are not supported. (NOT_IMPLEMENTED)")
            params = {
                name[6:]: _unquoted(settings.pop(name))
                for name in list(settings)
                if name.startswith("param_")
            }
            session.apply(settings)
            session.check(sql)
            statement = classify(sql)
            if statement.run is Run.BLOCKS:
                self._insert(session, statement)
            else:
                self._answer(session, statement, sql, params)

    def _answer(self, session: Session, statement: Statement, sql: str, params: Mapping[str, str]) -> None:
        to = query.Answer(self._send_block, self._send)
        # An INSERT … SELECT is whole or not at all, but may be stopped like any other query.
        with self._watch.query(self._client, self._pulse) as running, self._stopped_quietly(running):
            try:
                query.answer(session, statement, sql, running.tag, params, to)
            except OSError:  # nobody listens: the engine need not go on
                self._watch.cancel(running)
                raise
        self._send(bytes([ServerPacket.END_OF_STREAM]))

    def _insert(self, session: Session, statement: Statement) -> None:
        columns = session.insert_columns(statement.target, statement.columns)
        self._send_block(wire.header(columns))
        with Spool(self._engine.path / "tmp") as spool:
            if not self._receive_blocks(spool):
                self._send(bytes([ServerPacket.END_OF_STREAM]))
                return
            if spool.rows:
                watched = self._watch.query(self._client, self._pulse, insert=True)
                with watched as running, self._stopped_quietly(running):
                    insert(session.connection, statement, spool, running.tag)
            written = wire.progress(written_rows=spool.rows, written_bytes=spool.size)
        self._send(written + bytes([ServerPacket.END_OF_STREAM]))

    def _receive_blocks(self, spool: Spool) -> bool:
        """Collect blocks up to the empty one; False if the client cancelled."""
        while True:
            packet = self._reader.number()
            if packet == ClientPacket.CANCEL:
                return False
            if packet != ClientPacket.DATA:
                raise _unexpected(packet)
            columns, _ = self._read_block(spool)
            self._reader.trim()
            if not columns:
                return True

    def _read_block(self, spool: Spool | None) -> tuple[int, int]:
        """Read one Data packet's block into `spool`; returns its columns and rows."""
        self._reader.string(SHORT_TEXT)
        reader = Reader(wire.Frames(self._reader).more) if self._compressed else self._reader
        try:
            reader.skip(len(wire.BLOCK_INFO))
            start = reader.position
            columns, rows = skip_block(reader)
        except EngineError as error:
            raise wire.Broken(error) from error
        if spool is not None and rows:
            with memoryview(reader.buffer) as whole, whole[start : reader.position] as block:
                spool.add(block, rows)
        return columns, rows

    def _read_query(self) -> tuple[str, dict[str, str]]:
        reader = self._reader
        reader.string(SHORT_TEXT)  # query id: the engine gives its own
        if reader.byte():
            _skip_client_info(reader)
        settings: dict[str, str] = {}
        while name := reader.string(SHORT_TEXT):
            reader.number()
            settings[name] = reader.string(QUERY_TEXT)
        reader.string(SHORT_TEXT)
        reader.number()
        self._compressed = bool(reader.number())
        return reader.string(QUERY_TEXT), settings

    @contextmanager
    def _told(self) -> Iterator[None]:
        """An error of this query is told to the client; the connection goes on."""
        try:
            yield
        except (Closed, OSError, wire.Broken):
            raise
        except Exception as error:
            self._send(wire.exception(from_engine(error)))

    @contextmanager
    def _stopped_quietly(self, running: Running) -> Iterator[None]:
        """What a cancelled query says about its end is no news to who cancelled it."""
        try:
            yield
        except (Closed, OSError, wire.Broken):
            raise
        except Exception as error:
            if not running.cancelled:
                told = from_engine(error)
                raise EngineError(told.code, told.message.replace(running.tag, "").rstrip()) from error

    def _receive(self) -> bytes:
        data = self._client.recv(wire.RECEIVE_SIZE)
        if not data:
            raise Closed("the client left")
        return data

    def _send(self, *parts: bytes) -> None:
        with self._sending:
            for part in parts:
                self._client.sendall(part)

    def _pulse(self, running: Running) -> None:
        """An empty progress packet between two others, unless one is being sent or the client is slow."""
        if self._sending.acquire(blocking=False):
            try:
                if running.over:  # its last packet may be out: nothing may follow it
                    return
                self._client.send(wire.progress(), socket.MSG_DONTWAIT)
            except OSError:
                return  # busy or gone: both show elsewhere
            finally:
                self._sending.release()

    def _send_block(self, block: bytes) -> None:
        head = bytes([ServerPacket.DATA]) + b"\0"
        if self._compressed:
            self._send(head + wire.compress(wire.BLOCK_INFO + block))
        elif len(block) < SMALL_BLOCK:
            self._send(head + wire.BLOCK_INFO + block)
        else:
            self._send(head + wire.BLOCK_INFO, block)

    def _last_word(self, error: EngineError) -> None:
        """Say what was wrong and hang up; what the client still sends is read so that it gets to hear it."""
        with suppress(OSError):
            self._send(wire.exception(error))
            self._client.shutdown(socket.SHUT_WR)
            self._client.settimeout(LINGER_SECONDS)
            while self._client.recv(wire.RECEIVE_SIZE):
                pass


def _skip_client_info(reader: Reader) -> None:
    for _ in range(3):  # initial user, query id, address
        reader.string(SHORT_TEXT)
    reader.skip(struct.calcsize("<Q"))  # start time
    reader.byte()  # interface
    for _ in range(3):  # system user, host, client name
        reader.string(SHORT_TEXT)
    for _ in range(3):  # version, revision
        reader.number()
    reader.string(SHORT_TEXT)  # quota key
    reader.number(), reader.number()  # distributed depth, patch
    if reader.byte():  # trace id, span id, state, flags
        reader.skip(24)
        reader.string(SHORT_TEXT)
        reader.byte()
    for _ in range(3):  # parallel replicas
        reader.number()


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == "'" else value


def _unexpected(packet: int) -> EngineError:
    return EngineError(
        UNEXPECTED_PACKET, f"Unexpected packet {packet} from client. (UNEXPECTED_PACKET_FROM_CLIENT)"
    )
