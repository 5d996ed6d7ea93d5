"""A TCP proxy that breaks connections: late, slow, silent, cut, reset, or with the answer swallowed.

One event loop in a thread of its own. What it did is counted in `bitten`, because a fault that nothing
passed through proves nothing.
"""

import asyncio
import random
import socket
import struct
import threading
from collections import Counter
from dataclasses import dataclass, field

CHUNK = 64 * 1024


@dataclass
class Toxics:
    """What happens to connections; changed while they run."""

    latency_s: float = 0.0
    jitter_s: float = 0.0
    bytes_per_s: float = 0.0
    """0: no limit. Both directions."""
    blackhole: bool = False
    """Accepts, takes, passes nothing on."""
    refuse: bool = False
    """Closes new connections at once, with a reset."""
    reset: float = 0.0
    """Chance that an answer's first bytes end the connection with a reset, the answer unread."""
    swallow: float = 0.0
    """Chance that the request passes and its answer does not: closed in order instead."""
    cut_after: int = 0
    """Bytes towards the server after which a connection is cut; 0: none."""
    one_way: bool = False
    """What the server says does not arrive; what the client says does."""


@dataclass
class FaultProxy:
    """Listens on `port` and passes to `upstream`, as `toxics` allow."""

    port: int
    upstream: int
    seed: int = 0
    toxics: Toxics = field(default_factory=Toxics)
    bitten: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._open: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> "FaultProxy":
        self._thread.start()
        if not self._ready.wait(10):
            raise OSError(f"the proxy does not listen on port {self.port}")
        return self

    def stop(self) -> None:
        """End; asked a second time, nothing."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(60)

    def cut_all(self) -> None:
        """Reset every connection that stands."""
        self._loop.call_soon_threadsafe(self._cut_all)

    def _cut_all(self) -> None:
        for each in list(self._open):
            self._reset(each, "reset")

    def heal(self) -> None:
        """No faults any more; connections that stand are cut, so that nobody waits for lost bytes."""
        self.toxics = Toxics()
        self.cut_all()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", self.port))
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._end(server))
        self._loop.close()

    async def _end(self, server: asyncio.Server) -> None:
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.toxics.refuse:
            self._reset(writer, "refused")
            return
        try:
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        except OSError:
            self._reset(writer, "upstream away")
            return
        self._open |= {writer, up_writer}
        try:
            await asyncio.gather(
                self._pass(reader, up_writer, writer, False), self._pass(up_reader, writer, up_writer, True)
            )
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            for each in (writer, up_writer):
                self._open.discard(each)
                each.close()

    async def _pass(
        self,
        source: asyncio.StreamReader,
        to: asyncio.StreamWriter,
        back: asyncio.StreamWriter,
        answers: bool,
    ) -> None:
        passed = 0
        while data := await source.read(CHUNK):
            toxics = self.toxics
            if toxics.blackhole or (toxics.one_way and answers):
                self.bitten["blackhole"] += 1
                continue
            if answers and self._spoilt(to):
                return
            passed += len(data)
            if not answers and toxics.cut_after and passed > toxics.cut_after:
                self._reset(to, "cut")
                self._reset(back, "cut")
                return
            await self._delay(toxics, len(data))
            to.write(data)
            await to.drain()
        if to.can_write_eof():
            to.write_eof()

    def _spoilt(self, client: asyncio.StreamWriter) -> bool:
        """Whether the answer that has just begun is kept from the client."""
        if self.toxics.swallow and self._chance.random() < self.toxics.swallow:
            self.bitten["swallowed"] += 1
            client.close()
            return True
        if self.toxics.reset and self._chance.random() < self.toxics.reset:
            self._reset(client, "reset")
            return True
        return False

    async def _delay(self, toxics: Toxics, size: int) -> None:
        pause = toxics.latency_s
        if toxics.jitter_s:
            pause = max(0.0, pause + self._chance.uniform(-toxics.jitter_s, toxics.jitter_s))
        if toxics.bytes_per_s:
            pause += size / toxics.bytes_per_s
        if pause:
            self.bitten["delayed"] += 1
            await asyncio.sleep(pause)

    def _reset(self, writer: asyncio.StreamWriter, name: str) -> None:
        """Close with a reset instead of an end."""
        self.bitten[name] += 1
        sock: socket.socket | None = writer.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
