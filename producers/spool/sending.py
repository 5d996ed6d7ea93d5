"""From the spool to Kafka, in turns: between two turns nothing is under way.

A turn hands over the longest-waiting event of each Kafka key, waits for every answer and notes it. So a key's
events stand in Kafka in the order in which they were put, whatever fails, and a heartbeat, which goes alone,
says exactly what stands there before it.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future, wait
from datetime import timedelta
from threading import Event
from typing import Protocol

from kafka import errors

from ioc import failpoints
from ioc.clock import Clock
from ioc.errors import IocError
from producers.sdk import DELIVERY_MS, PublishFailed, Receipt
from producers.spool.file import SpoolFile
from producers.spool.tables import Entry

log = logging.getLogger("ioc.spool")
WINDOW = 500
RETRY_S = (0.2, 1.0, 5.0)
"""Pauses after the first, second and every further turn in which Kafka did not take everything."""
ANSWER_S = 2 * DELIVERY_MS / 1000
"""No answer after so long: the client is given up, and made anew."""
LOOK_S = 0.5
FOR_EVER = (
    errors.MessageSizeTooLargeError,
    errors.RecordListTooLargeError,
    errors.InvalidRecordError,
    errors.InvalidTopicError,
    errors.TopicAuthorizationFailedError,
    errors.PolicyViolationError,
    ValueError,
    TypeError,
)
"""Said of the record itself, or of what its owner may do: the same record again gets the same answer."""


class Outlet(Protocol):
    """What is needed of `producers.sdk.Publisher`."""

    def send_raw(self, topic: str, key: bytes | None, value: bytes | None) -> "Future[Receipt]":
        """Hand over a record."""

    def close(self, timeout: float = 10.0) -> None:
        """Leave."""


class Sender:
    """Sends what waits in `file` through an outlet that `connect` makes (raises `PublishFailed`)."""

    def __init__(
        self, file: SpoolFile, connect: Callable[[], Outlet], clock: Clock, keep: timedelta, stop: Event
    ) -> None:
        self._file, self._connect, self._clock, self._keep, self._stop = file, connect, clock, keep, stop
        self._outlet: Outlet | None = None
        self._window: list[Entry] = []
        self._turned = 0
        self._receipts: dict[int, Receipt] = {}
        self._refusals: dict[int, str] = {}
        self._failures = 0

    def turn(self) -> float | None:
        """Send once; the seconds to pause before the next turn, None when nothing waits."""
        try:
            self._note()
            self._file.let_go(self._clock.now() - self._keep)
            wave = self._wave()
            if not wave:
                return None
            failure = self._send(wave)
            self._note()
        except IocError as error:
            failure = str(error)
        if not failure:
            self._failures = 0
            return 0.0
        if not self._failures:
            log.warning("spool: %s; what waits stays on the disk and is sent again", failure)
        self._failures += 1
        return RETRY_S[min(self._failures, len(RETRY_S)) - 1]

    def _wave(self) -> list[Entry]:
        """The first event of each key; a heartbeat only when nothing is before it, and then alone."""
        if self._turned != self._file.turned:
            self._window, self._turned = [], self._file.turned
        if not self._window:
            self._window = self._file.next(WINDOW, self._clock.now())
        wave: dict[tuple[str, bytes], Entry] = {}
        for entry in self._window:
            if entry.beat:
                return list(wave.values()) if wave else [entry]
            wave.setdefault((entry.topic, entry.key), entry)
        return list(wave.values())

    def _send(self, wave: list[Entry]) -> str:
        """Hand over a wave and wait for every answer; what went wrong, empty when nothing did."""
        if self._outlet is None:
            self._outlet = self._connect()
        under_way: list[tuple[Entry, Future[Receipt]]] = []
        closed: set[str] = set()
        failure = ""
        for entry in wave:
            if entry.topic in closed or self._stop.is_set():
                continue
            future = self._outlet.send_raw(entry.topic, entry.key, entry.value)
            under_way.append((entry, future))
            if future.done() and not self._is_settled(future):
                closed.add(entry.topic)  # each further one would wait as long for the same answer
        self._await([future for _, future in under_way])
        for entry, future in under_way:
            failure = self._take(entry, future) or failure
        done = self._receipts.keys() | self._refusals.keys()
        self._window = [entry for entry in self._window if entry.seq not in done]
        return failure

    def _await(self, futures: "list[Future[Receipt]]") -> None:
        end = self._clock.monotonic() + ANSWER_S
        undone = set(futures)
        while undone and not self._stop.is_set() and self._clock.monotonic() < end:
            undone = wait(undone, LOOK_S).not_done
        if undone:
            self.leave()

    def _take(self, entry: Entry, future: "Future[Receipt]") -> str:
        if not future.done():
            return f"event {entry.id}: no answer from Kafka"
        error = future.exception()
        if error is None:
            self._receipts[entry.seq] = future.result()
            return ""
        if self._is_settled(future):
            self._refusals[entry.seq] = str(error)
            log.error("spool: event %s is set aside: %s", entry.id, error)
            return ""
        if not (isinstance(error, PublishFailed) and error.retryable):
            self.leave()  # the client itself is at fault
        return f"event {entry.id}: {error}"

    def _is_settled(self, future: "Future[Receipt]") -> bool:
        """Acknowledged, or refused for ever."""
        error = future.exception()
        return error is None or isinstance(error.__cause__, FOR_EVER)

    def _note(self) -> None:
        """Write down what became of events; kept in mind until that succeeds, so that none is sent again."""
        if not self._receipts and not self._refusals:
            return
        if self._receipts:
            failpoints.hit("P3")
        self._file.note(self._receipts.items(), self._refusals.items(), self._clock.now())
        self._receipts, self._refusals = {}, {}

    def leave(self, timeout: float = 0.0) -> None:
        """Give the client up; the next turn makes another."""
        outlet, self._outlet = self._outlet, None
        if outlet is not None:
            outlet.close(timeout)
