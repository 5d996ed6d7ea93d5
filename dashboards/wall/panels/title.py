"""A text panel: `# heading` lines and plain lines of Markdown, nothing else of it."""

from dashboards.wall.board import Panel
from dashboards.wall.markup import Html, el, join
from dashboards.wall.panels.scene import Drawn, Scene
from dashboards.wall.poller import PanelData


def draw(panel: Panel, data: PanelData, scene: Scene) -> Drawn:
    lines = [line.strip() for line in str(panel.options["content"]).splitlines() if line.strip()]
    return Drawn(join(*map(_line, lines)))


def _line(line: str) -> Html:
    return el("h1", "", line[2:]) if line.startswith("# ") else el("p", "", line)
