"""One reader for all screens: each panel is read at its own pace, once, however many people look at it."""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dashboards.wall.board import Board, Panel
from dashboards.wall.macros import expand
from dashboards.wall.source import OpenReader, Reader, Table
from ioc.clock import Clock
from ioc.errors import StoreRefused, StoreUnavailable

log = logging.getLogger(__name__)

TICK_S = 1.0
IDLE_S = 5.0
"""Pace without viewers: slow enough to be nothing, fast enough that the first viewer sees a living page."""
LOST_AFTER = timedelta(seconds=20)
"""No good read for this long: the store is lost. One hung query takes 10 s to time out, then one retry; a
store that is merely busy answers within that."""
LOAD_SHARE = 4
"""A round that took t seconds is followed by at least (this - 1) t of rest, so a busy store is not pushed."""
REST_AT_MOST_S = 5.0
"""A store that hung and is well again must not wait longer than this for the next question."""


@dataclass(frozen=True, slots=True)
class PanelData:
    """The last good rows of a panel, by refId, and why the newest attempt failed, if it did."""

    tables: Mapping[str, Table] = field(default_factory=dict)
    read_at: datetime | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything known at one instant. `good_at` is the last time the store answered (None: never)."""

    panels: Mapping[int, PanelData]
    good_at: datetime | None
    started_at: datetime

    def lost_since(self, now: datetime) -> datetime | None:
        """Since when nothing could be read, or None while reading works (or has just begun)."""
        since = self.good_at or self.started_at
        return since if now - since > LOST_AFTER else None


class Poller:
    """Reads a board's panels in a thread of its own and keeps the newest `frame`."""

    def __init__(self, board: Board, open_reader: OpenReader, clock: Clock) -> None:
        self._board = board
        self._open = open_reader
        self._clock = clock
        self._reader: Reader | None = None
        self._due: dict[int, float] = {}
        self._viewers = 0
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"poll-{board.uid}", daemon=True)
        self.frame = Frame({panel.id: PanelData() for panel in board.panels}, None, clock.now())

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends within one query's timeout; the thread is a daemon, so the process need not wait for it."""
        self._ended.set()
        self._wake.set()

    def join(self, timeout: float) -> None:
        self._thread.join(timeout)

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def viewer(self, change: int) -> None:
        """One viewer more or less: while someone looks, read at full pace."""
        self._viewers += change
        if change > 0:
            self._wake.set()

    def _run(self) -> None:
        while not self._ended.is_set():
            began = self._clock.monotonic()
            self.round()
            took = self._clock.monotonic() - began
            pace = TICK_S if self._viewers else IDLE_S
            self._wake.wait(max(pace - took, min(took * (LOAD_SHARE - 1), REST_AT_MOST_S), 0.05))
            self._wake.clear()
        self.close()

    def round(self) -> None:
        """Read every panel that is due; one statement is sent once even if several panels share it."""
        now, tick = self._clock.now(), self._clock.monotonic()
        panels, good_at = dict(self.frame.panels), self.frame.good_at
        seen: dict[str, Table] = {}
        for panel in self._board.panels:
            if not panel.targets or tick < self._due.get(panel.id, tick):
                continue
            old = panels[panel.id]
            try:
                tables = self._read(panel, now, seen)
            except StoreUnavailable as error:
                log.warning("wall: %s", error)
                self.close()
                self.frame = Frame(panels, good_at, self.frame.started_at)
                return
            except StoreRefused as error:
                log.warning("wall: panel %s: %s", panel.id, error)
                panels[panel.id] = PanelData(old.tables, old.read_at, str(error))
            else:
                good_at = self._clock.now()
                panels[panel.id] = PanelData(tables, good_at)
            # The first wait is shorter by turns, so that slow panels do not all come due in the same round.
            wait = panel.every if panel.id in self._due else 1 + panel.id % panel.every
            self._due[panel.id] = tick + wait - TICK_S / 2
        self.frame = Frame(panels, good_at, self.frame.started_at)

    def _read(self, panel: Panel, now: datetime, seen: dict[str, Table]) -> dict[str, Table]:
        if self._reader is None:
            self._reader = self._open()
        tables: dict[str, Table] = {}
        for target in panel.targets:
            board = self._board
            sql = expand(target.rawSql, now=now, variables=board.variables, span=board.time.span)
            if sql not in seen:
                seen[sql] = self._reader.read(sql)
            tables[target.refId] = seen[sql].where(panel.only)
        return tables

    def close(self) -> None:
        """Let go of the connection; the next round opens another."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None
