"""What all viewers of a board share: its poller and its panels as drawn this second."""

from collections.abc import Callable, Mapping
from datetime import datetime

from dashboards.wall.answers import Answers
from dashboards.wall.board import Board
from dashboards.wall.panels import Drawn, Scene, draw
from dashboards.wall.poller import NOTHING_CHOSEN, Frame, Poller
from ioc.clock import Clock


class Screen:
    """A board on the wall. `drawn` is computed once a second, frame and theme, however many look.

    `reach`: until when numbers are known.
    """

    def __init__(
        self,
        board: Board,
        answers: Answers,
        clock: Clock,
        chosen: Mapping[str, str] = NOTHING_CHOSEN,
        reach: Callable[[], datetime | None] = lambda: None,
    ) -> None:
        self.board = board
        self.chosen = chosen
        self.poller = Poller(board, answers, clock, chosen)
        self._clock = clock
        self._reach = reach
        self._drawn: dict[str, tuple[datetime, Frame, dict[int, Drawn]]] = {}

    def drawn(self, theme: str, stopped_since: datetime | None = None) -> dict[int, Drawn]:
        """Every panel as it looks now. `stopped_since`: when numbers ceased to be made."""
        now, frame = self._clock.now().replace(microsecond=0), self.poller.frame
        known = self._drawn.get(theme)
        if known is None or known[0] != now or known[1] is not frame:
            variables, reach = self.poller.variables, self._reach()
            scene = Scene(frame, self._clock.now(), theme, variables, reach, stopped_since)
            known = (now, frame, draw(self.board, scene))
            self._drawn[theme] = known
        return known[2]
