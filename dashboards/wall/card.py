"""One panel on one viewer's page: refreshed only when what it shows has changed."""

from pathlib import Path

from nicegui import ui

from dashboards.wall.board import Board, Grid, Panel
from dashboards.wall.markup import el
from dashboards.wall.panels import Drawn, look

FIT = Path(__file__).with_name("fit.js")


class Card:
    """A card, its description, which is there for pointer and keyboard, and its chart if it has one."""

    def __init__(self, panel: Panel) -> None:
        self._classes = f"card look-{name_of_look(panel)}"
        self._shown: Drawn | None = None
        self._chart: ui.echart | None = None
        about = f"about-{panel.id}"
        with (
            ui.element("section")
            .classes(self._classes)
            .props(f'tabindex=0 aria-describedby="{about}"') as self._card
        ):
            self._card.style(f"--area: {area(panel.gridPos)}")
            self._body = ui.html("", sanitize=False).classes("body")
            if panel.type == "timeseries":
                self._chart = ui.echart({"series": []}).classes("chart").props("aria-hidden=true")
            if panel.description:
                described = el("p", "", panel.description, id=about, role="note")
                ui.html(described, sanitize=False).classes("about")

    def show(self, drawn: Drawn) -> None:
        """Send what changed; nothing else moves on the page."""
        if drawn is self._shown or drawn == self._shown:
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


def cards(board: Board) -> dict[int, Card]:
    """A card for each panel, by the panel's id; call inside a NiceGUI page function."""
    ui.add_head_html(f"<script>{FIT.read_text(encoding='utf-8')}</script>")
    return {panel.id: Card(panel) for panel in board.panels}


def area(grid: Grid) -> str:
    """A panel's place as CSS `grid-area` (lines count from 1)."""
    return f"{grid.y + 1} / {grid.x + 1} / {grid.y + grid.h + 1} / {grid.x + grid.w + 1}"


def name_of_look(panel: Panel) -> str:
    """The look's module name: its CSS class."""
    return look(panel).__module__.rsplit(".", 1)[-1]
