"""Verdicts over time: a line for each KPI, a run for each stretch of days that were judged alike."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from dashboards.style import TONE_OF_COLOUR
from dashboards.wall.board import Mapped, Panel
from dashboards.wall.markup import Html, el, join
from dashboards.wall.panels.fields import label
from dashboards.wall.panels.scene import Drawn, Scene, day, empty, heading, untrusted, waiting
from dashboards.wall.poller import PanelData
from ioc.messages import say

WIDE, MANY = 16, 4
"""On a card this wide, more lines than this stand in two columns."""


def draw(panel: Panel, data: PanelData, scene: Scene) -> Drawn:
    if data.awaited:
        return waiting(panel, scene)
    rows = data.tables["A"].records() if "A" in data.tables else []
    doubt = untrusted(panel, data, scene)
    head = heading(panel, scene, data, doubt=doubt)
    if not rows:
        return Drawn(join(head, empty(say("wall.no_data"))), "old" if doubt else "none")
    names = [name for name in rows[0] if name != "time"]
    days = [day(row["time"]) for row in rows]
    lines = [_line(panel, name, [row[name] for row in rows], days) for name in names]
    columns = 2 if panel.gridPos.w >= WIDE and len(lines) > MANY else 1
    half = -(-len(lines) // columns)
    blocks = [_block(lines[at : at + half], days) for at in range(0, len(lines), half)]
    body = el("div", "verdicts", *blocks)
    return Drawn(join(head, _key(panel), body), "old" if doubt else "info")


def _block(lines: Sequence[Html], days: Sequence[str]) -> Html:
    ends = el("div", "days", el("span", "", days[0]), el("span", "", days[-1]), aria_hidden="true")
    return el("div", "half", *lines, ends)


def _line(panel: Panel, name: str, verdicts: Sequence[Any], days: Sequence[str]) -> Html:
    runs, told = [], []
    at = 0
    for value, group in groupby(verdicts):
        length = len(list(group))
        mapped = _mapped(panel, value)
        shape, word = _parts(mapped)
        runs.append(el("i", f"run {_tone(mapped)}", shape, style=f"flex-grow:{length}"))
        told.append(f"{days[at]}–{days[at + length - 1]}: {word or say('wall.no_data').lower()}")
        at += length
    return el(
        "div",
        "line",
        el("span", "", label(panel, name)),
        el("div", "runs", *runs, role="img", aria_label="; ".join(told)),
    )


def _mapped(panel: Panel, value: Any) -> Mapped | None:
    for mapping in panel.fieldConfig.defaults.mappings:
        if str(value) in mapping.options:
            return mapping.options[str(value)]
    return None


def _tone(mapped: Mapped | None) -> str:
    return TONE_OF_COLOUR.get(mapped.color or "", "none") if mapped else "none"


def _parts(mapped: Mapped | None) -> tuple[str, str]:
    """A mapped verdict's shape and its words; a day without one has neither."""
    if mapped is None:
        return "", ""
    shape, _, word = mapped.text.partition(" ")
    return (shape, word) if len(shape) == 1 else ("", mapped.text)


def _key(panel: Panel) -> Html:
    found = [one for mapping in panel.fieldConfig.defaults.mappings for one in mapping.options.values()]
    found.sort(key=lambda one: one.index or 0)
    return el("p", "key", *(el("span", f"mapped-{_tone(one)}", one.text) for one in found))
