"""A value over days with its target as a dashed line; days counted again after they were shown are marked."""

from datetime import datetime
from typing import Any

from dashboards.style import PALETTES
from dashboards.wall import words
from dashboards.wall.board import Panel
from dashboards.wall.markup import join
from dashboards.wall.panels.scene import Drawn, Scene, Tone, empty, heading, untrusted
from dashboards.wall.poller import PanelData
from ioc.clock import VIETNAM

FONT = '"Be Vietnam Pro", "Noto Sans", "Segoe UI", system-ui, sans-serif'
SIZES = (
    ({"maxWidth": 420}, 0.54),
    ({"minWidth": 421, "maxWidth": 560}, 0.71),
    ({"minWidth": 820, "maxWidth": 1150}, 1.33),
    ({"minWidth": 1151}, 2.0),
)
"""Width of the chart in px → size of all it draws, 1 on a 1080p wall: phone, laptop, 1440p, 4K."""


def draw(panel: Panel, data: PanelData, scene: Scene) -> Drawn:
    rows = data.tables["A"].records() if "A" in data.tables else []
    verdict = data.tables["B"].first().get("verdict") if "B" in data.tables else ""
    doubt = untrusted(panel, data, scene, verdict)
    restated = any(row.get("restated") for row in rows)
    note = "☐ điều chỉnh" if restated else "30 ngày"
    head = heading(panel, note, doubt=doubt)
    tone: Tone = "old" if doubt else "info"
    if not any(row.get("value") is not None for row in rows):
        return Drawn(join(head, empty("Không có dữ liệu")), tone)
    return Drawn(join(head), tone, options(rows, scene.theme, old=bool(doubt)))


def options(rows: list[dict[str, Any]], theme: str = "dark", *, old: bool = False) -> dict[str, Any]:
    """ECharts options: one line, a target line with its label, the last value, restated days."""
    ink = PALETTES[theme]
    line = ink["faint"] if old else ink["info"]
    values = [row.get("value") for row in rows]
    known = [float(value) for value in values if value is not None]
    target = next((row["target"] for row in reversed(rows) if row.get("target") is not None), None)
    low, high = bounds(known, target)
    series = {
        "type": "line", "data": values, "connectNulls": False, "showSymbol": False, "silent": True,
        "lineStyle": {"color": line}, "itemStyle": {"color": line}, "markLine": _target(target, ink),
        "markPoint": {"label": {"show": False}, "itemStyle": {"color": line}, "silent": True},
    }  # fmt: skip
    base = {
        "animation": False,
        "textStyle": {"fontFamily": FONT},
        "xAxis": _days(rows, ink),
        "yAxis": _scale(low, high, ink),
    }
    sized = _sized(rows, ink, 1.0)
    return {
        "baseOption": _merged(base | {"series": [series]}, sized),
        "media": [{"query": query, "option": _sized(rows, ink, size)} for query, size in SIZES],
    }


def _sized(rows: list[dict[str, Any]], ink: dict[str, str], size: float) -> dict[str, Any]:
    """Everything that has a size in px."""
    font = round(24 * size)
    return {
        "grid": {"left": 8, "right": 16 * size, "top": 44 * size, "bottom": 10, "containLabel": True},
        "xAxis": {"axisLabel": {"fontSize": font, "margin": 16 * size}},
        "yAxis": {"axisLabel": {"fontSize": font, "margin": 10 * size}},
        "series": [
            {
                "lineStyle": {"width": 5 * size},
                "markLine": {"lineStyle": {"width": 3 * size}, "label": {"fontSize": font}},
                "markPoint": {"data": _marks(rows, ink, size)},
            }
        ],
    }


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Both, level by level; lists of one item each are merged as their items."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            merged[key] = _merged(old, value)
        elif key == "series" and isinstance(old, list):
            merged[key] = [_merged(old[0], value[0])]
        else:
            merged[key] = value
    return merged


def bounds(known: list[float], target: float | None) -> tuple[float, float]:
    """A scale of fives that holds all values and the target; a rate never leaves 0–100."""
    lowest = min([*known, target] if target is not None else known)
    highest = max([*known, target] if target is not None else known)
    low = max(5 * (lowest // 5) - (5 if lowest % 5 < 1 else 0), 0.0)
    high = min(5 * -(-highest // 5), 100.0) if highest <= 100 else 5 * -(-highest // 5)
    return low, max(high, low + 5)


def step(low: float, high: float) -> float:
    """Distance between grid lines: the smallest of the round ones that gives at most five."""
    return next((one for one in (5.0, 10.0, 20.0, 25.0, 50.0) if (high - low) / one <= 5), 100.0)


def _days(rows: list[dict[str, Any]], ink: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "category", "boundaryGap": False, "data": [_day(row["time"]) for row in rows],
        "axisLine": {"lineStyle": {"color": ink["edge"]}}, "axisTick": {"show": False},
        "axisLabel": {"color": ink["soft"], "interval": max(len(rows) // 3, 1), "showMaxLabel": True,
                      "hideOverlap": True, "alignMinLabel": "left", "alignMaxLabel": "right"},
    }  # fmt: skip


def _day(at: datetime) -> str:
    aware = at if at.tzinfo else at.replace(tzinfo=VIETNAM)
    return f"{aware.astimezone(VIETNAM):%d/%m}"


def _scale(low: float, high: float, ink: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "value", "min": low, "max": high, "interval": step(low, high),
        "splitLine": {"lineStyle": {"color": ink["edge"]}}, "axisLabel": {"color": ink["soft"]},
    }  # fmt: skip


def _target(target: float | None, ink: dict[str, str]) -> dict[str, Any]:
    if target is None:
        return {"data": []}
    label = f"mục tiêu {words.number(target, 0 if target == int(target) else 1)} %"
    return {
        "symbol": "none", "silent": True, "data": [{"yAxis": target}],
        "lineStyle": {"type": [10, 8], "color": ink["ink"]},
        "label": {"formatter": label, "position": "insideEndTop", "color": ink["ink"]},
    }  # fmt: skip


def _marks(rows: list[dict[str, Any]], ink: dict[str, str], size: float) -> list[dict[str, Any]]:
    """A hollow square on each restated day, a dot on the newest value."""
    known = [(at, row) for at, row in enumerate(rows) if row.get("value") is not None]
    marks: list[dict[str, Any]] = [
        {"coord": [at, row["value"]], "symbol": "rect", "symbolSize": 22 * size,
         "itemStyle": {"color": "transparent", "borderColor": ink["warn"], "borderWidth": 4 * size}}
        for at, row in known
        if row.get("restated")
    ]  # fmt: skip
    last, row = known[-1]
    return [*marks, {"coord": [last, row["value"]], "symbol": "circle", "symbolSize": 20 * size}]
