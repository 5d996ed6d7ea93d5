"""All boards of the wall behind one thread that reads: what nobody looks at is not read."""

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime

from dashboards.wall.answers import ALIVE, Answers
from dashboards.wall.around import AROUND, REACH
from dashboards.wall.board import Board
from dashboards.wall.choices import Variable
from dashboards.wall.choosing import kept
from dashboards.wall.glossary import Glossary
from dashboards.wall.inner import Inner, inner
from dashboards.wall.lists import Lists
from dashboards.wall.poller import NEVER, NOTHING_CHOSEN, TICK_S, Poller, lost_since
from dashboards.wall.screen import Screen
from dashboards.wall.source import OpenReader
from ioc.clock import Clock
from ioc.errors import IocError, StoreRefused, StoreUnavailable
from ioc.messages import FIRST, language

log = logging.getLogger(__name__)

IDLE_S = 5.0
"""Pace without viewers: one question whether the store is there."""
LOAD_SHARE = 4
"""A round that took t seconds is followed by at least (this - 1) t of rest, so a busy store is not pushed;
only what somebody must act on at once is read meanwhile."""
REST_AT_MOST_S = 5.0
"""A store that hung and is well again must not wait longer than this for the next question."""
LIVE_AT_MOST = 48
"""Boards and choices that are read at the same time."""

LIST_WAIT_S, LIST_TRIES = 2.0, 20

Key = tuple[str, tuple[tuple[str, str], ...]]


def _key(uid: str, chosen: Mapping[str, str]) -> Key:
    return uid, tuple(sorted(chosen.items()))


def _nothing() -> None: ...


class TooManyScreens(IocError):
    """So many different choices are looked at that one more would slow the store for all."""


class Screens:
    """The boards by uid, and a screen for each choice of variables that somebody looks at."""

    def __init__(
        self,
        boards: Mapping[str, Board],
        open_reader: OpenReader,
        clock: Clock,
        glossary: Glossary | None = None,
    ) -> None:
        self.glossary = glossary or Glossary.load()
        self.boards = boards
        self.inner = {uid: inner(board) for uid, board in boards.items()}
        self.answers = Answers(open_reader, clock)
        self.lists = Lists()
        self.around = Poller(AROUND, self.answers, clock)
        self.around.on_read = self._told
        self.on_read: Callable[[], None] = _nothing
        self._clock = clock
        self._live: dict[Key, Screen] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._rest_until = 0.0
        self._thread = threading.Thread(target=self._run, name="wall-reader", daemon=True)

    def of(self, uid: str, chosen: Mapping[str, str] = NOTHING_CHOSEN) -> Screen:
        """The screen of a board for those of these choices that it offers. Raises `TooManyScreens`."""
        chosen = kept(self.boards[uid], chosen)
        key = _key(uid, chosen)
        with self._lock:
            screen = self._live.get(key)
            if screen is None:
                self._make_room()
                screen = self._live[key] = Screen(
                    self.inner[uid].board,
                    self.answers,
                    self._clock,
                    dict(chosen),
                    self._reach,
                    self.glossary,
                )
                screen.poller.on_read = self._told
        return screen

    def said(self, uid: str) -> Inner:
        """A board without its header, in the language that is spoken."""
        found, told = self.inner[uid], self.glossary.told
        if language() == FIRST:
            return found
        return Inner(self.glossary.board(found.board), told(found.title), told(found.subtitle))

    @property
    def titles(self) -> dict[str, str]:
        """Of all boards by uid, in the language that is spoken."""
        return {uid: self.said(uid).title for uid in self.boards}

    def _told(self) -> None:
        """A panel has new rows: pages need not wait for the rest of the round."""
        self.on_read()

    def _make_room(self) -> None:
        """Let go of screens that sleep once there are as many as there may be."""
        if len(self._live) < LIVE_AT_MOST:
            return
        self._live = {key: screen for key, screen in self._live.items() if screen.poller.awake}
        if len(self._live) >= LIVE_AT_MOST:
            raise TooManyScreens(f"{len(self._live)} screens are looked at, expected at most {LIVE_AT_MOST}")

    async def listed(self, variable: Variable) -> None:
        """Wait until a variable's list has been read, for as long as a page may take to be built."""
        self._wake.set()
        for _ in range(LIST_TRIES):
            if self.lists.of(variable) is not None:
                return
            await asyncio.sleep(LIST_WAIT_S / LIST_TRIES)

    def look(self, screen: Screen, change: int = 0) -> None:
        """Somebody opens a screen (0), stays (+1) or leaves (-1): it is read from now on."""
        screen.poller.viewer(change)
        self.around.viewer(change)
        if change >= 0:
            with self._lock:
                self._live.setdefault(_key(screen.board.uid, screen.chosen), screen)
            self._wake.set()

    @property
    def live(self) -> list[Screen]:
        """Screens that somebody looks at, or did a moment ago."""
        with self._lock:
            return [screen for screen in self._live.values() if screen.poller.awake]

    def lost_since(self, now: datetime) -> datetime | None:
        """Since when the store has not answered, or None."""
        return lost_since(self.answers.good_at, self.answers.started_at, now)

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

    def _run(self) -> None:
        while not self._ended.is_set():
            if self._wake.wait(self.turn()):
                self._rest_until = 0.0
            self._wake.clear()
        self.answers.close()

    def turn(self) -> float:
        """One round, of pressing panels only while the store is given rest; seconds until the next turn."""
        began = self._clock.monotonic()
        resting = began < self._rest_until
        self.round(pressing=resting)
        took = self._clock.monotonic() - began
        if not resting:
            self._rest_until = began + took + min(took * (LOAD_SHARE - 1), REST_AT_MOST_S)
        pace = TICK_S if self.live else IDLE_S
        return max(pace - took, 0.05)

    def _urgent(self) -> bool:
        """A board was opened of which nothing is known yet; it is woken for, and comes first."""
        return self._wake.is_set() and any(screen.poller.turn == NEVER for screen in self.live)

    def _reach(self) -> datetime | None:
        """Until when numbers are known."""
        table = self.around.frame.panels[REACH].tables.get("A")
        return table.first().get("as_of") if table else None

    def round(self, *, pressing: bool = False) -> None:
        """Read what is due on every screen that is looked at; whether the store is there when none is."""
        now, tick = self._clock.now(), self._clock.monotonic()
        reached = True
        live = sorted(self.live, key=lambda one: (not one.poller.viewers, one.poller.turn))
        if live:
            reached = self.around.round(now, tick, pressing=pressing)
        for screen in live:
            if screen.poller.resting:
                continue
            if reached:
                reached = screen.poller.round(now, tick, pressing=pressing, urgent=self._urgent)
            else:
                screen.poller.lost()
        if not live:
            try:
                self.answers.read(ALIVE, since=tick - TICK_S)
            except (StoreUnavailable, StoreRefused) as error:
                log.warning("wall: %s", error)
        self.lists.read(self.answers, tick)
        self.answers.forget()
        self.on_read()
