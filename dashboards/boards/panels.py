"""Panels with the settings that all of ours share. Every one has a description, a unit and thresholds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from grafana_foundation_sdk.builders import (
    barchart,
    bargauge,
    gauge,
    stat,
    statetimeline,
    table,
    text,
    timeseries,
)
from grafana_foundation_sdk.builders import common as c
from grafana_foundation_sdk.models import common as cm
from grafana_foundation_sdk.models import dashboard as dm

from dashboards.boards.clickhouse import DATA_SOURCE, Query
from dashboards.boards.parts import Bounds, displayed, plain, prop, steps
from dashboards.style import DARK

NOTHING = "Không có dữ liệu"
HIDDEN = {"legend": True, "tooltip": True, "viz": True}
Props = Mapping[str, Sequence[Any]]
NONE: Props = MappingProxyType({})
"""More settings of columns, by name."""
LINES = ("info", "good", "warn", "soft", "faint", "ink")
"""Tones of a chart's lines, in order; red is kept for "act now"."""


@dataclass(frozen=True)
class Said:
    """What a panel is called, what it means, and what its numbers are."""

    title: str
    description: str
    unit: str = "short"
    decimals: int | None = None
    every: str = "5s"
    nothing: str = NOTHING


def numbers(said: Said, sql: str, shown: Mapping[str, str], at: dm.GridPos, props: Props = NONE) -> Any:
    """One row of numbers side by side. `shown`: column → its name; `props`: more of a column."""
    panel = (
        _common(stat.Panel(), said, at)
        .with_target(Query(sql))
        .reduce_options(c.ReduceDataOptions().calcs(["lastNotNull"]).fields(displayed(*shown.values())))
        .graph_mode(cm.BigValueGraphMode.NONE)
        .text_mode(cm.BigValueTextMode.VALUE_AND_NAME)
    )
    return _named(panel, shown, props)


def dial(said: Said, sql: str, top: float, bounds: Bounds, at: dm.GridPos) -> Any:
    """One number between 0 and `top`: the column `value`."""
    return (
        _common(gauge.Panel(), said, at)
        .with_target(Query(sql))
        .min(0)
        .max(top)
        .thresholds(plain(steps(bounds)))
        .reduce_options(c.ReduceDataOptions().calcs(["lastNotNull"]).fields(displayed("value")))
    )


def bars(said: Said, sql: str, field: str, at: dm.GridPos, *, top: float | None = None) -> Any:
    """One bar a row, in the order of the rows: the last two columns are the name and the number."""
    panel = (
        _common(bargauge.Panel(), said, at)
        .with_target(Query(sql))
        .orientation(cm.VizOrientation.HORIZONTAL)
        .display_mode(cm.BarGaugeDisplayMode.BASIC)
        .reduce_options(c.ReduceDataOptions().values(True).calcs([]).fields(displayed(field)))
    )
    return panel if top is None else panel.min(0).max(top)


def lines(
    said: Said,
    sql: str,
    shown: Mapping[str, str],
    at: dm.GridPos,
    *,
    columns: bool = False,
    props: Props = NONE,
) -> Any:
    """Numbers over time: the column `time`, then one line (or a set of columns) for each of `shown`."""
    panel = (
        _common(timeseries.Panel(), said, at)
        .with_target(Query(sql, kind="timeseries"))
        .line_width(0 if columns else 3)
        .legend(_legend(len(shown) > 1))
    )
    if columns:
        panel = panel.draw_style(cm.GraphDrawStyle.BARS).fill_opacity(80)
    tones = {name: [colour(tone)] for name, tone in zip(shown, LINES, strict=False)}
    return _named(panel, shown, {name: [*tones[name], *props.get(name, ())] for name in shown})


def _legend(shown: bool) -> c.VizLegendOptions:
    """Below the drawing, names only."""
    below = c.VizLegendOptions().placement(cm.LegendPlacement.BOTTOM).calcs([])
    return below.show_legend(shown).display_mode(cm.LegendDisplayMode.LIST)


def rows(said: Said, sql: str, shown: Mapping[str, str], at: dm.GridPos, props: Props = NONE) -> Any:
    """A table with a heading. Columns that are not in `shown` are hidden (their values may be linked to)."""
    panel = _common(table.Panel(), said, at).with_target(Query(sql)).show_header(True)
    return _named(panel, shown, props)


def hide(panel: Any, *fields: str) -> Any:
    """Columns that are there for links only."""
    for field in fields:
        panel = panel.override_by_name(field, [prop("custom.hidden", True)])
    return panel


def stacked(said: Said, sql: str, shown: Mapping[str, str], tones: Sequence[str], at: dm.GridPos) -> Any:
    """Bars in parts: the first column names the bar, each of `shown` is a part of it."""
    panel = (
        _common(barchart.Panel(), said, at)
        .with_target(Query(sql))
        .orientation(cm.VizOrientation.HORIZONTAL)
        .stacking(cm.StackingMode.NORMAL)
        .legend(_legend(True))
    )
    return _named(panel, shown, {name: [colour(tone)] for name, tone in zip(shown, tones, strict=True)})


def states(said: Said, sql: str, words: Mapping[str, tuple[str, str]], at: dm.GridPos) -> Any:
    """Verdicts over time: the column `time`, then one row for each column."""
    mapped = {
        value: dm.ValueMappingResult(text=text, color=DARK[tone], index=index)
        for index, (value, (text, tone)) in enumerate(words.items())
    }
    return (
        _common(statetimeline.Panel(), said, at)
        .with_target(Query(sql, kind="timeseries"))
        .mappings([dm.ValueMap(options=mapped)])
        .show_value(cm.VisibilityMode.NEVER)
        .legend(_legend(True))
    )


def words(content: str, description: str, at: dm.GridPos) -> text.Panel:
    """A heading (`# …`) and plain lines."""
    return text.Panel().title("").description(description).grid_pos(at).content(content).transparent(True)


def colour(tone: str) -> dm.DynamicConfigValue:
    """A column's fixed colour."""
    return prop("color", {"mode": "fixed", "fixedColor": DARK[tone]})


def toned(bounds: Bounds) -> list[dm.DynamicConfigValue]:
    """A table column whose figures take the colour of their step."""
    return [*steps_of(bounds), prop("custom.cellOptions", {"type": "color-text"})]


def steps_of(bounds: Bounds) -> list[dm.DynamicConfigValue]:
    """Steps of a column's own."""
    found = [{"color": DARK[tone], "value": value} for tone, value in bounds]
    return [prop("thresholds", {"mode": "absolute", "steps": found})]


def _common(panel: Any, said: Said, at: dm.GridPos) -> Any:
    made = (
        panel.title(said.title)
        .description(said.description)
        .datasource(DATA_SOURCE)
        .grid_pos(at)
        .interval(said.every)
        .unit(said.unit)
        .no_value(said.nothing)
        .thresholds(plain())
    )
    return made if said.decimals is None else made.decimals(said.decimals)


def _named(panel: Any, shown: Mapping[str, str], props: Props) -> Any:
    for field, name in shown.items():
        panel = panel.override_by_name(field, [prop("displayName", name), *props.get(field, ())])
    return panel
