"""Panels with rows: the ranking of overdue dossiers and the two lists that ask for action.

Their hidden second query is the board's values: total, change since yesterday, and whether the rows can be
trusted.
"""

from grafana_foundation_sdk.builders import bargauge, table
from grafana_foundation_sdk.builders import common as c
from grafana_foundation_sdk.models import common as cm
from grafana_foundation_sdk.models import dashboard as dm

from dashboards.boards.clickhouse import DATA_SOURCE, Query
from dashboards.boards.parts import UNIT, beneath, displayed, mapping, plain, prop, short
from dashboards.boards.values import only

RANKED = 5
"""Units shown by name; the others share the last row."""
UNNAMED = dm.ValueMap(options={"dossier_overdue_open": dm.ValueMappingResult(text="")})
"""Grafana names a bar by all words of its row; the KPI's id is none that anybody should read."""
OVERDUE, DUE_SOON, WAITING = "dossier_overdue_open", "dossier_due_soon", "doc_overdue_open"

URGENCY = {
    "hoa_toc": ("▲ HỎA TỐC", "act"),
    "thuong_khan": ("◆ THƯỢNG KHẨN", "warn"),
    "khan": ("◆ KHẨN", "warn"),
}


def by_unit() -> Query:
    """Counts by unit, most first, for both panels that show them."""
    return Query(
        f"""
        WITH ranked AS (
          SELECT v.kpi AS kpi, {short("units", "v.unit", "u.name")} AS name, toInt64(v.value) AS n,
            row_number() OVER (PARTITION BY v.kpi ORDER BY v.value DESC, v.unit) AS place
          FROM ioc_read.values_now AS v INNER JOIN ioc_read.units AS u ON u.code = v.unit
          WHERE v.kpi IN ('{OVERDUE}', '{DUE_SOON}') AND v.dim = '' AND v.window = 'day'
            AND u.parent = {UNIT} AND v.value > 0
        )
        SELECT kpi, if(min(place) > {RANKED}, concat(toString(count()), ' đơn vị khác'), any(name))
            AS unit_name, sum(n) AS dossiers
        FROM ranked GROUP BY kpi, least(place, {RANKED + 1}) ORDER BY kpi, min(place)
        """  # noqa: S608
    )


def overdue_by_unit(values: Query, at: dm.GridPos) -> bargauge.Panel:
    return (
        bargauge.Panel()
        .title("Hồ sơ quá hạn")
        .description(
            "Hồ sơ chưa giải quyết đã quá hạn, theo đơn vị, nhiều nhất trước. Không tính hồ sơ tạm dừng."
        )
        .datasource(DATA_SOURCE)
        .with_target(by_unit())
        .with_target(values)
        .with_transformation(only(OVERDUE))
        .grid_pos(at)
        .interval("5s")
        .unit("short")
        .decimals(0)
        .no_value("Không có hồ sơ quá hạn")
        .thresholds(plain())
        .orientation(cm.VizOrientation.HORIZONTAL)
        .display_mode(cm.BarGaugeDisplayMode.BASIC)
        .reduce_options(c.ReduceDataOptions().values(True).calcs([]).fields(displayed("dossiers")))
        .override_by_name("kpi", [prop("mappings", [UNNAMED])])
    )


def due_soon(values: Query, at: dm.GridPos) -> table.Panel:
    return (
        _list("Hồ sơ còn 1 ngày làm việc", "Hồ sơ đến hạn trong vòng một ngày làm việc, theo đơn vị.", at)
        .no_value("Không có hồ sơ sắp đến hạn")
        .with_target(by_unit())
        .with_target(values)
        .with_transformation(only(DUE_SOON))
        .override_by_name("kpi", [prop("custom.hidden", True)])
        .override_by_name("unit_name", [prop("displayName", "Đơn vị")])
        .override_by_name("dossiers", [prop("displayName", "hồ sơ")])
    )


def urgent_unassigned(values: Query, at: dm.GridPos) -> table.Panel:
    rows = f"""
    SELECT d.urgency AS urgency, {short("units", "d.unit", "u.name")} AS unit_name,
      dateDiff('second', now(), d.assign_due_at) AS left_s, count() OVER () AS total
    FROM ioc_read.cases_documents_in AS d LEFT JOIN ioc_read.units AS u ON u.code = d.unit
    WHERE d.open AND isNull(d.assigned_at) AND isNotNull(d.assign_due_at) AND {beneath("d.unit")}
    ORDER BY left_s, d.subject LIMIT 3
    """  # noqa: S608
    return (
        _list(
            "Văn bản khẩn chờ phân công", "Văn bản đến có độ khẩn chưa được chuyển xử lý, gấp nhất trước.", at
        )
        .no_value("Không có văn bản khẩn chờ phân công")
        .with_target(Query(rows))
        .with_target(values)
        .with_transformation(only(WAITING))
        .override_by_name("urgency", [prop("displayName", "Độ khẩn"), mapping(URGENCY)])
        .override_by_name("unit_name", [prop("displayName", "Đơn vị")])
        .override_by_name("left_s", [prop("displayName", "Thời gian còn lại"), prop("unit", "s")])
        .override_by_name("total", [prop("custom.hidden", True)])
    )


STANDING = {
    "raised": ("MỚI", "act"),
    "escalated": ("↑ cấp trên", "warn"),
    "assigned": ("→ đã giao", "good"),
    "acknowledged": ("✓ đã nhận", "good"),
    "shelved": ("tạm ẩn", "faint"),
}
GRAVITY = {"critical": ("▲", "act"), "major": ("◆", "warn"), "minor": ("■", "info"), "info": ("•", "faint")}


def open_alerts(at: dm.GridPos) -> table.Panel:
    """What needs a person, and whether one has taken it up: read every second, for minutes count here."""
    rows = f"""
    SELECT toString(a.severity) AS severity,
      concat({short("rules", "a.rule", "a.name_vi")},
        if(a.unit IN ('', {UNIT}), '', concat(' · ', {short("units", "a.unit", "u.name")}))) AS what,
      toString(a.status) AS status, count() OVER () AS total
    FROM ioc_read.alerts AS a LEFT JOIN ioc_read.units AS u ON u.code = a.unit
    WHERE a.open AND (a.unit = '' OR {beneath("a.unit")})
    ORDER BY status = 'shelved', a.rank, isNotNull(a.acknowledged_at), a.raised_at, a.alert_ref LIMIT 3
    """  # noqa: S608
    watched = """
    SELECT toInt64(1) AS value, if(live, 'grey', 'old') AS verdict FROM ioc_read.ticks
    ORDER BY tick DESC LIMIT 1
    """
    return (
        _list(
            "Cảnh báo đang mở",
            "Nặng nhất trước, rồi chưa ai tiếp nhận, rồi lâu nhất. Việc tính dừng thì là dữ liệu cũ.",
            at,
        )
        .interval("1s")
        .no_value("Không có cảnh báo đang mở")
        .with_target(Query(rows))
        .with_target(Query(watched, note=True))
        .override_by_name("severity", [prop("displayName", "Mức"), mapping(GRAVITY)])
        .override_by_name("what", [prop("displayName", "Cảnh báo")])
        .override_by_name("status", [prop("displayName", "Tình trạng"), mapping(STANDING)])
        .override_by_name("total", [prop("custom.hidden", True)])
    )


def _list(title: str, description: str, at: dm.GridPos) -> table.Panel:
    return (
        table.Panel()
        .title(title)
        .description(description)
        .datasource(DATA_SOURCE)
        .grid_pos(at)
        .interval("5s")
        .unit("short")
        .thresholds(plain())
        .show_header(False)
    )
