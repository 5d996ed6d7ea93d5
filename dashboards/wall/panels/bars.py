"""A ranking as horizontal bars: the last two columns are a name and a number; the first bar is red."""

from dashboards.wall import words
from dashboards.wall.board import Panel
from dashboards.wall.markup import Html, el, join
from dashboards.wall.panels.notes import note
from dashboards.wall.panels.scene import Drawn, Scene, empty, heading, untrusted
from dashboards.wall.poller import PanelData

MOST = 6
"""Rows that fit at reading size; the query folds the rest into its last row."""


def draw(panel: Panel, data: PanelData, scene: Scene) -> Drawn:
    said = note(panel, data)
    doubt = untrusted(panel, data, scene, said.verdict)
    rows = data.tables["A"].rows[:MOST] if "A" in data.tables else ()
    largest = max((float(row[-1]) for row in rows), default=0.0)
    bars = [_bar(str(row[-2]), float(row[-1]), largest, first=not at) for at, row in enumerate(rows)]
    body = join(*bars) if bars else empty(said.nothing)
    return Drawn(
        join(heading(panel, said.text, doubt=doubt), el("div", "bars", body)), "old" if doubt else "info"
    )


def _bar(name: str, value: float, largest: float, *, first: bool) -> Html:
    share = 100 * value / largest if largest else 0
    return el(
        "div",
        "bar first" if first else "bar",
        el("span", "", name),
        el("i", "", style=f"width:{share:.1f}%"),
        el("b", "", words.number(value)),
    )
