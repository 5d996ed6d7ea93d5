"""One small module per look; `draw` chooses by panel type and, for stats, by the field the panel is about."""

from collections.abc import Callable

from dashboards.wall.board import Board, BoardError, Panel
from dashboards.wall.panels import bars, freshness, ledger, level, pending, sources, table, tile, title, trend
from dashboards.wall.panels.scene import Drawn, Scene
from dashboards.wall.poller import PanelData

Draw = Callable[[Panel, PanelData, Scene], Drawn]

ANY_STAT = ("stat", "*")
"""A stat about anything else: one row of numbers, those that its overrides name."""

LOOKS: dict[tuple[str, str], Draw] = {
    ("stat", "level"): level.draw,
    ("stat", "as_of"): freshness.draw,
    ("stat", "value"): tile.draw,
    ("stat", "age_s"): sources.draw,
    ("stat", "received"): ledger.draw,
    ANY_STAT: pending.draw,
    ("timeseries", ""): trend.draw,
    ("bargauge", ""): bars.draw,
    ("table", ""): table.draw,
    ("text", ""): title.draw,
    ("gauge", ""): pending.draw,
    ("barchart", ""): pending.draw,
    ("state-timeline", ""): pending.draw,
}


def look(panel: Panel) -> Draw:
    """How this panel is drawn. Raises `BoardError` when the wall has no look for it."""
    field = panel.principal if panel.type == "stat" else ""
    known = LOOKS.get((panel.type, field)) or (LOOKS[ANY_STAT] if field else None)
    if known is None:
        raise BoardError(f"panel {panel.id}: no look for a {panel.type} about {field or 'nothing'}")
    return known


def draw(board: Board, scene: Scene) -> dict[int, Drawn]:
    """Every panel of the board, as it looks now."""
    return {
        panel.id: look(panel)(panel, scene.frame.panels.get(panel.id, PanelData()), scene)
        for panel in board.panels
    }


__all__ = ["LOOKS", "Draw", "Drawn", "Scene", "draw", "look"]
