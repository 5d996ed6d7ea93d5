"""What the twin answers to the frame: alerts, sources, how far the data reach, how many numbers are well."""

from datetime import datetime, timedelta

from dashboards.wall import alarms, around

Rows = tuple[tuple[str, ...], list[tuple[object, ...]]]
ALARM = (
    "alert_ref", "rule", "name", "unit", "severity", "status", "raised_at", "owner", "to_unit", "escalated",
)  # fmt: skip
UNITS = [f"G09.{number}" for number in range(901, 923)]


def urgent(now: datetime, taken_by: str = "") -> tuple[object, ...]:
    """An immediate document that waits, or that somebody has taken up."""
    status = "acknowledged" if taken_by else "raised"
    return ("a-1", "hoatoc_unassigned", "Văn bản hỏa tốc chưa phân công", "G09.901", "critical", status,
            now - timedelta(minutes=4), "truc_ca_ioc", "", 0)  # fmt: skip


def lesser(now: datetime) -> list[tuple[object, ...]]:
    return [
        ("a-2", "dossier_overdue_new", "Hồ sơ quá hạn mới", "G09.915", "major", "raised",
         now - timedelta(minutes=40), "thu_truong_don_vi", "", 0),
        ("a-3", "source_silent", "Nguồn dữ liệu im lặng", "G09.919", "major", "assigned",
         now - timedelta(hours=2), "publisher_owner", "G09.919", 1),
        ("a-4", "hr_sync_breach", "Biến động nhân sự chậm đồng bộ", "G09.904", "minor", "raised",
         now - timedelta(minutes=9), "publisher_owner", "", 0),
    ]  # fmt: skip


def answer(sql: str, now: datetime, open_alerts: list[tuple[object, ...]], *, silent: bool) -> Rows | None:
    """Columns and rows of a statement of the frame; None when it is none of them."""
    if sql == alarms.STATEMENT:
        return ALARM, open_alerts
    if sql == around.REACH_SQL:
        return ("as_of", "finished_at", "live"), [(now - timedelta(seconds=1), now, 1)]
    if sql == around.LANDED_SQL:
        return ("landed_at",), [(now - timedelta(seconds=2),)]
    if sql == alarms.TAKEN:
        taken = {"a-1": "acknowledged", "a-3": "assigned"}
        known = [(row[0], row[5]) for row in open_alerts]
        return ("alert_ref", "taken_by"), [
            (ref, "truc_ca_ioc") for ref, at in known if at == taken.get(str(ref))
        ]
    if sql == around.SOURCES_SQL:
        return ("name", "age_s", "state", "interval_s", "units"), sources(silent=silent)
    if sql == around.NUMBERS_SQL:
        return ("numbers", "old", "missing", "red"), [(30, int(silent), 0, 1)]
    return None


def sources(*, silent: bool) -> list[tuple[object, ...]]:
    hr = ("Nhân sự", 840, "silent", 300, UNITS) if silent else ("Nhân sự", 17, "live", 300, UNITS)
    return [
        hr,
        ("Cổng DVCQG", 372, "late", 300, UNITS[12:18]),
        ("Văn bản", 3, "live", 30, UNITS),
        ("Một cửa", 9, "live", 30, UNITS[12:18]),
        ("Trục văn bản", 41, "live", 60, UNITS),
        ("Đào tạo", None, "never", 86_400, UNITS),
    ]
