"""The one overall status, 1 to 5, as the board's statement gives it; what cannot be read is not known."""

from dashboards.wall.board import Panel
from dashboards.wall.markup import el, join
from dashboards.wall.panels.scene import Drawn, Scene, Tone, untrusted
from dashboards.wall.poller import PanelData
from ioc.messages import say

TONE_OF: dict[int, Tone] = {1: "good", 2: "warn", 3: "warn", 4: "act", 5: "act"}


def draw(panel: Panel, data: PanelData, scene: Scene) -> Drawn:
    row = data.tables["A"].first() if "A" in data.tables else {}
    level = int(row.get("level") or 0)
    doubt = untrusted(panel, data, scene)
    known = level if level in TONE_OF and not doubt else 0
    said = el("span", "", el("strong", "", say(f"level.{known}")), el("small", "", doubt))
    tone: Tone = TONE_OF.get(known, "old" if doubt else "none")
    return Drawn(join(el("b", "", str(known or "?")), said), tone)
