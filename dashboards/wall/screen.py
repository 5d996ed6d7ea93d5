"""What all viewers of a board share: its poller and its panels as drawn this second, in each language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dashboards.wall.answers import Answers
from dashboards.wall.board import Board
from dashboards.wall.glossary import Glossary
from dashboards.wall.panels import Drawn, Scene, draw
from dashboards.wall.poller import NOTHING_CHOSEN, Frame, Poller
from ioc.clock import Clock
from ioc.messages import FIRST, language

Look = tuple[str, str]
"""Theme and language."""


class Screen:
    """A board on the wall. `drawn` is computed once a second, frame, theme and language, however many look.

    `reach`: until when numbers are known. `glossary`: for those who do not read Vietnamese.
    """

    def __init__(
        self,
        board: Board,
        answers: Answers,
        clock: Clock,
        chosen: Mapping[str, str] = NOTHING_CHOSEN,
        reach: Callable[[], datetime | None] = lambda: None,
        glossary: Glossary | None = None,
    ) -> None:
        self.board = board
        self.chosen = chosen
        self.poller = Poller(board, answers, clock, chosen)
        self._clock = clock
        self._reach = reach
        self._glossary = glossary
        self._drawn: dict[Look, _Drawn] = {}

    def drawn(self, theme: str, stopped_since: datetime | None = None) -> Mapping[int, Drawn]:
        """Every panel as it looks now, in the language spoken; what did not change is the same object.

        `stopped_since`: when numbers ceased to be made.
        """
        now, frame, look = self._clock.now(), self.poller.frame, (theme, language())
        at = _At(now.replace(microsecond=0), frame.lost_since(now), self._reach(), stopped_since)
        before = self._drawn.get(look)
        if before is None or before.frame is not frame or before.at != at:
            before = self._drawn[look] = self._made(before, frame, at, theme, now)
        return before.panels

    def _made(self, before: "_Drawn | None", frame: Frame, at: "_At", theme: str, now: datetime) -> "_Drawn":
        """Within a second only panels with new rows are drawn anew."""
        known = before.panels if before is not None else {}
        read = before.frame.panels if before is not None and before.at == at else {}
        wanted = {number for number, data in frame.panels.items() if read.get(number) is not data}
        board, told = self._told(frame)
        scene = Scene(told, now, theme, self.poller.variables, at.reach, at.stopped_since)
        made = draw(board, scene, wanted)
        news = {number: drawn for number, drawn in made.items() if known.get(number) != drawn}
        return _Drawn(frame, at, {**known, **news})

    def _told(self, frame: Frame) -> tuple[Board, Frame]:
        if self._glossary is None or language() == FIRST:
            return self.board, frame
        return self._glossary.board(self.board), self._glossary.frame(frame)


@dataclass(frozen=True, slots=True)
class _At:
    """What all panels of a board depend on beside their rows."""

    second: datetime
    lost_since: datetime | None
    reach: datetime | None
    stopped_since: datetime | None


@dataclass(frozen=True, slots=True)
class _Drawn:
    frame: Frame
    at: _At
    panels: Mapping[int, Drawn]
