"""The pipeline: the ledger's account, how fresh the numbers are, what stands still, the load of alarms."""

from typing import Any

from dashboards.boards import panels, trust
from dashboards.boards.canvas import Piece, Place
from dashboards.boards.catalogue import Facts
from dashboards.boards.domains import Domain, Rows
from dashboards.boards.panels import Said
from dashboards.boards.parts import mapping, prop, quoted, short

EDGES = (
    (1, "≤ 1 giây"),
    (2, "≤ 2 giây"),
    (5, "≤ 5 giây"),
    (10, "≤ 10 giây"),
    (30, "≤ 30 giây"),
    (60, "≤ 1 phút"),
)
"""Classes of latency, in seconds; what is slower is the last one."""


def _pipeline(facts: Facts) -> Rows:
    return [
        (4, [Piece("ledger", 14, trust.ledger), Piece("alarms", 10, _alarm_load)]),
        (9, [Piece("ticks", 6, _ticks), Piece("latency", 5, _latency), Piece("lag", 13, _account)]),
        (
            7,
            [
                Piece("stops", 6, _stops),
                Piece("canaries", 6, _canaries),
                Piece("sent", 7, _sent),
                Piece("noise", 5, _noise),
            ],
        ),
    ]


def _account(at: Place) -> Any:
    sql = """
    SELECT substring(topic, 5) AS topic, received, counted, suppressed, conflict, rejected,
      lost, in_flight,
      ifNull(dateDiff('second', waiting_since, now()), 0) AS waiting_s, missing + unconfirmed AS missing
    FROM ioc_read.reconciliation ORDER BY wrong DESC, waiting_s DESC, received DESC, topic LIMIT 10
    """
    said = Said(
        "Đối chiếu sổ cái",
        "Từng chủ đề: nhận = đếm + trùng + mâu thuẫn + cách ly + mất + đang xử lý; thiếu phải bằng 0.",
        decimals=0,
    )
    shown = {
        "topic": "Chủ đề",
        "received": "Nhận",
        "counted": "Đếm",
        "suppressed": "Trùng",
        "conflict": "Mâu thuẫn",
        "rejected": "Cách ly",
        "lost": "Mất",
        "in_flight": "Đang xử lý",
        "waiting_s": "Chờ lâu nhất",
        "missing": "Thiếu",
    }
    props = {
        "lost": panels.toned([("soft", None), ("act", 1)]),
        "waiting_s": [prop("unit", "s"), *panels.toned([("soft", None), ("warn", 30), ("act", 300)])],
        "missing": panels.toned([("good", None), ("act", 1)]),
    }
    return panels.rows(said, sql, shown, at, props)


def _canaries(at: Place) -> Any:
    sql = """
    SELECT topic, age_s, to_kafka_ms, to_ledger_ms, to_value_ms, missed
    FROM ioc_read.canaries ORDER BY missed DESC, topic LIMIT 8
    """
    said = Said(
        "Sự kiện thử",
        "Mỗi 10 giây một sự kiện thử cho từng chủ đề: đến số liệu cách đây bao lâu, mỗi chặng mất bao lâu. "
        "Lỡ ba lần là cảnh báo.",
        decimals=0,
        nothing="Chưa có sự kiện thử",
    )
    shown = {
        "topic": "Chủ đề",
        "age_s": "Cách đây",
        "to_kafka_ms": "Đến Kafka",
        "to_ledger_ms": "Vào sổ",
        "to_value_ms": "Ra số liệu",
        "missed": "Lỡ",
    }
    props = {
        "age_s": [prop("unit", "s")],
        **{name: [prop("unit", "ms")] for name in ("to_kafka_ms", "to_ledger_ms", "to_value_ms")},
        "missed": panels.toned([("good", None), ("warn", 1), ("act", 3)]),
    }
    return panels.rows(said, sql, shown, at, props)


def _sent(at: Place) -> Any:
    sql = f"""
    SELECT {short("sources", "r.system_code", "s.name")} AS name, r.sent AS sent, r.counted AS counted,
      r.rejected AS rejected, r.unexplained AS unexplained, toUInt8(r.wrong) AS wrong
    FROM ioc_read.source_reconciliation AS r
    LEFT JOIN ioc_read.sources AS s ON s.system_code = r.system_code
    ORDER BY r.wrong DESC, abs(r.unexplained) DESC, r.system_code LIMIT 10
    """  # noqa: S608
    said = Said(
        "Nguồn gửi và trung tâm nhận",
        "Đến nhịp báo gần nhất: số nguồn khai đã gửi so với đã đếm và cách ly. Lệch: chưa giải thích được.",
        decimals=0,
        every="30s",
    )
    shown = {
        "name": "Nguồn",
        "sent": "Đã gửi",
        "counted": "Đã đếm",
        "rejected": "Cách ly",
        "unexplained": "Lệch",
        "wrong": "Kết luận",
    }
    props = {"wrong": [mapping({"0": ("● Khớp", "good"), "1": ("▲ Không khớp", "act")})]}
    return panels.rows(said, sql, shown, at, props)


