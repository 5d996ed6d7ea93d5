"""The publisher that keeps its events itself until Kafka has acknowledged them, and a day longer."""

import logging
import os
import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Literal

from ioc import failpoints
from ioc.clock import Clock, SystemClock
from ioc.contracts import Envelope, Rules, decode, encode, well_formed
from ioc.settings import Kafka
from producers import counting
from producers.counting import Sent
from producers.sdk import Publisher, PublishFailed, Receipt
from producers.spool.errors import SpoolFailed, SpoolFull
from producers.spool.file import SpoolFile
from producers.spool.opening import taken
from producers.spool.sending import RETRY_S, Outlet, Sender
from producers.spool.tables import Pending, Refusal

log = logging.getLogger("ioc.spool")
LIMIT_BYTES = 256 << 20
KEEP = timedelta(hours=24)
ROOM_S = 1.0
"""How often a blocked `put` looks whether the disk has room again."""


class SpooledPublisher:
    """A publisher with a file in between: `put` returns once the event is on this disk.

    A thread sends what waits, in order, under the same ids, and goes on by itself after a crash, a restart or
    an outage of Kafka. Share one among threads; one process a folder.

    - `limit_bytes`: room for events that Kafka has not acknowledged, and for those that are kept after that.
      When it is short, the oldest acknowledged ones give way first. What waits is never dropped:
    - `when_full`: `raise` raises `SpoolFull`, `block` waits until there is room.
    - `keep`: how long acknowledged events stay, so that `resend` can replay them to a broker that lost them.
    - `rules`: of the centre (`Catalogue.rules`), to check events as the centre will; without them, only the
      contract. An event that is refused (`EventRefused`) never enters.

    Raises `SpoolInUse`, `SpoolFailed`. That Kafka is away is no error.
    """

    def __init__(
        self,
        kafka: Kafka,
        folder: Path | str,
        *,
        client_id: str,
        limit_bytes: int = LIMIT_BYTES,
        keep: timedelta = KEEP,
        when_full: Literal["raise", "block"] = "raise",
        rules: Rules | None = None,
        clock: Clock | None = None,
        connect: Callable[[], Outlet] | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._blocks, self._limit, self._rules = when_full == "block", limit_bytes, rules
        self._lock = taken(Path(folder))
        try:
            self._file = SpoolFile(Path(folder), limit_bytes, self._clock.now())
        except BaseException:
            os.close(self._lock)
            raise
        self._stop, self._wake = threading.Event(), threading.Event()
        outlet = connect or (lambda: Publisher(kafka, client_id=client_id))
        self._sender = Sender(self._file, outlet, self._clock, keep, self._stop)
        self._thread = threading.Thread(target=self._send, name="ioc-spool", daemon=True)
        self._thread.start()

    def put(self, envelope: Envelope) -> None:
        """Keep one event; on return it is on the disk and will be sent. The same id again changes nothing.

        Raises `EventRefused`, `SpoolFull` (with `when_full="raise"`), `SpoolConflict`, `SpoolFailed`.
        """
        self.put_all([envelope])

    def put_all(self, envelopes: Iterable[Envelope]) -> None:
        """Keep many events, all or none, at the price of one write to the disk. Raises as `put`."""
        events = list(envelopes)
        for event in events:
            self._check(event)
        while not self._kept(events):
            with self._file.changed:
                self._file.changed.wait(ROOM_S)
        failpoints.hit("P1")
        self._wake.set()

    def _kept(self, events: list[Envelope]) -> bool:
        """Whether they are on the disk now; else it is worth waiting for room."""
        if self._stop.is_set():
            raise SpoolFailed("the spool is closed, expected it to be open")
        try:
            self._file.put(events, self._clock.now())
        except SpoolFull:
            if self._blocks and self._file.could_hold(events):
                return False
            raise
        return True

    def _check(self, event: Envelope) -> None:
        raw = encode(event)
        if self._rules is None:
            well_formed(raw)
        else:
            decode(raw, rules=self._rules, now=self._clock.now())

    def heartbeat(self, *, source: str, orgunit: str, interval_s: int, status: str = "up") -> bool:
        """Say that `source` is alive, how much it handed over since when, and how much waits.

        False while the last one still waits: one that waits says enough. Raises as `put`.
        """
        with self._file.changed:
            sent, beats = self._file.sent(source)
            if beats:
                return False
            now = self._clock.now()
            self._file.put(
                [
                    counting.heartbeat(
                        source=source,
                        orgunit=orgunit,
                        interval_s=interval_s,
                        sent=sent or Sent(now, 0, None),
                        backlog=self._file.waits(),
                        now=now,
                        status=status,
                    )
                ],
                now,
            )
        self._wake.set()
        return True

    def pending(self) -> Pending:
        """What waits, what was refused, what is kept: for the publisher's own monitoring."""
        return self._file.pending(self._clock.now())

    def receipt(self, envelope: Envelope) -> Receipt | None:
        """Where Kafka has an event; None: it waits, was refused, or is no longer kept."""
        return self._file.receipt(envelope.source, envelope.id)

    def refusals(self) -> list[Refusal]:
        """The events that Kafka will not take as they are, each with the reason."""
        return self._file.refusals()

    def retry_refused(self) -> int:
        """Send what was refused once more, after its cause is gone (a right, a limit); how many."""
        found = self._file.retry_refused()
        self._wake.set()
        return found

    def resend(self, since: datetime) -> int:
        """Send again what was acknowledged since then and is still kept; how many. Each counts once.

        For a broker that lost its log: `since` is a moment before the loss.
        """
        found = self._file.resend(since)
        self._wake.set()
        return found

    def flush(self, timeout: float | None = None) -> None:
        """Wait until nothing waits. Raises `PublishFailed` after `timeout` seconds; nothing is lost by it."""
        with self._file.changed:
            if self._file.changed.wait_for(lambda: not self._file.waits(), timeout):
                return
            count = self._file.waits()
        raise PublishFailed(f"{count} events wait on this disk; they are sent by themselves", retryable=True)

    def close(self, timeout: float = 10.0) -> None:
        """Leave, after `timeout` seconds at most for what waits; the rest is sent at the next start."""
        if self._stop.is_set():
            return
        try:
            self.flush(timeout)
        except PublishFailed as waiting:
            log.warning("spool: %s at the next start", waiting)
        self._stop.set()
        self._wake.set()
        self._thread.join()
        self._sender.leave()
        self._file.close()
        os.close(self._lock)

    def __enter__(self) -> "SpooledPublisher":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def _send(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                pause = self._sender.turn()
            except Exception:
                log.exception("spool: a turn of sending failed; tried again")
                pause = RETRY_S[-1]
            if pause is None:
                self._wake.wait(60.0)  # then look for what need not be kept any longer
            elif pause:
                self._stop.wait(pause)
