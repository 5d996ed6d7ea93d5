"""What all viewers of a board share: its poller and its panels as drawn this second."""

from collections.abc import Mapping
from datetime import datetime

from dashboards.wall.answers import Answers
from dashboards.wall.board import Board, Panel
from dashboards.wall.panels import Drawn, Scene, draw, look
from dashboards.wall.poller import NOTHING_CHOSEN, Poller
from ioc.clock import Clock


class Screen:
    """A board on the wall. `drawn` is computed at most once a second and theme, however many look."""

    def __init__(
        self, board: Board, answers: Answers, clock: Clock, chosen: Mapping[str, str] = NOTHING_CHOSEN
    ) -> None:
        self.board = board
        self.chosen = chosen
        self.poller = Poller(board, answers, clock, chosen)
        self._clock = clock
        self._drawn: dict[str, tuple[datetime, dict[int, Drawn]]] = {}

    def drawn(self, theme: str) -> dict[int, Drawn]:
        """Every panel as it looks now."""
        now = self._clock.now().replace(microsecond=0)
        known = self._drawn.get(theme)
        if known is None or known[0] != now:
            scene = Scene(self.poller.frame, self._clock.now(), theme)
            known = (now, draw(self.board, scene))
            self._drawn[theme] = known
        return known[1]

    def name_of_look(self, panel: Panel) -> str:
        """The look's module name: its CSS class."""
        return look(panel).__module__.rsplit(".", 1)[-1]
