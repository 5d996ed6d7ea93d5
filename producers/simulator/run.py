"""The two ways to run the simulator: send a past at once, or a short past and then the present for ever."""

import asyncio
import signal
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from ioc.clock import Clock
from producers.simulator.backfill import Backfill
from producers.simulator.journal import Journal
from producers.simulator.live import Present, stream
from producers.simulator.sender import Record
from producers.simulator.sinks import Sink

CHUNK = 1000
PACED_TURN_S = 0.1
PAST_RATE = 1500
"""Events a second of the past before the present: no burst, so that the day's latency stays believable."""

Progress = Callable[[int], None]
"""Told how many records have been handed over so far."""


async def send_all(
    records: Iterable[Record], sink: Sink, journal: Journal, clock: Clock, rate: float, progress: Progress
) -> None:
    """Journal, then send, chunk by chunk, at most `rate` a second (0: as fast as it goes)."""
    source: Iterator[Record] = iter(records)
    size = max(1, min(CHUNK, int(rate * PACED_TURN_S))) if rate else CHUNK
    begun = clock.monotonic()
    sent = 0
    while chunk := list(islice(source, size)):
        journal.write(chunk)
        await sink.send(chunk)
        sent += len(chunk)
        progress(sent)
        ahead = sent / rate - (clock.monotonic() - begun) if rate else 0
        await asyncio.sleep(max(ahead, 0))


async def run_backfill(
    past: Iterable[Record], sink: Sink, journal: Journal, clock: Clock, rate: float, progress: Progress
) -> None:
    """Send the past and wait until Kafka has acknowledged all of it."""
    try:
        await send_all(past, sink, journal, clock, rate, progress)
    finally:
        await sink.close()


async def run_live(
    past: Backfill,
    sink: Sink,
    journal: Journal,
    clock: Clock,
    rate: float,
    progress: Progress,
    ready: Callable[[], None],
) -> int:
    """Send the past, call `ready`, then the present at `rate` until SIGTERM or SIGINT; the
    number of live records."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        await send_all(_until(past, stop), sink, journal, clock, PAST_RATE, progress)
        await sink.settle()
        if not stop.is_set():
            ready()
        return await stream(Present(past, rate), sink, clock, stop)
    finally:
        await sink.close()


def _until(records: Iterable[Record], stop: asyncio.Event) -> Iterator[Record]:
    for record in records:
        if stop.is_set():
            return
        yield record
