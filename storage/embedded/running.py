"""Queries that run: who asked, and how they are stopped when the asker cancels, goes away, or we leave."""

import select
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Condition, Thread

from storage.embedded.wire import ClientPacket

POLL_SECONDS = 0.05
PULSE_SECONDS = 5.0


@dataclass(slots=True, eq=False)
class Running:
    """One query; `tag` is the comment it starts with, by which the engine finds it."""

    client: socket.socket
    tag: str = field(default_factory=lambda: f"/*{uuid.uuid4().hex}*/")
    cancelled: bool = False
    """By its client, who therefore needs no error about it."""
    insert: bool = False
    watched: bool = True
    over: bool = False
    pulse: Callable[["Running"], None] = lambda _: None
    """Tell the client that we are at it, so that it does not take a long silence for the end."""
    next_pulse: float = field(default_factory=lambda: time.monotonic() + PULSE_SECONDS)


class Watch:
    """The running queries. `watch()` belongs in a thread of its own."""

    def __init__(self, kill: Callable[[str], None]) -> None:
        self._kill = kill
        self._running: set[Running] = set()
        self._changed = Condition()
        self._closing = False

    @contextmanager
    def query(
        self, client: socket.socket, pulse: Callable[[Running], None], *, insert: bool = False
    ) -> Iterator[Running]:
        """A query for as long as it runs. Inserts are not cancelled: whole or not at all."""
        running = Running(client, insert=insert, watched=not insert, pulse=pulse)
        with self._changed:
            self._running.add(running)
            self._changed.notify_all()
        try:
            yield running
        finally:
            running.over = True
            with self._changed:
                self._running.discard(running)
                if self._closing:
                    self._changed.notify_all()

    def cancel(self, running: Running) -> None:
        """Stop a query; safe when it has already ended."""
        running.cancelled = True
        with suppress(Exception):
            self._kill(running.tag)

    def watch(self) -> None:
        """Until `drain`: cancel queries whose client sends Cancel or closes, and keep the others waiting."""
        while not self._closing:
            with self._changed:
                self._changed.wait_for(lambda: self._closing or bool(self._running))
                running = list(self._running)
            for one in _readable([one for one in running if one.watched]):
                one.watched = False  # whatever it says: it is said once
                if _wants_to_stop(one.client):
                    self.cancel(one)
            now = time.monotonic()
            for one in running:
                if now >= one.next_pulse:
                    one.next_pulse = now + PULSE_SECONDS
                    one.pulse(one)

    def drain(self, seconds: float) -> bool:
        """Stop the queries, let inserts end; True if nothing runs any more."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            queries = [one for one in self._running if not one.insert]
        # In a thread of its own: an engine that does not answer the kill must not hold up the end either.
        Thread(target=self._kill_all, args=(queries,), name="kill", daemon=True).start()
        with self._changed:
            return self._changed.wait_for(lambda: not self._running, timeout=seconds)

    def _kill_all(self, queries: list[Running]) -> None:
        for running in queries:
            with suppress(Exception):
                self._kill(running.tag)


def _readable(running: list[Running]) -> list[Running]:
    """Those whose client said something, after at most a twentieth of a second."""
    poll = select.poll()
    by_number = {}
    for one in running:
        number = one.client.fileno()
        if number >= 0:
            by_number[number] = one
            poll.register(number, select.POLLIN)
    return [by_number[number] for number, _ in poll.poll(POLL_SECONDS * 1000)]


def _wants_to_stop(client: socket.socket) -> bool:
    try:
        head = client.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return not head or head[0] == ClientPacket.CANCEL
