"""The operations wall: is all well, what needs a person, and can these numbers be trusted."""

from grafana_foundation_sdk.builders import common as c
from grafana_foundation_sdk.builders import dashboard as d
from grafana_foundation_sdk.builders import text, timeseries
from grafana_foundation_sdk.models import common as cm
from grafana_foundation_sdk.models import dashboard as dm

from dashboards.boards import lists, trust
from dashboards.boards.catalogue import Facts
from dashboards.boards.clickhouse import DATA_SOURCE, Query
from dashboards.boards.kpi import tile
from dashboards.boards.level import level
from dashboards.boards.links import board_link, home
from dashboards.boards.parts import place, plain, prop, thresholds
from dashboards.boards.trend import rolling
from dashboards.boards.values import Shown, only, statement
from dashboards.style import DARK

UID = "operations-wall"
TILES = {
    "dossier_on_time_rate": ("Hồ sơ giải quyết đúng hạn", "hồ sơ"),
    "online_dossier_rate": ("Hồ sơ nộp trực tuyến", "hồ sơ"),
    "doc_on_time_rate": ("Văn bản xử lý đúng hạn", "VB"),
    "hr_sync_sla_rate": ("Đồng bộ biến động nhân sự", "lượt"),
}
"""KPI → its name, short enough to be read from six metres; what its cases are called."""
SHOWN = (
    *(Shown(kpi, "month", noun) for kpi, (_, noun) in TILES.items()),
    *(Shown(kpi, "day") for kpi in (lists.OVERDUE, lists.DUE_SOON, lists.WAITING)),
)
TREND = "dossier_on_time_rate"
HIDDEN = {"legend": True, "tooltip": True, "viz": True}


def board(facts: Facts) -> d.Dashboard:
    """The board over the organisation's root unit."""
    made = (
        d.Dashboard("Tổng quan điều hành")
        .uid(UID)
        .description("Bảng điều hành: mức độ chung, chỉ tiêu, việc cần xử lý, độ tin cậy của dữ liệu.")
        .tags(["ioc", "wall"])
        .refresh("5s")
        .time("now-30d", "now")
        .timezone("Asia/Ho_Chi_Minh")
        .readonly()
        .timepicker(d.TimePicker().hidden(True))
        .with_variable(d.ConstantVariable("unit").value(facts.root))
        .with_panel(level(place(0, 0, 6, 3)))
        .with_panel(_title(facts.root_name))
        .with_panel(trust.reach(place(14, 0, 10, 3)))
    )
    for at, (kpi, (name, _)) in enumerate(TILES.items()):
        measure = facts.measure(kpi, name)
        leads = [board_link("Xem lĩnh vực", home(measure.domain), window="month")]
        made = made.with_panel(tile(measure, values(), place(6 * at, 3, 6, 9), leads))
    return (
        made.with_panel(_trend(facts))
        .with_panel(lists.overdue_by_unit(values(note=True), place(9, 12, 6, 12)))
        .with_panel(lists.urgent_unassigned(values(note=True), place(15, 18, 9, 6)))
        .with_panel(lists.due_soon(values(note=True), place(0, 18, 9, 6)))
        .with_panel(trust.sources(place(0, 24, 14, 4)))
        .with_panel(trust.ledger(place(14, 24, 10, 4)))
        .with_panel(lists.open_alerts(place(15, 12, 9, 6)))
    )


def values(*, note: bool = False) -> Query:
    """The board's values, as a panel's rows or as its note."""
    return Query(statement(SHOWN), note=note)


def _title(organ: str) -> text.Panel:
    return (
        text.Panel()
        .title("")
        .description("Tên bảng và cơ quan.")
        .grid_pos(place(6, 0, 8, 3))
        .content(f"# Tổng quan điều hành\n{organ} · Trung tâm điều hành thông minh")
        .transparent(True)
    )


def _trend(facts: Facts) -> timeseries.Panel:
    measure = facts.measure(TREND, "Hồ sơ đúng hạn, gộp 7 ngày")
    lines = c.VizLegendOptions().show_legend(False).display_mode(cm.LegendDisplayMode.LIST)
    return (
        timeseries.Panel()
        .title(measure.name)
        .description(f"{measure.meaning} Mỗi điểm gộp bảy ngày đến hết ngày đó; đường đứt là mục tiêu.")
        .datasource(DATA_SOURCE)
        .with_target(Query(rolling(TREND), kind="timeseries"))
        .with_target(values(note=True))
        .with_transformation(only(TREND))
        .grid_pos(place(0, 12, 9, 6))
        .interval("30s")
        .unit("percent")
        .decimals(1)
        .no_value("—")
        .thresholds(plain() if measure.target is None else thresholds(measure.bounds))
        .line_width(4)
        .legend(lines.placement(cm.LegendPlacement.BOTTOM).calcs([]))
        .override_by_name("value", [prop("displayName", "Giá trị"), _fixed("info")])
        .override_by_name("target", [prop("displayName", "Mục tiêu"), _fixed("ink"), _dashed()])
        .override_by_name("restated", [prop("custom.hideFrom", HIDDEN)])
    )


def _dashed() -> dm.DynamicConfigValue:
    return prop("custom.lineStyle", {"fill": "dash", "dash": [10, 8]})


def _fixed(tone: str) -> dm.DynamicConfigValue:
    return prop("color", {"mode": "fixed", "fixedColor": DARK[tone]})
