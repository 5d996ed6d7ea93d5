"""What all viewers of a board share: its poller and its panels as drawn this second, in each language."""

from collections.abc import Callable, Mapping
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
        self._drawn: dict[Look, tuple[datetime, Frame, dict[int, Drawn]]] = {}

    def drawn(self, theme: str, stopped_since: datetime | None = None) -> dict[int, Drawn]:
        """Every panel as it looks now, in the language that is spoken.

        `stopped_since`: when numbers ceased to be made.
        """
        now, frame, look = self._clock.now().replace(microsecond=0), self.poller.frame, (theme, language())
        known = self._drawn.get(look)
        if known is None or known[0] != now or known[1] is not frame:
            variables, reach = self.poller.variables, self._reach()
            board, told = self._told(frame)
            scene = Scene(told, self._clock.now(), theme, variables, reach, stopped_since)
            known = (now, frame, draw(board, scene))
            self._drawn[look] = known
        return known[2]

    def _told(self, frame: Frame) -> tuple[Board, Frame]:
        if self._glossary is None or language() == FIRST:
            return self.board, frame
        return self._glossary.board(self.board), self._glossary.frame(frame)
