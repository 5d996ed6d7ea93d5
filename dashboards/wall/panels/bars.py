"""Numbers as horizontal bars, one a row: the last two columns are a name and a number.

A band colours its bar where the panel has bands. Otherwise bars are plain data, and the first is red when
the KPI behind them is.
"""

from dashboards.wall.board import Panel
from dashboards.wall.markup import Html, el, join
from dashboards.wall.panels.fields import SHAPES, figure, more_of, tone
from dashboards.wall.panels.notes import note
from dashboards.wall.panels.scene import Drawn, Scene, empty, heading, untrusted, waiting
from dashboards.wall.poller import PanelData

LEAST = 6
"""Bars keep their thickness until there are more than this."""
MOST = 12


def draw(panel: Panel, data: PanelData, scene: Scene) -> Drawn:
    if data.awaited:
        return waiting(panel, scene)
    said = note(panel, data, scene)
    doubt = untrusted(panel, data, scene, said.verdict)
    known = data.tables["A"].rows if "A" in data.tables else ()
    rows = [(str(row[-2]), None if row[-1] is None else float(row[-1])) for row in known[:MOST]]
    field = data.tables["A"].columns[-1] if rows else ""
    largest = panel.fieldConfig.defaults.max or max((value for _, value in rows if value), default=0.0)
    tones = [tone(panel, field, value) for _, value in rows]
    if rows and said.verdict == "red":
        tones[0] = "act"
    shown = [
        _bar(panel, field, row, largest, one, named=said.verdict == "")
        for row, one in zip(rows, tones, strict=True)
    ]
    body = _all(panel, shown, len(known) - len(rows), wide=not said.verdict) if shown else empty(said.nothing)
    return Drawn(join(heading(panel, scene, data, said.text, doubt=doubt), body), "old" if doubt else "info")


def _all(panel: Panel, bars: list[Html], rest: int, *, wide: bool) -> Html:
    more = more_of(panel, rest)
    return el(
        "div",
        "fit",
        el("div", "bars wide" if wide else "bars", *bars, style=f"--bars: {len(bars)}; --least: {LEAST}"),
        more,
    )


def _bar(
    panel: Panel, field: str, row: tuple[str, float | None], largest: float, band: str, *, named: bool
) -> Html:
    name, value = row
    share = 100 * min(max((value or 0) / largest, 0), 1) if largest else 0
    shape = f"{SHAPES[band]} " if named and band in SHAPES else ""
    return el(
        "div",
        f"bar {band if band in SHAPES else 'info'}",
        el("span", "", name, title=name),
        el("i", "", style=f"width:{share:.1f}%"),
        el("b", "word" if shape else "", shape + figure(panel, field, value)),
        data_row="1",
    )
