"""What the store answered lately: one connection and one statement once, for all boards and viewers."""

from dataclasses import dataclass
from datetime import datetime

from dashboards.wall.source import OpenReader, Reader, Table
from ioc.clock import Clock
from ioc.errors import StoreRefused, StoreUnavailable

KEPT_S = 60.0
"""No answer is of use to anybody for longer."""
ALIVE = "SELECT 1"
"""Asked now and then while nobody looks, so that a lost store is known before somebody does."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows with the instant they were read, by the calendar and by the stop-watch."""

    table: Table
    at: datetime
    tick: float


class Answers:
    """Used by one thread only; `good_at` and `started_at` may be looked at by all."""

    def __init__(self, open_reader: OpenReader, clock: Clock) -> None:
        self._open = open_reader
        self._clock = clock
        self._reader: Reader | None = None
        self._known: dict[str, tuple[float, Answer | StoreRefused]] = {}
        self.good_at: datetime | None = None
        self.started_at = clock.now()

    def read(self, sql: str, *, since: float) -> Answer:
        """The rows, asked for no earlier than `since` by the stop-watch.

        Not an age: a statement that takes long would be too old for the next panel of its own round.

        Raises `StoreUnavailable` (the connection is let go of) or `StoreRefused`.
        """
        asked, known = self._known.get(sql, (since, None))
        if known is None or asked < since:
            tick = self._clock.monotonic()
            known = self._asked(sql, tick)
            self._known[sql] = tick, known
        if isinstance(known, StoreRefused):
            raise known
        return known

    def _asked(self, sql: str, tick: float) -> Answer | StoreRefused:
        if self._reader is None:
            self._reader = self._open()
        try:
            table = self._reader.read(sql)
        except StoreUnavailable:
            self.close()
            raise
        except StoreRefused as error:
            return error
        self.good_at = self._clock.now()
        return Answer(table, self.good_at, tick)

    def forget(self) -> None:
        """Let go of answers that are too old for anybody."""
        since = self._clock.monotonic() - KEPT_S
        self._known = {sql: known for sql, known in self._known.items() if known[0] >= since}

    def close(self) -> None:
        """Let go of the connection; the next question opens another."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None
