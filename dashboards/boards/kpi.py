"""A KPI as a stat panel: everything it says comes from the catalogue and from one row of `values_now`."""

from dataclasses import dataclass

from grafana_foundation_sdk.builders import common as c
from grafana_foundation_sdk.builders import stat
from grafana_foundation_sdk.models import common as cm
from grafana_foundation_sdk.models import dashboard as dm

from dashboards.boards.clickhouse import DATA_SOURCE, Query
from dashboards.boards.parts import UNIT, VERDICT_DOWN, VERDICT_SQL, VERDICT_UP, mapping, prop, thresholds


@dataclass(frozen=True)
class Measure:
    """What a panel must know of a KPI before any value exists."""

    id: str
    name: str
    meaning: str
    unit: str
    direction: str
    target: float | None

    @property
    def grafana_unit(self) -> str:
        return {"percent": "percent", "seconds": "s"}.get(self.unit, "short")

    @property
    def decimals(self) -> int:
        return 1 if self.unit == "percent" else 0


def tile(measure: Measure, *, noun: str, window: str, at: dm.GridPos) -> stat.Panel:
    """The KPI's tile. `noun`: what its cases are called beside their number."""
    verdicts = VERDICT_UP if measure.direction == "up" else VERDICT_DOWN
    shown = c.ReduceDataOptions().calcs(["lastNotNull"]).fields("/^(value|verdict|target|coverage)$/")
    panel = (
        stat.Panel()
        .title(measure.name)
        .description(measure.meaning)
        .datasource(DATA_SOURCE)
        .with_target(Query(_sql(measure.id, noun, window)))
        .grid_pos(at)
        .interval("1s")
        .unit(measure.grafana_unit)
        .decimals(measure.decimals)
        .no_value("—")
        .thresholds(thresholds(measure.target, measure.direction))
        .reduce_options(shown)
        .graph_mode(cm.BigValueGraphMode.NONE)
        .text_mode(cm.BigValueTextMode.VALUE_AND_NAME)
        .override_by_name("value", [prop("displayName", "Giá trị")])
        .override_by_name("verdict", [prop("displayName", "Đánh giá"), mapping(verdicts)])
        .override_by_name("target", [prop("displayName", "Mục tiêu")])
        .override_by_name("coverage", [prop("displayName", "Đơn vị có dữ liệu"), prop("unit", "string")])
    )
    return panel.min(0).max(100) if measure.unit == "percent" else panel


def _sql(kpi: str, noun: str, window: str) -> str:
    return f"""
    SELECT value, {VERDICT_SQL} AS verdict, target,
      if(expected_units = 0, '', concat(toString(coverage_units), '/', toString(expected_units), ' đơn vị'))
        AS coverage,
      value - value_yesterday AS change, cases, '{noun}' AS noun, window, start, as_of, stale_since
    FROM ioc_read.values_now
    WHERE kpi = '{kpi}' AND dim = '' AND unit = {UNIT} AND window = '{window}'
    """  # noqa: S608
