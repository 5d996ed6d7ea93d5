"""One board's panels, each read at its own pace, once, however many people look at it."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from dashboards.wall.answers import Answer, Answers
from dashboards.wall.board import Board, Panel
from dashboards.wall.macros import expand
from dashboards.wall.source import Table
from ioc.clock import Clock
from ioc.errors import StoreRefused, StoreUnavailable

log = logging.getLogger(__name__)

TICK_S = 1.0
UNSEEN_S = 15.0
"""Pace of a board that was looked at a moment ago: whoever comes back sees a living page."""
NEVER = float("-inf")
ASLEEP_AFTER_S = 60.0
"""A board that nobody has looked at for this long is not read at all."""
LOST_AFTER = timedelta(seconds=20)
"""No good read for this long: the store is lost. One hung query takes 10 s to time out, then one retry; a
store that is merely busy answers within that."""
NOTHING_CHOSEN: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PanelData:
    """The last good rows of a panel, by refId, and why the newest attempt failed, if it did."""

    tables: Mapping[str, Table] = field(default_factory=dict)
    read_at: datetime | None = None
    error: str = ""

    @property
    def awaited(self) -> bool:
        """Nothing is known because nothing was read yet: not the same as no data."""
        return self.read_at is None and not self.error


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything known at one instant. `good_at` is the last time the store answered (None: never)."""

    panels: Mapping[int, PanelData]
    good_at: datetime | None
    started_at: datetime

    def lost_since(self, now: datetime) -> datetime | None:
        """Since when nothing could be read, or None while reading works (or has just begun)."""
        return lost_since(self.good_at, self.started_at, now)


def lost_since(good_at: datetime | None, started_at: datetime, now: datetime) -> datetime | None:
    """When a store that last answered then is lost: since then, or since the start when it never did."""
    since = good_at or started_at
    return since if now - since > LOST_AFTER else None


class Poller:
    """A board for one choice of its variables: the newest `frame`, made anew while somebody looks."""

    def __init__(
        self, board: Board, answers: Answers, clock: Clock, chosen: Mapping[str, str] = NOTHING_CHOSEN
    ) -> None:
        self._board = board
        self.variables = {**board.variables, **chosen}
        self._answers = answers
        self._clock = clock
        self._due: dict[int, float] = {}
        self._read_at = NEVER
        self.on_read: Callable[[], None] = lambda: None
        self.viewers = 0
        self.seen_at = clock.monotonic() - ASLEEP_AFTER_S
        self.frame = self._framed(self._unread())

    def _unread(self) -> dict[int, PanelData]:
        return {panel.id: PanelData() for panel in self._board.panels}

    def _framed(self, panels: Mapping[int, PanelData]) -> Frame:
        return Frame(panels, self._answers.good_at, self._answers.started_at)

    @property
    def awake(self) -> bool:
        """Somebody looks, or did a moment ago."""
        return self.viewers > 0 or self._clock.monotonic() - self.seen_at < ASLEEP_AFTER_S

    @property
    def turn(self) -> float:
        """Those that were read longest ago come first; never is longest."""
        return self._read_at

    @property
    def resting(self) -> bool:
        """Nobody looks just now, and it was read a moment ago."""
        return not self.viewers and self._clock.monotonic() - self._read_at < UNSEEN_S - TICK_S / 2

    def seen(self) -> None:
        """Somebody opens the board. After a sleep nothing of what was known then is shown."""
        if not self.awake:
            self._due.clear()
            self._read_at = NEVER
            self.frame = self._framed(self._unread())
        self.seen_at = self._clock.monotonic()

    def viewer(self, change: int) -> None:
        """One viewer more or less."""
        self.seen()
        self.viewers += change

    def round(
        self,
        now: datetime | None = None,
        tick: float | None = None,
        *,
        pressing: bool = False,
        urgent: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Read every panel that is due, or the pressing ones only; False when the store cannot be reached.

        `tick`: when the round began that this is a part of, by the stop-watch. `urgent`: whether another
        board waits for its very first numbers; then the rest of this one is left for later.
        """
        now, tick = now or self._clock.now(), self._clock.monotonic() if tick is None else tick
        panels = dict(self.frame.panels)
        reached = True
        for panel in sorted(self._board.panels, key=lambda each: not each.pressing):
            if not panel.targets or tick < self._due.get(panel.id, tick):
                continue
            if pressing and not panel.pressing:
                continue
            if self._read_at > NEVER and urgent():
                return True
            try:
                read = self._read(panel, now, tick)
            except StoreUnavailable as error:
                log.warning("wall: %s", error)
                reached = False
                break
            except StoreRefused as error:
                log.warning("wall: %s: panel %s: %s", self._board.uid, panel.id, error)
                old = panels[panel.id]
                panels[panel.id] = PanelData(old.tables, old.read_at, str(error))
                asked = tick
            else:
                oldest = min(read.values(), key=lambda one: one.tick)
                tables = {ref: one.table.where(panel.only) for ref, one in read.items()}
                panels[panel.id] = PanelData(tables, oldest.at)
                asked = min(tick, oldest.tick)
            # The first wait is shorter by turns, so that slow panels do not all come due in the same round.
            wait = panel.every if panel.id in self._due else 1 + panel.id % panel.every
            self._due[panel.id] = asked + wait - TICK_S / 2
            self.frame = self._framed(dict(panels))
            self.on_read()
        self._read_at = self._read_at if pressing else tick
        self.frame = self._framed(panels)
        return reached

    def lost(self) -> None:
        """A round without asking: another board has just found the store gone."""
        self.frame = self._framed(self.frame.panels)

    def _read(self, panel: Panel, now: datetime, tick: float) -> dict[str, Answer]:
        """By refId. What another panel or board has just asked is not asked again."""
        read: dict[str, Answer] = {}
        for target in panel.targets:
            span = self._board.time.span
            sql = expand(target.rawSql, now=now, variables=self.variables, span=span)
            read[target.refId] = self._answers.read(sql, since=tick - TICK_S / 2)
        return read
