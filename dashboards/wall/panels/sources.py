"""What can be trusted: each source, when it was last heard, and whether that is as it should be."""

from typing import Any

from dashboards.wall import words
from dashboards.wall.board import Panel
from dashboards.wall.markup import Html, el, join
from dashboards.wall.panels.scene import Drawn, Scene, Tone, elapsed, empty, heading, untrusted
from dashboards.wall.poller import PanelData

MOST = 5
STATES: dict[str, tuple[Tone, str]] = {
    "live": ("good", "● {age}"),
    "late": ("warn", "◆ {age}"),
    "silent": ("old", "▬ im {age}"),
    "never": ("old", "▬ chưa có tin"),
}


def draw(panel: Panel, data: PanelData, scene: Scene) -> Drawn:
    rows = data.tables["A"].records() if "A" in data.tables else []
    doubt = untrusted(panel, data, scene)
    late = elapsed(data, scene)
    note = _rest([str(row.get("state")) for row in rows[MOST:]])
    shown = [_source(row, late, doubt) for row in rows[:MOST]]
    body = el("div", "sources", *shown) if rows else empty("Không có dữ liệu")
    return Drawn(join(heading(panel, scene, data, note, doubt=doubt), body), "old" if doubt else "info")


def _rest(states: list[str]) -> str:
    """What is to be said of sources that are not shown; those in trouble come first, so mostly nothing."""
    bad = sum(state != "live" for state in states)
    if bad:
        return f"+{len(states)} nguồn khác, {bad} chậm hoặc im"
    return f"{len(states)} nguồn khác bình thường" if states else "tin gần nhất"


def _source(row: dict[str, Any], late: float, doubt: str) -> Html:
    """Ages go on growing while nothing can be read, and nothing is called live then."""
    state = str(row.get("state"))
    tone, form = STATES["silent" if doubt and state != "never" else state if state in STATES else "never"]
    seconds = row.get("age_s")
    if seconds is None:
        tone, form, seconds = *STATES["never"], 0
    said = form.format(age=words.age(seconds + late))
    return el("div", f"source {tone}", el("b", "", str(row["name"])), el("span", "", said))
