"""One small module per look; `draw` chooses by panel type and, for some, by the field the panel is about."""

import logging
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

from dashboards.wall.board import Board, BoardError, Panel
from dashboards.wall.markup import join
from dashboards.wall.panels import (
    bars,
    freshness,
    gauge,
    ledger,
    level,
    lines,
    numbers,
    sources,
    stacks,
    table,
    tile,
    title,
    trend,
    verdicts,
)
from dashboards.wall.panels.scene import Drawn, Scene, empty, heading
from dashboards.wall.poller import PanelData
from ioc.messages import say

log = logging.getLogger(__name__)

Draw = Callable[[Panel, PanelData, Scene], Drawn]

ANY = "*"
"""A stat or a chart over time about anything else than what has a look of its own."""
ABOUT = ("stat", "timeseries")
"""Types that are drawn by the field they are about."""

LOOKS: dict[tuple[str, str], Draw] = {
    ("stat", "level"): level.draw,
    ("stat", "as_of"): freshness.draw,
    ("stat", "value"): tile.draw,
    ("stat", "age_s"): sources.draw,
    ("stat", "received"): ledger.draw,
    ("stat", ANY): numbers.draw,
    ("timeseries", "value"): trend.draw,
    ("timeseries", ANY): lines.draw,
    ("bargauge", ""): bars.draw,
    ("barchart", ""): stacks.draw,
    ("gauge", ""): gauge.draw,
    ("state-timeline", ""): verdicts.draw,
    ("table", ""): table.draw,
    ("text", ""): title.draw,
}


def look(panel: Panel) -> Draw:
    """How this panel is drawn. Raises `BoardError` when the wall has no look for it."""
    field = panel.principal if panel.type in ABOUT else ""
    known = LOOKS.get((panel.type, field)) or (LOOKS.get((panel.type, ANY)) if field else None)
    if known is None:
        raise BoardError(f"panel {panel.id}: no look for a {panel.type} about {field or 'nothing'}")
    return known


def draw(board: Board, scene: Scene, wanted: Collection[int] | None = None) -> dict[int, Drawn]:
    """Every panel of the board, or the wanted ones, as they look now."""
    variables = {**board.variables, **scene.variables}
    scene = replace(scene, reach=scene.reach or _reach(board, scene), variables=variables)
    return {panel.id: _one(panel, scene) for panel in board.panels if wanted is None or panel.id in wanted}


def _one(panel: Panel, scene: Scene) -> Drawn:
    """A panel whose rows are not what it needs spoils itself only, and says so."""
    data = scene.frame.panels.get(panel.id, PanelData())
    try:
        return look(panel)(panel, data, scene)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        log.error("wall: panel %s (%s) cannot be drawn: %r", panel.id, panel.title, error)
        return Drawn(join(heading(panel, scene, data), empty(say("wall.undrawable"))), "none")


def _reach(board: Board, scene: Scene) -> datetime | None:
    """Until when values are known, from the panel that says it."""
    for panel in board.panels:
        if panel.type == "stat" and panel.principal == "as_of":
            table = scene.frame.panels.get(panel.id, PanelData()).tables.get("A")
            return table.first().get("as_of") if table else None
    return None


__all__ = ["LOOKS", "Draw", "Drawn", "Scene", "draw", "look"]
