"""A list: heading where the board wants one, durations in words, never the id of a case.

Where columns have no room side by side, a row takes two lines: its name and verdict, then the rest. Rows that
have no room are taken away on the page itself, which then says how many there are besides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.wall.board import Panel
from dashboards.wall.links import address
from dashboards.wall.markup import Html, el, join, text
from dashboards.wall.panels.fields import Said, hidden, label, more_of, said
from dashboards.wall.panels.notes import note
from dashboards.wall.panels.scene import (
    COLUMN_PX,
    FRAME_PX,
    Drawn,
    Scene,
    elapsed,
    empty,
    heading,
    untrusted,
    waiting,
)
from dashboards.wall.poller import PanelData
from dashboards.wall.words import NO_DATA

MOST = 24
"""Rows sent to a page; no card has room for more."""
BARE_MOST = 3
"""Rows of a list without heading, which stands among others on a small card."""
SIGN_PX, GAP_PX, NAME_SIGNS = 13.2, 16, 18
"""Mean width of a sign and of the gap between columns on a 1080p wall; a longer name may wrap."""

SIGN_EM = 0.52
"""The same in letters' sizes: what a name is given before it wraps."""
RANK_SIGNS, SHORT_SIGNS = 4, 9
"""What is no name yet, and what stays on one line at the head of a column."""


@dataclass(frozen=True)
class Cell:
    """A column's words in one row, and where they lead."""

    name: str
    label: str
    said: Said
    html: Html


def draw(panel: Panel, data: PanelData, scene: Scene) -> Drawn:
    if data.awaited:
        return waiting(panel, scene)
    about = note(panel, data, scene)
    doubt = untrusted(panel, data, scene, about.verdict)
    known = data.tables["A"].records() if "A" in data.tables else []
    headed = bool(panel.options.get("showHeader", True))
    kept = known[: MOST if headed else BARE_MOST]
    rows = [_cells(panel, row, scene, elapsed(data, scene)) for row in kept]
    more = more_of(panel, len(known) - len(kept))
    if not rows:
        body = empty(about.nothing)
    elif not headed:
        few = more_of(panel, 0)
        body = el("div", "fit", el("table", "bare", *(_bare(panel, row) for row in rows)), few)
    elif cramped(panel, rows):
        body = el("div", "fit list", *map(_pair, rows), more)
    else:
        body = el("div", "fit list", _headed(rows), more)
    head = heading(panel, scene, data, about.text, doubt=doubt)
    return Drawn(join(head, body), "old" if doubt else "info")


def _cells(panel: Panel, row: dict[str, Any], scene: Scene, late: float) -> list[Cell]:
    cells = []
    for name, value in row.items():
        if not hidden(panel, name):
            one = said(panel, name, value, late)
            cells.append(Cell(name, label(panel, name), one, _leading(panel, name, one.text, row, scene)))
    return cells


def _leading(panel: Panel, name: str, words: str, row: dict[str, Any], scene: Scene) -> Html:
    """A cell's words, as a link where its column leads somewhere."""
    for link in panel.setting(name, "links") or ():
        if where := address(str(link["url"]), scene.variables, row):
            return el("a", "", words, href=where, title=str(link["title"]))
    return text(words)


def cramped(panel: Panel, rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether the columns have no room side by side."""
    width, names = 0.0, naming(rows)
    for at, column in enumerate(zip(*rows, strict=True)):
        longest = max(len(cell.said.text) for cell in column)
        head = column[0].label
        word = len(head) if len(head) <= SHORT_SIGNS else max(map(len, head.split()))
        width += SIGN_PX * (min(longest, NAME_SIGNS) if at == names else max(longest, word)) + GAP_PX
    return width > panel.gridPos.w * COLUMN_PX - FRAME_PX


def naming(rows: Sequence[Sequence[Cell]]) -> int:
    """The column that names the rows: the first with words in it (a rank or a sign is none)."""
    for at, column in enumerate(zip(*rows, strict=True)):
        if any(len(cell.said.text) > RANK_SIGNS and not cell.said.number for cell in column):
            return at
    return 0


def _headed(rows: Sequence[Sequence[Cell]]) -> Html:
    numeric = [
        any(cell.said.number for cell in column) or all(cell.said.text == NO_DATA for cell in column)
        for column in zip(*rows, strict=True)
    ]
    names = naming(rows)
    longest = min(max(len(row[names].said.text) for row in rows), NAME_SIGNS)
    room = f"min-width:{longest * SIGN_EM:.1f}em"
    head = [
        el(
            "th",
            _classes("num" if number else "", "short" if len(cell.label) <= SHORT_SIGNS else ""),
            cell.label,
            scope="col",
        )
        for cell, number in zip(rows[0], numeric, strict=True)
    ]
    lines = []
    for row in rows:
        made = []
        for at, (cell, number) in enumerate(zip(row, numeric, strict=True)):
            cls = " ".join(
                filter(None, ("name" if at == names else "", "num" if number else "", _band(cell.said)))
            )
            style = room if at == names else ""
            title = cell.said.text if at == names else ""
            made.append(el("td", cls, cell.html, data_label=cell.label, style=style, title=title))
        lines.append(el("tr", "", *made, data_row="1"))
    return el("table", "", el("thead", "", el("tr", "", *head)), el("tbody", "", *lines))


def _pair(row: Sequence[Cell]) -> Html:
    """Two lines: name and verdict (the first column with a tone); then the others with their labels.

    The first of those needs none where it is words. A rank stands before the name.
    """
    at = naming([row])
    before, name, rest = row[:at], row[at], row[at + 1 :]
    state = next((cell for cell in rest if cell.said.tone), None)
    others = [cell for cell in rest if cell is not state and cell.said.text]
    said = [
        el("span", _band(one.said), _labelled(one) if place or one.said.number else one.html)
        for place, one in enumerate(others)
    ]
    verdict = ""
    if state is not None:
        shown = _labelled(state) if state.said.number else state.html
        verdict = el("span", f"state {_band(state.said)}", shown)
    ranks = (join(cell.html, " ") for cell in before)
    first = el("span", _band(name.said), *ranks, name.html, title=name.said.text)
    return el("div", "pair", first, verdict, el("div", "cells", *said), data_row="1")


def _labelled(cell: Cell) -> Html:
    return join(el("u", "", f"{cell.label} "), cell.html)


def _bare(panel: Panel, row: Sequence[Cell]) -> Html:
    """A line of a list without heading: plain numbers carry their column's name."""
    made = []
    for cell in row:
        one, named = cell.said, panel.setting(cell.name, "displayName")
        plain = one.number and not one.tone and panel.setting(cell.name, "unit") is None
        cls = "" if one.number else "name"
        made.append(el("td", _band(one) or cls, cell.html, f" {named}" if plain and named else ""))
    return el("tr", "", *made, data_row="1")


def _classes(*names: str) -> str:
    return " ".join(name for name in names if name)


def _band(one: Said) -> str:
    return f"mapped-{one.tone}" if one.tone else ""
