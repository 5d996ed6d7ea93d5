"""Publishers: which of them send, and what became of their events."""

from typing import Any

from grafana_foundation_sdk.builders import dashboard as d

from dashboards.boards import panels
from dashboards.boards.canvas import Piece, Place, begun, placed
from dashboards.boards.catalogue import Facts
from dashboards.boards.domains import head
from dashboards.boards.panels import Said
from dashboards.boards.parts import mapping, prop, short

PUBLISHERS = "publishers"
STATE = {
    "live": ("● Đúng nhịp", "good"),
    "late": ("◐ Chậm", "warn"),
    "silent": ("▬ Im lặng", "act"),
    "never": ("○ Chưa từng gửi", "faint"),
}


def publishers(facts: Facts) -> d.Dashboard:
    title = "Nguồn dữ liệu"
    made = begun(
        PUBLISHERS,
        title,
        "Từng hệ thống nguồn: nhịp, sự kiện đã nhận và bị từ chối, đối chiếu đã gửi với đã đến.",
        facts,
        refresh="30s",
    )
    rows: list[tuple[int, list[Piece]]] = [
        head(title, facts),
        (15, [Piece("sources", 24, _sources)]),
        (10, [Piece("reasons", 10, _reasons), Piece("refused", 14, _refused)]),
    ]
    for panel in placed(rows):
        made = made.with_panel(panel)
    return made


def _sources(at: Place) -> Any:
    sql = f"""
    SELECT s.system_code AS system_code, {short("sources", "s.system_code", "s.name")} AS name,
      toString(s.state) AS state, s.age_s AS age_s, s.interval_s AS interval_s, a.counted AS counted,
      a.suppressed AS suppressed, a.conflict AS conflict, a.rejected AS rejected, a.refused AS refused,
      s.sent_total AS sent,
      a.arrived AS arrived,
      if(isNull(a.arrived) OR isNull(s.sent_total), NULL,
        greatest(toInt64(s.sent_total) - toInt64(a.arrived), 0)) AS missing
    FROM ioc_read.sources AS s LEFT JOIN ioc_read.source_account AS a ON a.system_code = s.system_code
    ORDER BY indexOf(['silent', 'late', 'live', 'never'], state), missing DESC NULLS LAST, s.system_code
    LIMIT 20
    """  # noqa: S608
    said = Said(
        "Từng hệ thống nguồn",
        "Lần cuối có nhịp báo hoặc sự kiện; 30 ngày: đã đếm, trùng, mâu thuẫn, cách ly, từ chối ở cổng; "
        "đã gửi (nguồn tự khai) so với đã đến từ khi nguồn bắt đầu đếm.",
        decimals=0,
        every="30s",
    )
    shown = {
        "name": "Nguồn",
        "state": "Tình trạng",
        "age_s": "Cách đây",
        "interval_s": "Nhịp",
        "counted": "Đã đếm",
        "suppressed": "Trùng",
        "conflict": "Mâu thuẫn",
        "rejected": "Cách ly",
        "refused": "Từ chối ở cổng",
        "sent": "Đã gửi",
        "arrived": "Đã đến",
        "missing": "Thiếu",
    }
    props = {
        "state": [mapping(STATE)],
        "age_s": [prop("unit", "s")],
        "interval_s": [prop("unit", "s")],
        "conflict": panels.toned([("soft", None), ("warn", 1)]),
        "rejected": panels.toned([("soft", None), ("warn", 1)]),
        "refused": panels.toned([("soft", None), ("warn", 1)]),
        "missing": panels.toned([("good", None), ("act", 1)]),
    }
    return panels.hide(panels.rows(said, sql, shown, at, props), "system_code")


def _reasons(at: Place) -> Any:
    sql = f"""
    SELECT {short("reasons", "reason", "if(reason = '', 'Khác', reason)")} AS reason_name,
      toInt64(sum(records)) AS records
    FROM ioc_read.refusals GROUP BY reason ORDER BY records DESC, reason LIMIT 8
    """  # noqa: S608
    said = Said(
        "Lý do từ chối",
        "Bản ghi bị từ chối hoặc mâu thuẫn trong 30 ngày, theo lý do.",
        decimals=0,
        every="30s",
        nothing="Không có bản ghi bị từ chối",
    )
    return panels.bars(said, sql, "records", at)


def _refused(at: Place) -> Any:
    sql = f"""
    SELECT {short("sources", "system_code", "if(system_code = '', 'Không rõ', system_code)")} AS name,
      arrayStringConcat(arraySlice(splitByChar('.', toString(type)), 4, 2), '.') AS type_name,
      {short("reasons", "reason", "reason")} AS reason_name, records, last_at
    FROM ioc_read.refusals ORDER BY records DESC, last_at DESC, name LIMIT 9
    """  # noqa: S608
    said = Said(
        "Bị từ chối nhiều nhất",
        "Nguồn, loại sự kiện và lý do trong 30 ngày; không giữ nội dung.",
        decimals=0,
        every="30s",
        nothing="Không có bản ghi bị từ chối",
    )
    shown = {
        "name": "Nguồn",
        "type_name": "Loại sự kiện",
        "reason_name": "Lý do",
        "records": "Số bản ghi",
        "last_at": "Lần cuối",
    }
    return panels.rows(said, sql, shown, at, {"last_at": [prop("unit", "time:DD/MM HH:mm")]})
