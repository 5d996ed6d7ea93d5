"""A short list that asks for action: most urgent first, durations in words, never the id of a case."""

from typing import Any

from dashboards.style import TONE_OF_COLOUR
from dashboards.wall import words
from dashboards.wall.board import Panel
from dashboards.wall.markup import Html, el, join
from dashboards.wall.panels.notes import note
from dashboards.wall.panels.scene import Drawn, Scene, elapsed, empty, heading, untrusted
from dashboards.wall.poller import PanelData

MOST = 3


def draw(panel: Panel, data: PanelData, scene: Scene) -> Drawn:
    said = note(panel, data)
    doubt = untrusted(panel, data, scene, said.verdict)
    rows = data.tables["A"].records()[:MOST] if "A" in data.tables else []
    late = elapsed(data, scene)
    hidden = {name for name in rows[0] if panel.setting(name, "custom.hidden")} if rows else set()
    lines = [
        el("tr", "", *(_cell(panel, name, value, late) for name, value in row.items() if name not in hidden))
        for row in rows
    ]
    body = el("table", "", *lines) if lines else empty(said.nothing)
    return Drawn(join(heading(panel, said.text, doubt=doubt), body), "old" if doubt else "info")


def _cell(panel: Panel, name: str, value: Any, late: float) -> Html:
    mapped = panel.mapped(name, value)
    if mapped is not None:
        return el("td", f"mapped-{_tone(mapped.color)}" if mapped.color else "", mapped.text)
    if panel.setting(name, "unit") == "s" and value is not None:
        left = float(value) - late
        return el("td", "mapped-act" if left < 0 else "", words.remaining(left))
    if isinstance(value, (int, float)):
        unit = str(panel.setting(name, "displayName") or "")
        return el("td", "", f"{words.number(value)} {unit}".rstrip())
    return el("td", "name", words.NO_DATA if value is None else str(value))


def _tone(color: str) -> str:
    return TONE_OF_COLOUR.get(color, "info")
