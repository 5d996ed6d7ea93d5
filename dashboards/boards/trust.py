"""Panels about what can be trusted: how far the data reach, the sources, the ledger."""

from grafana_foundation_sdk.builders import common as c
from grafana_foundation_sdk.builders import stat
from grafana_foundation_sdk.models import common as cm
from grafana_foundation_sdk.models import dashboard as dm

from dashboards.boards.clickhouse import DATA_SOURCE, Query
from dashboards.boards.parts import displayed, plain, prop, short
from dashboards.style import DARK

SOURCES = 30
"""Sources read, those in trouble first; the wall shows those that fit and counts the rest."""


def reach(at: dm.GridPos) -> stat.Panel:
    return (
        _stat("Dữ liệu đến", "Mọi sự kiện đã vào sổ cái trước thời điểm này đều nằm trong số liệu.", at)
        .with_target(
            Query(
                "SELECT reached_at AS as_of, live FROM ioc_read.ticks WHERE settled = tick"
                " ORDER BY tick DESC LIMIT 1"
            )
        )
        .unit("time:HH:mm:ss")
        .reduce_options(c.ReduceDataOptions().calcs(["lastNotNull"]).fields(displayed("Dữ liệu đến")))
        .override_by_name("as_of", [prop("displayName", "Dữ liệu đến")])
    )


def sources(at: dm.GridPos) -> stat.Panel:
    rows = f"""
    SELECT {short("sources", "system_code", "name")} AS name, age_s, toString(state) AS state, interval_s
    FROM ioc_read.sources WHERE state != 'never'
    ORDER BY indexOf(['silent', 'late', 'live'], toString(state)), interval_s, system_code LIMIT {SOURCES}
    """  # noqa: S608
    late = [
        dm.Threshold(color=DARK["good"], value=None),
        dm.Threshold(color=DARK["warn"], value=300),
        dm.Threshold(color=DARK["faint"], value=900),
    ]
    return (
        _stat("Nguồn dữ liệu", "Lần cuối mỗi nguồn có sự kiện hoặc nhịp báo, so với chu kỳ đã khai.", at)
        .with_target(Query(rows))
        .interval("5s")
        .unit("s")
        .thresholds(plain(late))
        .reduce_options(c.ReduceDataOptions().values(True).calcs([]).fields("/data\\.fields/"))
        .orientation(cm.VizOrientation.VERTICAL)
        .text_mode(cm.BigValueTextMode.VALUE_AND_NAME)
        .override_by_name("age_s", [prop("displayName", "${__data.fields.name}")])
    )


LEDGER = (
    ("received", "Nhận"),
    ("counted", "Đếm"),
    ("suppressed", "Trùng"),
    ("conflict", "Mâu thuẫn"),
    ("rejected", "Cách ly"),
    ("lost", "Mất"),
    ("in_flight", "Đang xử lý"),
    ("missing", "Thiếu"),
    ("stopped", "Phần đang dừng"),
)


def ledger(at: dm.GridPos) -> stat.Panel:
    names = [name for name, _ in LEDGER]
    panel = (
        _stat(
            "Sổ cái sự kiện",
            "Mỗi bản ghi nhận được đều đã đếm, trùng, mâu thuẫn, cách ly có lý do, hoặc đang xử lý.",
            at,
        )
        .with_target(Query(f"SELECT {', '.join(names)} FROM ioc_read.ledger_total"))  # noqa: S608
        .interval("5s")
        .unit("short")
        .decimals(0)
        .reduce_options(c.ReduceDataOptions().calcs(["lastNotNull"]).fields("/.*/"))
        .text_mode(cm.BigValueTextMode.VALUE_AND_NAME)
    )
    for name, shown in LEDGER:
        panel = panel.override_by_name(name, [prop("displayName", shown)])
    return panel


def _stat(title: str, description: str, at: dm.GridPos) -> stat.Panel:
    return (
        stat.Panel()
        .title(title)
        .description(description)
        .datasource(DATA_SOURCE)
        .grid_pos(at)
        .interval("1s")
        .no_value("—")
        .thresholds(plain())
        .graph_mode(cm.BigValueGraphMode.NONE)
    )