def _ticks(at: Place) -> Any:
    sql = """
    SELECT toStartOfInterval(finished_at, INTERVAL 10 MINUTE) AS time,
      max(dateDiff('millisecond', started_at, finished_at)) / 1000 AS seconds, toInt64(sum(events)) AS events
    FROM ioc_read.ticks WHERE $__timeFilter(finished_at) GROUP BY time ORDER BY time
    """
    said = Said("Lần tính", "Mỗi mười phút: lần tính chậm nhất và số sự kiện đã tính.", "short", every="30s")
    shown = {"seconds": "Chậm nhất (giây)", "events": "Sự kiện"}
    return panels.lines(said, sql, shown, at, props={"seconds": [prop("unit", "s"), prop("decimals", 1)]})


def _latency(at: Place) -> Any:
    seconds = "milliseconds / 1000"  # from Kafka's own timestamp: what a source held back is not ours
    classes = ", ".join(f"{seconds} <= {edge}, {place}" for place, (edge, _) in enumerate(EDGES))
    names = quoted([*(name for _, name in EDGES), "> 1 phút"])
    sql = f"""
    SELECT [{names}][multiIf({classes}, {len(EDGES)}) + 1] AS class_name, toInt64(sum(records)) AS events
    FROM ioc_read.freshness WHERE minute >= now() - INTERVAL 1 DAY
    GROUP BY multiIf({classes}, {len(EDGES)}) AS place ORDER BY place
    """  # noqa: S608
    said = Said(
        "Độ tươi của số liệu",
        "Sự kiện theo thời gian từ khi vào Kafka đến khi nằm trong số liệu đọc được, 24 giờ qua.",
        decimals=0,
        every="30s",
    )
    return panels.bars(said, sql, "events", at)


def _stops(at: Place) -> Any:
    sql = f"""
    SELECT topic, partition, {short("stops", "kind", "'Không rõ'")} AS why,
      toInt64(last - first + 1) AS records, at
    FROM ioc_read.landing_stops ORDER BY at DESC LIMIT 6
    """  # noqa: S608
    said = Said(
        "Phần đang dừng",
        "Phần của Kafka mà việc ghi sổ dừng lại để không bỏ sót bản ghi.",
        decimals=0,
        nothing="Không có phần nào dừng",
    )
    shown = {"topic": "Chủ đề", "partition": "Phần", "why": "Lý do", "records": "Bản ghi", "at": "Từ lúc"}
    return panels.rows(said, sql, shown, at, {"at": [prop("unit", "time:DD/MM HH:mm")]})


def _alarm_load(at: Place) -> Any:
    sql = """
    SELECT
      (SELECT sum(raised) FROM ioc_read.alarm_load
        WHERE at >= toStartOfInterval(now(), INTERVAL 10 MINUTE))
        AS last_ten,
      per_ten_minutes, most_in_ten_minutes, floods,
      (SELECT count() FROM ioc_read.alerts WHERE open AND isNull(acknowledged_at)) AS unseen
    FROM ioc_read.alarm_load_week
    """
    said = Said(
        "Tải cảnh báo",
        "Bảy ngày, vai trò bận nhất, theo EEMUA 191: trung bình dưới 1 cảnh báo mỗi 10 phút; "
        "trên 10 trong 10 phút là quá tải.",
        decimals=0,
    )
    shown = {
        "last_ten": "10 phút này",
        "per_ten_minutes": "Trung bình / 10 phút",
        "most_in_ten_minutes": "Nhiều nhất",
        "floods": "Lần quá tải",
        "unseen": "Chưa xác nhận",
    }
    props = {
        "per_ten_minutes": [prop("decimals", 2), *panels.steps_of([("good", None), ("warn", 1)])],
        "most_in_ten_minutes": panels.steps_of([("good", None), ("warn", 5), ("act", 11)]),
    }
    return panels.numbers(said, sql, shown, at, props)


def _noise(at: Place) -> Any:
    sql = """
    SELECT name_vi AS rule_name, alerts, ended_untouched, median_minutes FROM ioc_read.alarm_rules
    ORDER BY alerts DESC, rule_name LIMIT 6
    """
    said = Said(
        "Quy tắc nhiều cảnh báo nhất",
        "Bảy ngày: số cảnh báo, số tự hết khi chưa ai xác nhận, thời gian mở trung vị. Quy tắc ồn cần chỉnh.",
        decimals=0,
        every="30s",
        nothing="Không có cảnh báo",
    )
    shown = {
        "rule_name": "Quy tắc",
        "alerts": "Cảnh báo",
        "ended_untouched": "Tự hết",
        "median_minutes": "Phút mở",
    }
    return panels.rows(said, sql, shown, at)


PIPELINE = Domain(
    "pipeline",
    "Dòng dữ liệu và sổ cái",
    "Sổ cái sự kiện, độ trễ, lần tính, phần đang dừng, tải cảnh báo của trung tâm.",
    first=("event_latency_p95", "source_staleness_minutes", "interop_coverage_rate"),
    about=False,
    more=_pipeline,
    since="now-24h",
)
