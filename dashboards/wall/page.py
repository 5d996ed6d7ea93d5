"""The page itself: a CSS grid of cards, each refreshed only when what it shows has changed."""

from pathlib import Path

from nicegui import ui

from dashboards.wall.board import Grid, Panel
from dashboards.wall.panels import Drawn
from dashboards.wall.screen import Screen

CSS = Path(__file__).with_name("wall.css")
LOOK_EVERY_S = 0.5


class Card:
    """One panel on one viewer's page."""

    def __init__(self, panel: Panel, name: str) -> None:
        self._classes = f"card look-{name}"
        self._shown: Drawn | None = None
        self._chart: ui.echart | None = None
        with ui.element("section").classes(self._classes) as self._card:
            self._card.style(f"--area: {area(panel.gridPos)}")
            self._body = ui.html("", sanitize=False).classes("body")
            if panel.type == "timeseries":
                self._chart = ui.echart({"series": []}).classes("chart")

    def show(self, drawn: Drawn) -> None:
        """Send what changed; nothing else moves on the page."""
        if drawn == self._shown:
            return
        before, self._shown = self._shown, drawn
        if before is None or before.html != drawn.html:
            self._body.set_content(drawn.html)
        if before is None or before.tone != drawn.tone or (before.chart is None) != (drawn.chart is None):
            bare = "" if drawn.chart else " nochart fills"
            self._card.classes(replace=f"{self._classes} {drawn.tone}{bare}")
        if self._chart is not None and drawn.chart and (before is None or before.chart != drawn.chart):
            self._chart.options.clear()
            self._chart.options.update(drawn.chart)
            self._chart.update()


def area(grid: Grid) -> str:
    """A panel's place as CSS `grid-area` (lines count from 1)."""
    return f"{grid.y + 1} / {grid.x + 1} / {grid.y + grid.h + 1} / {grid.x + grid.w + 1}"


def build(screen: Screen, theme: str) -> None:
    """The elements of one viewer's page; call inside a NiceGUI page function."""
    board = screen.board
    ui.page_title(board.title)
    ui.add_css(CSS)
    wall = ui.element("main").classes(f"wall {theme}").style(f"--rows: {board.rows}")
    with wall:
        cards = {panel.id: Card(panel, screen.name_of_look(panel)) for panel in board.panels}

    def refresh() -> None:
        for number, drawn in screen.drawn(theme).items():
            cards[number].show(drawn)

    refresh()
    ui.timer(LOOK_EVERY_S, refresh)
