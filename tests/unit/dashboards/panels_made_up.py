"""Panels of every kind with rows of our own making, for what a look does with them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from dashboards.style import DARK
from dashboards.wall.board import Panel
from dashboards.wall.panels import Drawn, Scene, look
from dashboards.wall.poller import Frame, PanelData
from dashboards.wall.source import Table
from tests.unit.dashboards.conftest import NOW

SOURCE = {"type": "grafana-clickhouse-datasource", "uid": "ioc-clickhouse"}
VARIABLES = {"unit": "G09", "window": "month", "console": ""}
BANDS = {
    "mode": "absolute",
    "steps": [
        {"color": DARK["act"], "value": None},
        {"color": DARK["warn"], "value": 90},
        {"color": DARK["good"], "value": 95},
    ],
}


def panel(
    kind: str,
    columns: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    options: Mapping[str, Any] | None = None,
    defaults: Mapping[str, Any] | None = None,
    wide: int = 12,
    **more: Any,
) -> Panel:
    """`columns`: name → settings of its own."""
    overrides = [
        {
            "matcher": {"id": "byName", "options": name},
            "properties": [{"id": key.replace("__", "."), "value": value} for key, value in own.items()],
        }
        for name, own in (columns or {}).items()
    ]
    target = {"refId": "A", "datasource": SOURCE, "editorType": "sql", "queryType": "table", "format": 1,
              "pluginVersion": "", "rawSql": "SELECT 1"}  # fmt: skip
    made = {
        "id": 1, "type": kind, "title": "Bảng thử", "description": "Mô tả", "options": dict(options or {}),
        "gridPos": {"x": 0, "y": 0, "w": wide, "h": 8}, "targets": [target], "datasource": SOURCE,
        "fieldConfig": {"defaults": {"unit": "short", **(defaults or {})}, "overrides": overrides},
    }  # fmt: skip
    return Panel.model_validate(made | more)


def drawn(
    of: Panel, columns: Sequence[str], *rows: Sequence[Any], later: timedelta = timedelta(), **seen: Any
) -> Drawn:
    """The panel over these rows, read at 10:42:18 and looked at `later`."""
    data = PanelData({"A": Table(tuple(columns), tuple(tuple(row) for row in rows))}, NOW)
    frame = Frame({of.id: data}, NOW, NOW)
    scene = Scene(frame, NOW + later, variables=VARIABLES, reach=NOW, **seen)
    return look(of)(of, data, scene)
