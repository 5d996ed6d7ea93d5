"""Queries that run: who asked, and how they are stopped when the asker cancels, goes away, or we leave."""

import select
import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Condition

from storage.embedded.wire import ClientPacket

POLL_SECONDS = 0.05


@dataclass(slots=True, eq=False)
class Running:
    """One query; `tag` is the comment it starts with, by which the engine finds it."""

    client: socket.socket
    tag: str = field(default_factory=lambda: f"/*{uuid.uuid4().hex}*/")
    cancelled: bool = False
    """By its client, who therefore needs no error about it."""
    insert: bool = False
    watched: bool = True


class Watch:
    """The running queries. `watch()` belongs in a thread of its own."""

    def __init__(self, kill: Callable[[str], None]) -> None:
        self._kill = kill
        self._running: set[Running] = set()
        self._changed = Condition()
        self._closing = False

    @contextmanager
    def query(self, client: socket.socket, *, insert: bool = False) -> Iterator[Running]:
        """A query for as long as it runs. Inserts are not cancelled: whole or not at all."""
        running = Running(client, insert=insert, watched=not insert)
        with self._changed:
            self._running.add(running)
            self._changed.notify_all()
        try:
            yield running
        finally:
            with self._changed:
                self._running.discard(running)
                self._changed.notify_all()

    def cancel(self, running: Running) -> None:
        """Stop a query; safe when it has already ended."""
        running.cancelled = True
        with suppress(Exception):
            self._kill(running.tag)

    def watch(self) -> None:
        """Until `drain`: cancel queries whose client sends Cancel or closes."""
        while not self._closing:
            with self._changed:
                self._changed.wait_for(lambda: self._closing or any(one.watched for one in self._running))
                clients = {one.client: one for one in self._running if one.watched}
            for client in _readable(list(clients)):
                running = clients[client]
                if _wants_to_stop(client):
                    running.watched = False
                    self.cancel(running)
                else:
                    running.watched = False  # it speaks already of what comes next

    def drain(self, seconds: float) -> bool:
        """Stop the queries, let inserts end; True if nothing runs any more."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            queries = [one for one in self._running if not one.insert]
        for running in queries:
            with suppress(Exception):
                self._kill(running.tag)
        with self._changed:
            return self._changed.wait_for(lambda: not self._running, timeout=seconds)


def _readable(clients: list[socket.socket]) -> list[socket.socket]:
    poll = select.poll()
    by_number = {}
    for client in clients:
        number = client.fileno()
        if number >= 0:
            by_number[number] = client
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
