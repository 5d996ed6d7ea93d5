"""A panel whose look is being made: its heading."""

from dashboards.wall.board import Panel
from dashboards.wall.panels.scene import Drawn, Scene, heading
from dashboards.wall.poller import PanelData


def draw(panel: Panel, data: PanelData, scene: Scene) -> Drawn:
    return Drawn(heading(panel))
