"""Bars in parts: the first column names the bar, every other number is a part of it."""

from typing import Any

from dashboards.wall import words
from dashboards.wall.board import Panel
from dashboards.wall.markup import Html, el, join
from dashboards.wall.panels.fields import colour, figure, label, more_of
from dashboards.wall.panels.scene import Drawn, Scene, empty, heading, untrusted, waiting
from dashboards.wall.poller import PanelData

MOST = 12
MARKS = ("●", "■", "▲", "◆", "▬", "○")
"""Parts are told apart by a mark as well as by colour."""
LEAST = 3
"""Bars keep their thickness until there are more than this."""
SIGN_REM = 1.16
"""Width of a figure of a sum. All bars leave the same room for it, or they could not be compared."""
NARROW = 14.0
"""Percent of the whole width below which a part's number would not fit into it."""


def draw(panel: Panel, data: PanelData, scene: Scene) -> Drawn:
    if data.awaited:
        return waiting(panel, scene)
    doubt = untrusted(panel, data, scene)
    known = data.tables["A"].records() if "A" in data.tables else []
    tone = "old" if doubt else "info"
    head = heading(panel, scene, data, doubt=doubt)
    if not known:
        return Drawn(join(head, empty(panel.fieldConfig.defaults.noValue)), "old" if doubt else "none")
    first, *parts = known[0]
    rows = known[:MOST]
    largest = max(_total(row, parts) for row in rows)
    key = el("p", "key", *(_key(panel, name, at) for at, name in enumerate(parts)))
    bars = [_bar(panel, str(row[first]), row, parts, largest) for row in rows]
    more = more_of(panel, len(known) - len(rows))
    widest = max(len(_sum(row, parts)) for row in rows)
    room = f"--bars: {len(bars)}; --least: {LEAST}; --sum: {max(widest, 4) * SIGN_REM:.2f}rem"
    body = el("div", "fit", el("div", "stacks", *bars, style=room), more)
    return Drawn(join(head, key, body), "old" if tone == "old" else "info")


def _total(row: dict[str, Any], parts: list[str]) -> float:
    return float(sum(row[name] or 0 for name in parts))


def _sum(row: dict[str, Any], parts: list[str]) -> str:
    total = _total(row, parts)
    return words.number(total, 0 if total.is_integer() else 1)


def _key(panel: Panel, name: str, at: int) -> Html:
    return el(
        "span", f"part-{colour(panel, name)}", el("b", "", MARKS[at % len(MARKS)]), f" {label(panel, name)}"
    )


def _bar(panel: Panel, name: str, row: dict[str, Any], parts: list[str], largest: float) -> Html:
    pieces = [_part(panel, part, row[part], largest, at) for at, part in enumerate(parts) if row[part]]
    told = ", ".join(f"{label(panel, part)} {figure(panel, part, row[part])}" for part in parts)
    return el(
        "div",
        "bar stack",
        el("span", "", name, title=name),
        el("div", "pieces", *pieces, aria_label=told, role="img"),
        el("b", "", _sum(row, parts)),
        data_row="1",
    )


def _part(panel: Panel, part: str, value: float, largest: float, at: int) -> Html:
    share = 100 * value / largest if largest else 0
    shown = f"{MARKS[at % len(MARKS)]} {figure(panel, part, value)}" if share >= NARROW else ""
    return el("i", f"part-{colour(panel, part)}", shown, style=f"width:{share:.2f}%")
