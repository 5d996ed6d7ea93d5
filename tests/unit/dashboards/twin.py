"""An in-memory twin of the reading views: the rows a board's queries would give, with silence and stop."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from dashboards.wall.source import Table
from ioc.clock import VIETNAM, Clock
from ioc.errors import StoreUnavailable
from tests.unit.dashboards import twin_frame

VALUES = ("kpi", "value", "verdict", "target", "change", "cases", "noun", "coverage", "window", "start",
          "as_of", "stale_since", "restated")  # fmt: skip


class Twin:
    """One reader per poller; switches are flipped from the test's thread."""

    def __init__(
        self, clock: Clock, *, silent: bool = False, empty: bool = False, unit_name: str = "Cục Việc làm",
        strict: bool = True,
    ) -> None:  # fmt: skip
        """`strict`: a statement that the twin knows nothing of is a mistake; else it has no rows."""
        self.clock = clock
        self.silent = silent
        self.empty = empty
        self.stopped = False
        self.unit_name = unit_name
        self.strict = strict
        self.alarms: Callable[[datetime], list[tuple[object, ...]]] = lambda _: []
        self.tiles = TILES
        self.restated: set[str] = set()
        self.reads = 0
        self.opened = 0
        self.lock = threading.Lock()

    def open(self) -> "Twin":
        self.opened += 1
        return self

    def close(self) -> None: ...

    def read(self, sql: str) -> Table:
        with self.lock:
            self.reads += 1
        if self.stopped:
            raise StoreUnavailable("the store does not answer (ConnectionRefusedError)")
        columns, rows = self._rows(sql)
        return Table(columns, () if self.empty and "ledger_total" not in sql else tuple(rows))

    def _rows(self, sql: str) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        now = self.clock.now()
        if "AS level FROM" in sql:
            return ("level",), [(4 if self.silent else 3,)]
        known = twin_frame.answer(sql, now, self.alarms(now), silent=self.silent)
        if known is not None:
            return known
        if sql == "SELECT 1":
            return ("1",), [(1,)]
        if "AS noun" in sql:
            return VALUES, [self._value(kpi, now) for kpi in self.tiles]
        if "FROM ioc_read.alerts" in sql:
            return ("severity", "what", "status", "total"), ALERTS
        if "'old') AS verdict FROM ioc_read.ticks" in sql:
            return ("value", "verdict"), [(1, "grey")]
        if "FROM ioc_read.ticks" in sql and " AS time" not in sql:
            return ("as_of",), [(now - timedelta(seconds=1),)]
        if "FROM weekly" in sql:
            return ("time", "value", "target", "restated"), history(now)
        if "FROM ioc_read.sources" in sql:
            return ("name", "age_s", "state", "interval_s"), sources(silent=self.silent)
        if "ledger_total" in sql:
            names = (
                "received",
                "counted",
                "suppressed",
                "conflict",
                "rejected",
                "lost",
                "in_flight",
                "missing",
                "stopped",
            )
            return names, [(48213, 47902, 214, 3, 94, 0, 0, 0, 0)]
        if "WITH ranked" in sql:
            return ("kpi", "unit_name", "dossiers"), ranking(self.unit_name)
        if "AS left_s" in sql:
            return ("urgency", "unit_name", "left_s", "total"), URGENT
        if not self.strict:
            return ("nothing",), []
        raise AssertionError(f"the twin knows nothing of {sql}")

    def _value(self, kpi: str, now: datetime) -> tuple[object, ...]:
        value, verdict, target, change, cases, noun = self.tiles[kpi]
        start = now.astimezone(VIETNAM).date().replace(day=1)
        old = self.silent and kpi == "hr_sync_sla_rate"
        since = now - timedelta(minutes=14) if old else None
        told = (
            "old" if old else verdict,
            target,
            change,
            cases,
            noun,
            "19/22 đơn vị" if old else "22/22 đơn vị",
        )
        return (
            kpi,
            value,
            *told,
            "month",
            start,
            now - timedelta(seconds=1),
            since,
            kpi in self.restated,
        )


TILES: dict[str, tuple[object, ...]] = {
    "dossier_on_time_rate": (96.24, "amber", 100.0, 0.62, 1284, "hồ sơ"),
    "online_dossier_rate": (61.8, "red", 80.0, -0.3, 1402, "hồ sơ"),
    "doc_on_time_rate": (96.7, "green", 95.0, 0.1, 3917, "VB"),
    "hr_sync_sla_rate": (100.0, "green", 100.0, 0.0, 218, "lượt"),
    "dossier_overdue_open": (74.0, "red", 0.0, -5.0, 900, ""),
    "dossier_due_soon": (58.0, "", None, 3.0, 900, ""),
    "doc_overdue_open": (12.0, "red", 0.0, 0.0, 300, ""),
}
URGENT: list[tuple[object, ...]] = [
    ("hoa_toc", "Văn phòng Bộ", -250, 3),
    ("thuong_khan", "Vụ Thanh niên, BĐG", 660, 3),
    ("khan", "Vụ Pháp chế", 1560, 3),
]


ALERTS: list[tuple[object, ...]] = [
    ("critical", "Hỏa tốc trễ · Vụ Thanh niên, BĐG", "raised", 5),
    ("critical", "Hỏa tốc trễ · Cục Tiền lương, BHXH", "acknowledged", 5),
    ("major", "Nguồn im lặng · Trung tâm CNTT", "escalated", 5),
]


def ranking(first: str) -> list[tuple[object, ...]]:
    names = [first, "Cục Người có công", "Vụ Tổ chức phi CP", "Cục Tiền lương, BHXH", "Cục Văn thư, Lưu trữ",
             "5 đơn vị khác"]  # fmt: skip
    overdue = zip(names, (23, 17, 11, 9, 8, 6), strict=True)
    soon = zip((first, "Cục Người có công", "Vụ CC - VC"), (31, 18, 9), strict=True)
    return [
        *(("dossier_overdue_open", *row) for row in overdue),
        *(("dossier_due_soon", *row) for row in soon),
    ]


WAVE = (89.0, 89.7, 89.3, 90.8, 90.4, 92.0, 91.3, 89.6, 90.4, 91.7, 93.1, 92.5, 91.2, 92.0, 93.3, 94.1, 92.7,
        93.6, 94.5, 93.0, 92.0, 90.2, 91.3, 92.9, 94.1, 93.6, 94.7, 95.2, 94.9, 95.6)  # fmt: skip


def history(now: datetime) -> list[tuple[object, ...]]:
    today = now.astimezone(VIETNAM).date()
    days = [today - timedelta(days=back) for back in range(len(WAVE) - 1, -1, -1)]
    dated = enumerate(zip(days, WAVE, strict=True))
    return [(instant(day), value, 100.0, int(at == 21)) for at, (day, value) in dated]


def instant(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=VIETNAM).astimezone(UTC)


def sources(*, silent: bool) -> list[tuple[object, ...]]:
    hr = ("Nhân sự", 840, "silent", 300) if silent else ("Nhân sự", 17, "live", 300)
    return [
        ("Văn bản", 3, "live", 30),
        ("Một cửa", 9, "live", 30),
        ("Trục văn bản", 41, "live", 60),
        ("Cổng DVCQG", 372, "late", 300),
        hr,
    ]
