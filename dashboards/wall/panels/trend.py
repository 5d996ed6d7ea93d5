"""A value over days with its target as a dashed line; days counted again after they were shown are marked."""

from typing import Any

from dashboards.style import PALETTES
from dashboards.wall import words
from dashboards.wall.board import Panel
from dashboards.wall.markup import el, join
from dashboards.wall.panels import chart
from dashboards.wall.panels.chart import Ink, Options
from dashboards.wall.panels.fields import figure, suffix
from dashboards.wall.panels.scene import Drawn, Scene, Tone, day, empty, heading, untrusted, waiting
from dashboards.wall.poller import PanelData
from ioc.messages import say

Rows = list[dict[str, Any]]


def draw(panel: Panel, data: PanelData, scene: Scene) -> Drawn:
    if data.awaited:
        return waiting(panel, scene)
    rows = data.tables["A"].records() if "A" in data.tables else []
    verdict = data.tables["B"].first().get("verdict") if "B" in data.tables else ""
    doubt = untrusted(panel, data, scene, verdict)
    restated = any(row.get("restated") for row in rows)
    head = heading(panel, scene, data, say("wall.restated") if restated else "", doubt=doubt)
    tone: Tone = "old" if doubt else "info"
    if not any(row.get("value") is not None for row in rows):
        return Drawn(join(head, empty(say("wall.no_data"))), tone)
    values = [row.get("value") for row in rows]
    alone = chart.told(
        panel.title, values, [day(row["time"]) for row in rows], lambda one: figure(panel, "value", one)
    )
    options = chart_of(panel, rows, PALETTES[scene.theme], old=bool(doubt))
    return Drawn(join(head, el("p", "sr", alone)), tone, options)


def chart_of(panel: Panel, rows: Rows, ink: Ink, *, old: bool = False) -> Options:
    """ECharts options: one line, a target line with its label, the last value, restated days."""
    unit = panel.fieldConfig.defaults.unit or ""
    line = ink["faint"] if old else ink["info"]
    values = [row.get("value") for row in rows]
    known = [float(value) for value in values if value is not None]
    target = next((row["target"] for row in reversed(rows) if row.get("target") is not None), None)
    ends = chart.scale(known, target, rate=unit == "percent", most=chart.lines(panel.gridPos.h))
    series = {
        "type": "line", "data": values, "connectNulls": False, "showSymbol": False, "silent": True,
        "lineStyle": {"color": line}, "itemStyle": {"color": line}, "markLine": _target(target, unit, ink),
        "markPoint": {"label": {"show": False}, "itemStyle": {"color": line}, "silent": True},
    }  # fmt: skip
    base = {"xAxis": chart.across(rows, ink), "yAxis": [chart.up(ends, ink)], "series": [series]}
    return chart.sized(base, panel.gridPos.w, lambda size: _sized(rows, ink, size))


def _sized(rows: Rows, ink: Ink, size: float) -> Options:
    """Everything that has a size in px."""
    font = round(24 * size)
    return chart.frame(size) | {
        "series": [
            {
                "lineStyle": {"width": 5 * size},
                "markLine": {"lineStyle": {"width": 3 * size}, "label": {"fontSize": font}},
                "markPoint": {"data": _marks(rows, ink, size)},
            }
        ],
    }


def _target(target: float | None, unit: str, ink: Ink) -> Options:
    if target is None:
        return {"data": []}
    said = words.number(target, 0 if target == int(target) else 1)
    label = say("wall.target", target=f"{said} {suffix(unit)}".rstrip())
    return {
        "symbol": "none", "silent": True, "data": [{"yAxis": target}],
        "lineStyle": {"type": [10, 8], "color": ink["ink"]},
        "label": {"formatter": label, "position": "insideEndTop", "color": ink["ink"]},
    }  # fmt: skip


def _marks(rows: Rows, ink: Ink, size: float) -> list[Options]:
    """A hollow square on each restated day, a dot on the newest value."""
    known = [(at, row) for at, row in enumerate(rows) if row.get("value") is not None]
    marks: list[Options] = [
        {"coord": [at, row["value"]], "symbol": "rect", "symbolSize": 22 * size,
         "itemStyle": {"color": "transparent", "borderColor": ink["warn"], "borderWidth": 4 * size}}
        for at, row in known
        if row.get("restated")
    ]  # fmt: skip
    last, row = known[-1]
    return [*marks, {"coord": [last, row["value"]], "symbol": "circle", "symbolSize": 20 * size}]
