"""One row of numbers: each with its name, its unit and, where it has bands, its colour and shape."""

from typing import Any

from dashboards.wall.board import Panel
from dashboards.wall.markup import Html, el, join
from dashboards.wall.panels.fields import SHAPES, Said, hidden, label, said
from dashboards.wall.panels.scene import COLUMN_PX, FRAME_PX, Drawn, Scene, empty, heading, untrusted, waiting
from dashboards.wall.poller import PanelData

FIGURE_PX = 180
"""Room that a number with its name takes on a 1080p wall; lines of numbers are equally long."""


def draw(panel: Panel, data: PanelData, scene: Scene) -> Drawn:
    if data.awaited:
        return waiting(panel, scene)
    row = data.tables["A"].first() if "A" in data.tables else {}
    doubt = untrusted(panel, data, scene)
    head = heading(panel, scene, data, doubt=doubt)
    if not row:
        return Drawn(join(head, empty(panel.fieldConfig.defaults.noValue)), "old" if doubt else "none")
    figures = [_figure(panel, name, row) for name in named(panel) if name in row]
    fits = max(int((panel.gridPos.w * COLUMN_PX - FRAME_PX) // FIGURE_PX), 1)
    lines = -(-len(figures) // fits)
    across = f"--across: {-(-len(figures) // max(lines, 1))}"
    return Drawn(join(head, el("div", "figures", *figures, style=across)), "old" if doubt else "info")


def named(panel: Panel) -> list[str]:
    """The columns that the board gave a name, in its order."""
    wanted = [one.matcher.options for one in panel.fieldConfig.overrides]
    return [name for name in wanted if panel.setting(name, "displayName") and not hidden(panel, name)]


def _figure(panel: Panel, name: str, row: dict[str, Any]) -> Html:
    one: Said = said(panel, name, row[name])
    cls = f"figure mapped-{one.tone}" if one.tone in SHAPES else "figure"
    return el("div", cls, el("b", "", one.text), el("span", "", label(panel, name)))
