"""How a briefing says its numbers, targets and verdicts."""

from datetime import date, datetime

from dashboards.brief.model import Verdict
from ioc.clock import VIETNAM
from ioc.kpis import Kpi
from ioc.messages.formats import number, signed

NOTHING = "–"
DECIMALS = {"percent": 1, "points": 1, "minutes": 0, "seconds": 1, "ratio": 2, "count": 0}
UNITS = {"percent": " %", "points": " điểm", "minutes": " phút", "seconds": " giây"}
DOMAINS = {
    "documents": "Văn bản",
    "services": "Dịch vụ công",
    "tasks": "Nhiệm vụ, chuyển đổi số",
    "hr": "Cán bộ, công chức, viên chức",
    "archives": "Lưu trữ",
    "data-quality": "Chất lượng dữ liệu",
    "platform": "Nền tảng",
}
WORKS = {"document": "Văn bản", "dossier": "Hồ sơ", "feedback": "PAKN", "task": "Nhiệm vụ"}
DAY = "%d/%m/%Y"

GREEN = Verdict("▲ Đạt", "good")
AMBER = Verdict("■ Gần đạt", "warn")
RED = Verdict("▼ Chưa đạt", "act")
OLD = Verdict("□ DỮ LIỆU CŨ", "old")
FEW = Verdict("□ Ít số liệu", "old")
NONE = Verdict("□ Không có dữ liệu", "old")
HIDDEN = Verdict("□ Dưới 5 người, không nêu", "old")
FOLLOWED = Verdict("● Theo dõi", "none")


def value(kpi: Kpi, said: float | None) -> str:
    """`87,5 %`, `1.234`, a dash for nothing."""
    return NOTHING if said is None else number(said, DECIMALS[kpi.unit]) + UNITS.get(kpi.unit, "")


def plain(kpi: Kpi, said: float) -> str:
    """Without a fraction that is zero: `90 %`."""
    decimals = 0 if said == int(said) else DECIMALS[kpi.unit]
    return number(said, decimals) + UNITS.get(kpi.unit, "")


def change(kpi: Kpi, now: float | None, before: float | None) -> str:
    """Against the week before: `+1,2` (points, for percentages)."""
    return NOTHING if now is None or before is None else signed(now - before, DECIMALS[kpi.unit])


def target(kpi: Kpi, on: date) -> str:
    """`≥ 80 % (31/12/2026)`; a deadline that is over is named as such."""
    wanted = kpi.target(on)
    if wanted is None:
        return NOTHING
    said = f"{'≥' if kpi.direction == 'up' else '≤'} {plain(kpi, wanted)}"
    dates = sorted(each.by for each in kpi.aims() if each.by is not None and each.value == wanted)
    coming = next((by for by in dates if by >= on), None)
    if coming:
        return f"{said} ({coming:{DAY}})"
    always = any(each.by is None for each in kpi.aims())
    return said if always or not dates else f"{said} (hạn {dates[-1]:{DAY}} đã qua)"


def count(said: int) -> str:
    return number(said)


def moment(at: datetime) -> str:
    """`22/11/2026 14:05`, Vietnamese time."""
    return f"{at.astimezone(VIETNAM):%d/%m/%Y %H:%M}"


def overdue(days: int) -> str:
    """`quá 3 ngày làm việc` without the first word; within the day it is `trong ngày`."""
    return f"{number(days)} ngày" if days > 0 else "trong ngày"
