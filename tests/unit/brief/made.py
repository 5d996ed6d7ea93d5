"""Facts of a week, written by hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from dashboards.brief.facts import Backlog, Expected, Facts, Late, Number, SourceState
from ioc.briefing import Week
from ioc.kpis import Kpis

ROOT, JOBS, MERIT = "G09", "G09.915", "G09.917"
AS_OF = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
WEEK = Week.parse("2026-W47")
ON_TIME, OVERDUE, CLEAN = "dossier_on_time_rate", "dossier_overdue_open", "dq_clean_rate"
RECORDS = "hr_record_coverage"
KPIS = Kpis.load()
NUMBERS = (
    Number(ON_TIME, ROOT, 91.25, 94.0, 1234, covered=3, expected=22),
    Number(ON_TIME, JOBS, 61.2, 70.0, 340),
    Number(ON_TIME, MERIT, 99.0, 98.0, 894),
    Number(OVERDUE, ROOT, 14.0, 11.0, 220),
    Number(OVERDUE, JOBS, 12.0, 10.0, 100),
    Number(OVERDUE, MERIT, 2.0, 1.0, 120),
    Number("online_dossier_rate", ROOT, 84.0, 81.5, 1300),
    Number("doc_on_time_rate", ROOT, 98.0, None, 400),
    Number(CLEAN, ROOT, 70.0, 70.0, 5000, fresh=False),
    Number(RECORDS, ROOT, None, None, 3, hidden=True),
)


def facts(**changes: Any) -> Facts:
    """A week of the ministry: two indicators missed, one source silent, work overdue in two units."""
    monday = date(2026, 11, 16)
    weeks: Sequence[tuple[date, float | None]] = [
        (monday - timedelta(days=7 * n), 91.25 + n / 2) for n in range(12, -1, -1)
    ]
    made = Facts(
        organisation="Bộ Nội vụ",
        unit=ROOT,
        names={ROOT: "Bộ Nội vụ", JOBS: "Cục Việc làm", MERIT: "Cục Người có công"},
        week=WEEK,
        as_of=AS_OF,
        kpis=KPIS,
        numbers=NUMBERS,
        backlogs=(
            Backlog("dossier", JOBS, 12, tuple(Late(f"H-{n:02d}", 30 - n) for n in range(12))),
            Backlog("document", JOBS, 1, (Late("VB-1", 0),)),
            Backlog("dossier", MERIT, 2, (Late("H-91", 4), Late("H-90", 4))),
        ),
        sources=(
            SourceState("Một cửa", "live", AS_OF),
            SourceState("Đánh giá chất lượng dữ liệu", "silent", AS_OF - timedelta(days=3)),
            SourceState("Lưu trữ lịch sử", "never", None),
        ),
        forecasts=(
            Expected("online_dossier_rate", "on_pace", 80.0, date(2026, 12, 31), 85.5, 83.0, 88.0),
            Expected(CLEAN, "off_pace", 95.0, date(2026, 12, 31), 71.0, 69.0, 73.0),
        ),
        trends={ON_TIME: weeks, OVERDUE: weeks[-2:]},
    )
    return replace(made, **changes)
