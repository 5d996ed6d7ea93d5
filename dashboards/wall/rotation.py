"""Which board a wall shows: a pure machine over time, keys and critical alerts. No clock, no I/O.

turning  the next board comes after `dwell` seconds
paused   a person stopped it; it stays
frozen   a critical alert stands that nobody has taken up: the wall went to its board and stays there.
         A person may look elsewhere; after `dwell` seconds the wall goes back to it. Stronger than a pause.
         Once somebody took it up, or it ended, the board stays one more dwell, so that this is seen; then the
         rotation goes on behind the board where it was interrupted, or a paused wall returns there.
still    a wall that does not rotate: it stays on its board, whatever happens
While alerts cannot be read nothing is frozen and nothing is let go.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

DWELL_S = 30.0
SHORTEST_S, LONGEST_S = 10.0, 600.0
Mode = Literal["turning", "paused", "frozen", "still"]


@dataclass(frozen=True, slots=True)
class Standing:
    """A critical alert that nobody has taken up, and the board that shows what it is about."""

    ref: str
    board: str


@dataclass(frozen=True, slots=True)
class Rotation:
    """`at`: the board on the wall, since `since` (seconds of any steady clock). `dwell` 0: still.

    `held`: the alert that froze it. `back`: the board where an alert interrupted.
    """

    boards: tuple[str, ...]
    at: str
    since: float
    dwell: float = 0.0
    paused: bool = False
    held: str = ""
    back: str = ""

    @property
    def mode(self) -> Mode:
        if not self.dwell:
            return "still"
        if self.held:
            return "frozen"
        return "paused" if self.paused else "turning"

    @property
    def place(self) -> tuple[int, int]:
        """The board's number in the rotation, from 1 (0: not one of them), and how many there are."""
        return (self.boards.index(self.at) + 1 if self.at in self.boards else 0), len(self.boards)

    def left(self, now: float) -> float:
        """Seconds until the next board, if nothing happens."""
        return max(self.dwell - (now - self.since), 0.0)

    def advanced(self, now: float, standing: Sequence[Standing] | None) -> "Rotation":
        """As time and alerts have it. `standing`: the longest-waiting first; None: not known."""
        if not self.dwell:
            return self
        found = self if standing is None else self._held(now, standing)
        return found if found.left(now) > 0 else found._due(now, standing or ())

    def _held(self, now: float, standing: Sequence[Standing]) -> "Rotation":
        refs = {one.ref for one in standing}
        if self.held in refs:
            return self
        if standing:
            first = standing[0]
            return replace(self, at=first.board, since=now, held=first.ref, back=self.back or self.at)
        return replace(self, held="", since=now) if self.held else self

    def _due(self, now: float, standing: Sequence[Standing]) -> "Rotation":
        """The dwell is over."""
        if self.held:
            home = next((one.board for one in standing if one.ref == self.held), self.at)
            return self if home == self.at else replace(self, at=home, since=now)
        if self.paused:
            return replace(self, at=self.back, back="", since=now) if self.back else self
        return replace(self, at=_beside(self.boards, self.back or self.at, 1), back="", since=now)

    def stepped(self, now: float, by: int) -> "Rotation":
        """A person asks for the next (1) or previous (-1) board."""
        return replace(self, at=_beside(self.boards, self.at, by), since=now)

    def gone(self, now: float, to: str) -> "Rotation":
        """A person asks for a certain board."""
        return replace(self, at=to, since=now)

    def toggled(self, now: float) -> "Rotation":
        """A person pauses, or lets it turn again."""
        return replace(self, paused=not self.paused, since=now) if self.dwell else self


def _beside(boards: Sequence[str], at: str, by: int) -> str:
    """The board before or behind; beginning with the first where it is none of them."""
    if at not in boards:
        return boards[0] if by > 0 else boards[-1]
    return boards[(boards.index(at) + by) % len(boards)]


def seconds(asked: str) -> float | None:
    """How long each board stands: `?rotate=30`; `?rotate` alone is the usual time. None: not understood."""
    if not asked:
        return DWELL_S
    try:
        found = float(asked)
    except ValueError:
        return None
    return found if SHORTEST_S <= found <= LONGEST_S else None
