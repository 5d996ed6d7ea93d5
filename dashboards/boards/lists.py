"""Panels with rows: the ranking of overdue dossiers and the two lists that ask for action."""

from grafana_foundation_sdk.builders import bargauge, table
from grafana_foundation_sdk.builders import common as c
from grafana_foundation_sdk.models import common as cm
from grafana_foundation_sdk.models import dashboard as dm

from dashboards.boards.clickhouse import DATA_SOURCE, Query
from dashboards.boards.parts import UNIT, mapping, plain, prop, short

RANKED = 5
"""Units shown by name; the others share the last bar."""

URGENCY = {
    "hoa_toc": ("▲ HỎA TỐC", "act"),
    "thuong_khan": ("◆ THƯỢNG KHẨN", "warn"),
    "khan": ("◆ KHẨN", "warn"),
}


def overdue_by_unit(at: dm.GridPos) -> bargauge.Panel:
    rows = f"""
    WITH ranked AS (
      SELECT {short("units", "v.unit", "u.name")} AS name, toInt64(v.value) AS n,
        row_number() OVER (ORDER BY v.value DESC, v.unit) AS place
      FROM ioc_read.values_now AS v INNER JOIN ioc_read.units AS u ON u.code = v.unit
      WHERE v.kpi = 'dossier_overdue_open' AND v.dim = '' AND v.window = 'day'
        AND u.parent = {UNIT} AND v.value > 0
    )
    SELECT if(min(place) > {RANKED}, concat(toString(count()), ' đơn vị khác'), any(name)) AS unit_name,
      sum(n) AS overdue
    FROM ranked GROUP BY least(place, {RANKED + 1}) ORDER BY min(place)
    """  # noqa: S608
    return (
        bargauge.Panel()
        .title("Hồ sơ quá hạn")
        .description(
            "Hồ sơ chưa giải quyết đã quá hạn, theo đơn vị, nhiều nhất trước. Không tính hồ sơ tạm dừng."
        )
        .datasource(DATA_SOURCE)
        .with_target(Query(rows))
        .with_target(Query(_total("dossier_overdue_open", "value - value_yesterday AS change"), note=True))
        .grid_pos(at)
        .interval("1s")
        .unit("short")
        .decimals(0)
        .no_value("Không có hồ sơ quá hạn")
        .thresholds(plain())
        .orientation(cm.VizOrientation.HORIZONTAL)
        .display_mode(cm.BarGaugeDisplayMode.BASIC)
        .reduce_options(c.ReduceDataOptions().values(True).calcs([]).fields("/^overdue$/"))
    )


def urgent_unassigned(at: dm.GridPos) -> table.Panel:
    rows = f"""
    SELECT d.urgency AS urgency, {short("units", "d.unit", "u.name")} AS unit_name,
      dateDiff('second', now(), d.assign_due_at) AS left_s
    FROM ioc_read.cases_documents_in AS d LEFT JOIN ioc_read.units AS u ON u.code = d.unit
    WHERE d.urgency != 'normal' AND isNull(d.assigned_at) AND isNull(d.ended_at)
      AND isNotNull(d.assign_due_at)
    ORDER BY left_s, d.subject LIMIT 3
    """  # noqa: S608
    total = f"""
    SELECT (SELECT count() FROM ioc_read.cases_documents_in
            WHERE urgency != 'normal' AND isNull(assigned_at) AND isNull(ended_at)) AS total,
      if(min(fresh) = 0, 'old', '') AS verdict, count() AS known
    FROM ioc_read.values_now WHERE kpi = 'doc_overdue_open' AND dim = '' AND unit = {UNIT} AND window = 'day'
    """  # noqa: S608
    return (
        _list("Văn bản khẩn chờ phân công", "Văn bản đến có độ khẩn chưa được chuyển xử lý.", at)
        .no_value("Không có văn bản khẩn chờ phân công")
        .with_target(Query(rows))
        .with_target(Query(total, note=True))
        .override_by_name("urgency", [prop("displayName", "Độ khẩn"), mapping(URGENCY)])
        .override_by_name("unit_name", [prop("displayName", "Đơn vị")])
        .override_by_name("left_s", [prop("displayName", "Thời gian còn lại"), prop("unit", "s")])
    )


def due_soon(at: dm.GridPos) -> table.Panel:
    rows = f"""
    SELECT {short("units", "v.unit", "u.name")} AS unit_name, toInt64(v.value) AS dossiers
    FROM ioc_read.values_now AS v INNER JOIN ioc_read.units AS u ON u.code = v.unit
    WHERE v.kpi = 'dossier_due_soon' AND v.dim = '' AND v.window = 'day' AND u.parent = {UNIT} AND v.value > 0
    ORDER BY v.value DESC, v.unit LIMIT 3
    """  # noqa: S608
    return (
        _list("Hồ sơ sắp đến hạn", "Hồ sơ đến hạn trong vòng một ngày làm việc, theo đơn vị.", at)
        .no_value("Không có hồ sơ sắp đến hạn")
        .with_target(Query(rows))
        .with_target(Query(_total("dossier_due_soon", "'còn 1 ngày làm việc' AS said"), note=True))
        .override_by_name("unit_name", [prop("displayName", "Đơn vị")])
        .override_by_name("dossiers", [prop("displayName", "hồ sơ")])
    )


def _list(title: str, description: str, at: dm.GridPos) -> table.Panel:
    return (
        table.Panel()
        .title(title)
        .description(description)
        .datasource(DATA_SOURCE)
        .grid_pos(at)
        .interval("1s")
        .unit("short")
        .thresholds(plain())
        .show_header(False)
    )


def _total(kpi: str, more: str) -> str:
    return f"""
    SELECT toInt64(value) AS total, {more},
      if(fresh = 0, 'old', '') AS verdict, isNotNull(value) AS known
    FROM ioc_read.values_now WHERE kpi = '{kpi}' AND dim = '' AND unit = {UNIT} AND window = 'day'
    """  # noqa: S608
