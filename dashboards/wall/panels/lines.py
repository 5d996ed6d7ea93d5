"""Several numbers over time, as lines or as columns; what each is, and its newest value, above the chart."""

from functools import partial
from typing import Any

from dashboards.style import PALETTES
from dashboards.wall.board import Panel
from dashboards.wall.markup import Html, el, join
from dashboards.wall.panels import chart
from dashboards.wall.panels.chart import Ink, Options
from dashboards.wall.panels.fields import colour, figure, label
from dashboards.wall.panels.scene import Drawn, Scene, Tone, day, empty, heading, untrusted, waiting
from dashboards.wall.poller import PanelData
from ioc.messages import say

Rows = list[dict[str, Any]]
SYMBOLS = {"circle": "●", "rect": "■", "triangle": "▲", "diamond": "◆", "pin": "▬", "emptyCircle": "○"}
"""Lines are told apart by the mark at their end as well as by colour."""


def draw(panel: Panel, data: PanelData, scene: Scene) -> Drawn:
    if data.awaited:
        return waiting(panel, scene)
    rows = data.tables["A"].records() if "A" in data.tables else []
    doubt = untrusted(panel, data, scene)
    head = heading(panel, scene, data, doubt=doubt)
    tone: Tone = "old" if doubt else "info"
    names = [name for name in (data.tables["A"].columns if rows else ()) if name != "time"]
    if not any(row[name] is not None for row in rows for name in names):
        return Drawn(join(head, empty(say("wall.no_data"))), tone)
    days = [day(row["time"]) for row in rows]
    alone = [
        chart.told(label(panel, name), [row[name] for row in rows], days, partial(figure, panel, name))
        for name in names
    ]
    key = el("p", "key", *(_key(panel, name, at, rows) for at, name in enumerate(names)), aria_hidden="true")
    options = chart_of(panel, rows, names, PALETTES[scene.theme], old=bool(doubt))
    return Drawn(join(head, key, el("p", "sr", ". ".join(alone))), tone, options)


def _key(panel: Panel, name: str, at: int, rows: Rows) -> Html:
    mark = "■" if in_columns(panel) else list(SYMBOLS.values())[at % len(SYMBOLS)]
    last = next((row[name] for row in reversed(rows) if row[name] is not None), None)
    return el(
        "span",
        f"part-{colour(panel, name)}",
        el("b", "", mark),
        f" {label(panel, name)} ",
        el("em", "", figure(panel, name, last)),
    )


def in_columns(panel: Panel) -> bool:
    return panel.fieldConfig.defaults.custom.get("drawStyle") == "bars"


def chart_of(panel: Panel, rows: Rows, names: list[str], ink: Ink, *, old: bool = False) -> Options:
    """ECharts options. Numbers of another unit than the first one's have an axis of their own."""
    units = [panel.setting(name, "unit") or panel.fieldConfig.defaults.unit for name in names]
    sides = [int(unit != units[0]) for unit in units]
    axes = []
    for side in range(max(sides) + 1):
        mine = [(name, unit) for name, unit, one in zip(names, units, sides, strict=True) if one == side]
        known = [float(row[name]) for name, _ in mine for row in rows if row[name] is not None]
        axes.append(chart.up(chart.scale(known, rate=mine[0][1] == "percent"), ink, second=bool(side)))
    series = [
        _series(panel, name, [row[name] for row in rows], side, at, ink, old=old)
        for at, (name, side) in enumerate(zip(names, sides, strict=True))
    ]
    base = {"xAxis": chart.across(rows, ink, columns=in_columns(panel)), "yAxis": axes, "series": series}
    return chart.sized(base, panel.gridPos.w, lambda size: _sized(panel, len(axes), rows, names, size))


def _series(
    panel: Panel, name: str, values: list[Any], side: int, at: int, ink: Ink, *, old: bool
) -> Options:
    tint = ink["faint"] if old else ink[colour(panel, name)]
    common = {"data": values, "silent": True, "yAxisIndex": side, "itemStyle": {"color": tint}}
    if in_columns(panel):
        return common | {"type": "bar", "barCategoryGap": "25%", "barGap": "10%"}
    dashed = panel.setting(name, "custom.lineStyle")
    return common | {
        "type": "line", "connectNulls": False, "showSymbol": False,
        "lineStyle": {"color": tint, "type": [10, 8] if dashed else "solid"},
        "markPoint": {"label": {"show": False}, "symbol": list(SYMBOLS)[at % len(SYMBOLS)], "silent": True},
    }  # fmt: skip


def _sized(panel: Panel, axes: int, rows: Rows, names: list[str], size: float) -> Options:
    if in_columns(panel):
        return chart.frame(size, axes, top=20) | {"series": [{}] * len(names)}
    return chart.frame(size, axes, top=20) | {
        "series": [
            {"lineStyle": {"width": 4 * size}, "markPoint": {"data": _last(rows, name, size)}}
            for name in names
        ]
    }


def _last(rows: Rows, name: str, size: float) -> list[Options]:
    known = [at for at, row in enumerate(rows) if row[name] is not None]
    return [{"coord": [known[-1], rows[known[-1]][name]], "symbolSize": 18 * size}] if known else []
