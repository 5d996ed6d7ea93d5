"""One number between two ends: a ring filled to it, its band in words. No needle."""

from dashboards.wall import words
from dashboards.wall.board import Panel
from dashboards.wall.markup import el, join
from dashboards.wall.panels.fields import SHAPES, TONES, decimals, figure, tone
from dashboards.wall.panels.scene import Drawn, Scene, heading, untrusted, waiting
from dashboards.wall.poller import PanelData
from ioc.messages import say


def draw(panel: Panel, data: PanelData, scene: Scene) -> Drawn:
    if data.awaited:
        return waiting(panel, scene)
    row = data.tables["A"].first() if "A" in data.tables else {}
    doubt = untrusted(panel, data, scene)
    raw = row.get("value")
    value = None if raw is None else float(raw)
    low, high = panel.fieldConfig.defaults.min or 0.0, panel.fieldConfig.defaults.max or 100.0
    share = min(max(((value or low) - low) / (high - low), 0), 1) if high > low else 0
    band = tone(panel, "value", value)
    word = f"{SHAPES[band]} {say(f'gauge.{band}', n=words.number(high))}" if band in SHAPES else ""
    ring = el(
        "div",
        "ring",
        el("b", "", figure(panel, "value", value)),
        el("small", "", say("wall.out_of", n=words.number(high, decimals(panel, "value", high)))),
        style=f"--share: {share:.4f}",
    )
    said = el("p", "word", say("wall.no_data") if value is None else word)
    shown = "old" if doubt else ("none" if value is None else TONES.get(band, "info"))
    return Drawn(join(heading(panel, scene, data, doubt=doubt), ring, said), shown)
