"""How long a connection may take to say what it wants: who only trickles keeps a place from others.

The server itself waits for ever for the head of a request, and for the rest of a body that was answered
before it had arrived. Bodies that are read have their own limit (`body.READ_TIMEOUT_S`).
"""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S = 10.0


class Patient(H11Protocol):
    """The server's protocol with a limit between requests: from the first byte to the end of the head."""

    head_s = HEAD_S
    _limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            self._begin()
        else:
            self._end()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete and self.conn.trailing_data[0]:
            self._begin()  # a part of the next head came with the request before it

    def _begin(self) -> None:
        """From the first byte on: what trickles in later makes it no longer."""
        if self._limit is None:
            self._limit = self.loop.call_later(self.head_s, self.transport.close)

    def _end(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None
