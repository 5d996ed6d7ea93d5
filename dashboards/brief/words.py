"""How a briefing says its numbers, targets and verdicts."""

from datetime import date, datetime

from dashboards.brief.facts import Work
from dashboards.brief.model import Verdict
from ioc.clock import VIETNAM
from ioc.kpis import Kpi
from ioc.messages import say
from ioc.messages.formats import number, signed

NOTHING = "–"
DECIMALS = {"percent": 1, "points": 1, "minutes": 0, "seconds": 1, "ratio": 2, "count": 0}
UNITS = frozenset({"percent", "points", "minutes", "seconds"})
DOMAINS = ("documents", "services", "tasks", "hr", "archives", "data-quality", "platform")
WORKS: tuple[Work, ...] = ("document", "dossier", "feedback", "task")
DAY = "%d/%m/%Y"

GREEN = Verdict("verdict.green", "good")
AMBER = Verdict("verdict.amber", "warn")
RED = Verdict("verdict.red", "act")
OLD = Verdict("verdict.old", "old")
FEW = Verdict("verdict.few", "old")
NONE = Verdict("verdict.none", "old")
HIDDEN = Verdict("verdict.hidden", "old")
FOLLOWED = Verdict("verdict.followed", "none")


def measure(kpi: Kpi) -> str:
    """The unit of measure behind a number."""
    return say(f"brief_unit.{kpi.unit}") if kpi.unit in UNITS else ""


def value(kpi: Kpi, said: float | None) -> str:
    """`87,5 %`, `1.234`, a dash for nothing."""
    return NOTHING if said is None else number(said, DECIMALS[kpi.unit]) + measure(kpi)


def plain(kpi: Kpi, said: float) -> str:
    """Without a fraction that is zero: `90 %`."""
    decimals = 0 if said == int(said) else DECIMALS[kpi.unit]
    return number(said, decimals) + measure(kpi)


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
    if always or not dates:
        return said
    return say("brief.passed", target=said, day=f"{dates[-1]:{DAY}}")


def count(said: int) -> str:
    return number(said)


def moment(at: datetime) -> str:
    """`22/11/2026 14:05`, Vietnamese time."""
    return f"{at.astimezone(VIETNAM):%d/%m/%Y %H:%M}"


def overdue(days: int) -> str:
    """`quá 3 ngày làm việc` without the first word; within the day it is `trong ngày`."""
    return say("brief.overdue_days", n=number(days)) if days > 0 else say("brief.within_day")


def heads(*columns: str) -> tuple[str, ...]:
    """What columns are called."""
    return tuple(say(f"brief.col.{column}") for column in columns)
