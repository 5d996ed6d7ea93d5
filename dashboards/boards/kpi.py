"""A KPI as a stat panel: everything it says comes from the catalogue and from one row of the values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grafana_foundation_sdk.builders import common as c
from grafana_foundation_sdk.builders import stat
from grafana_foundation_sdk.models import common as cm
from grafana_foundation_sdk.models import dashboard as dm

from dashboards.boards.clickhouse import DATA_SOURCE, Query
from dashboards.boards.parts import (
    RESTATED,
    VERDICT_DOWN,
    VERDICT_UP,
    Bounds,
    bounds,
    displayed,
    mapping,
    prop,
    thresholds,
)
from dashboards.boards.values import only


@dataclass(frozen=True)
class Measure:
    """What a panel must know of a KPI before any value exists."""

    id: str
    name: str
    meaning: str
    unit: str
    direction: str
    target: float | None
    within: float
    """How far beyond its target it is still amber."""
    domain: str = ""
    kind: str = ""
    personal: bool = False
    kinds: bool = False
    """It has kinds (a dimension): each has a value of its own beside the whole."""
    monthly: bool = False
    """It has no value for a day or a week."""
    pillars: tuple[tuple[str, str], ...] = ()
    """Of a score: its pillars' ids and names."""

    @property
    def bounds(self) -> Bounds:
        return bounds(self.target, self.direction, self.within)

    @property
    def grafana_unit(self) -> str:
        return {"percent": "percent", "seconds": "s", "minutes": "m"}.get(self.unit, "short")

    @property
    def decimals(self) -> int:
        return {"percent": 1, "points": 1, "ratio": 2}.get(self.unit, 0)


COLUMNS = {
    "value": "Giá trị",
    "verdict": "Đánh giá",
    "target": "Mục tiêu",
    "coverage": "Đơn vị có dữ liệu",
    "restated": "Điều chỉnh",
}
"""What a tile shows of its row, and how Grafana calls it."""


def tile(measure: Measure, values: Query, at: dm.GridPos, leads: Sequence[Any] = ()) -> stat.Panel:
    """The KPI's tile: its row of the board's values. `leads`: links to where more is said of it."""
    verdicts = VERDICT_UP if measure.direction == "up" else VERDICT_DOWN
    shown = c.ReduceDataOptions().calcs(["lastNotNull"]).fields(displayed(*COLUMNS.values()))
    panel = (
        stat.Panel()
        .title(measure.name)
        .description(measure.meaning)
        .datasource(DATA_SOURCE)
        .with_target(values)
        .with_transformation(only(measure.id))
        .grid_pos(at)
        .links(list(leads))
        .interval("1s")
        .unit(measure.grafana_unit)
        .decimals(measure.decimals)
        .no_value("—")
        .thresholds(thresholds(measure.bounds))
        .reduce_options(shown)
        .graph_mode(cm.BigValueGraphMode.NONE)
        .text_mode(cm.BigValueTextMode.VALUE_AND_NAME)
    )
    props = {
        "verdict": [mapping(verdicts)],
        "coverage": [prop("unit", "string")],
        "restated": [mapping(RESTATED)],
    }
    for column, name in COLUMNS.items():
        panel = panel.override_by_name(column, [prop("displayName", name), *props.get(column, ())])
    return panel.min(0).max(100) if measure.unit == "percent" else panel
