"""The outlet over the project's own SDK: its blocking calls on one thread, its futures back on the loop."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol

from ioc import failpoints
from ioc.contracts import Envelope
from producers.gateway.outlet import Receipt, Unpublished

DEADLINE_S = 10.0
"""How long a publisher waits for Kafka's acknowledgement before it is told to send again."""


class Publisher(Protocol):
    """What is needed of `producers.sdk.Publisher`."""

    def send(self, envelope: Envelope) -> "Future[Any]":
        """Hand over one event; the future holds topic, partition and offset once Kafka acknowledged."""

    def flush(self) -> None:
        """Send what is waiting and wait for it."""

    def close(self) -> None:
        """Flush and let go."""


class SdkOutlet:
    """Sends a whole batch before it waits, so that the batch costs one round trip to Kafka."""

    def __init__(self, publisher: Publisher, deadline_s: float = DEADLINE_S) -> None:
        self._publisher = publisher
        self._deadline_s = deadline_s
        # `send` may block while the broker is away; one thread keeps the order of calls and the loop free.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="kafka")

    async def publish(self, events: Sequence[Envelope]) -> list[Receipt | Unpublished]:
        """As `Outlet.publish`."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + self._deadline_s
        try:
            async with asyncio.timeout_at(ends):
                sent = await loop.run_in_executor(self._thread, self._send, events)
        except TimeoutError:
            return [_unpublished("handed over")] * len(events)
        failpoints.hit("G3")
        waiting = [asyncio.wrap_future(one, loop=loop) for one in sent if isinstance(one, Future)]
        if waiting:
            await asyncio.wait(waiting, timeout=max(ends - loop.time(), 0))
        settled = iter(waiting)
        return [_result(next(settled)) if isinstance(one, Future) else one for one in sent]

    async def close(self) -> None:
        """Flush within the drain's few seconds; what Kafka has not acknowledged by then was never answered
        202."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(3):
                await loop.run_in_executor(self._thread, self._publisher.close)
        except TimeoutError:
            pass
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _send(self, events: Sequence[Envelope]) -> list["Future[Any] | Unpublished"]:
        sent: list[Future[Any] | Unpublished] = []
        for event in events:
            try:
                sent.append(self._publisher.send(event))
            except Exception as error:  # whatever the client raises, the publisher is told to send again
                sent.append(_unpublished(error.__class__.__name__))
        return sent


def _result(future: "asyncio.Future[Any]") -> Receipt | Unpublished:
    if not future.done():
        future.cancel()
        return _unpublished("acknowledged")
    error = future.exception() if not future.cancelled() else None
    if future.cancelled() or error is not None:
        return _unpublished(error.__class__.__name__)
    place = future.result()
    return Receipt(place.topic, place.partition, place.offset)


def _unpublished(what: str) -> Unpublished:
    return Unpublished(f"Kafka did not acknowledge the event in time ({what})")
