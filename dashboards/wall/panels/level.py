"""The one overall status, 1 to 5, top left.

The number is computed by the board's query from the tiles' verdicts (see `boards/level.py` for the rule), so
Grafana and the wall say the same. A wall that cannot read does not know the level and says that.
"""

from typing import Any

from dashboards.wall.board import Panel
from dashboards.wall.markup import Html, el, join
from dashboards.wall.panels.scene import Drawn, Scene, Tone, untrusted
from dashboards.wall.poller import PanelData

TONE_OF: dict[int, Tone] = {1: "good", 2: "warn", 3: "warn", 4: "act", 5: "act"}


def draw(panel: Panel, data: PanelData, scene: Scene) -> Drawn:
    row = data.tables["A"].first() if "A" in data.tables else {}
    level = int(row.get("level") or 0)
    doubt = untrusted(panel, data, scene)
    mapped = panel.mapped("level", 0 if doubt else level)
    word = (mapped.text if mapped else "CHƯA RÕ").split(" ", 1)[-1]
    figure = str(level) if level and not doubt else "?"
    tone: Tone = TONE_OF.get(level, "none") if figure != "?" else "old"
    return Drawn(join(el("b", "", figure), _words(word, doubt or _counts(row))), tone)


def _words(word: str, why: str) -> Html:
    return el("span", "", el("strong", "", word), el("small", "", why))


def _counts(row: dict[str, Any]) -> str:
    names = (("red", "đỏ"), ("old", "dữ liệu cũ"), ("amber", "vàng"), ("missing", "chưa có số"))
    parts = [f"{row[key]} {name}" for key, name in names if row.get(key)]
    urgent = row.get("urgent")
    if urgent:
        parts.insert(0, f"{urgent} hỏa tốc trễ")
    if not parts:
        return "mọi chỉ tiêu đạt" if row.get("green") else "chưa có số liệu"
    return " · ".join(parts[:3])
