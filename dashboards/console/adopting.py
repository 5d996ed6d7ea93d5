"""Whether the centre is used: views of pages, alerts that somebody acted on, briefings opened."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any

from dashboards.console.lists import Alert, due
from dashboards.console.reading import Reading, Row
from ioc.alerts import Rule
from ioc.calendar import WorkingCalendar
from ioc.clock import VIETNAM

DAYS = 28
"""Four whole weeks: every day of the week counts alike."""
MOST = 20_000
BRIEF = "brief"
_ALERT = (
    *("alert_ref", "rule", "name_vi", "unit", "severity", "status", "seqno", "raised_at"),
    *("acknowledged_at", "owner"),
)


@dataclass(frozen=True, slots=True)
class Acted:
    """Alerts of a time. `in_time`: of those with a time limit that is over or was met, how many met it;
    `untouched`: ended by themselves. Minutes by the clock from raised to acknowledged."""

    raised: int
    acknowledged: int
    limited: int
    in_time: int
    untouched: int
    median_minutes: float | None
    p90_minutes: float | None


@dataclass(frozen=True, slots=True)
class Adoption:
    """Of some days up to today."""

    since: date
    views: Sequence[Row]
    alerts: Acted

    def by(self, *names: str) -> list[tuple[tuple[str, ...], int]]:
        """Views added up by these columns, most first."""
        summed: Counter[tuple[str, ...]] = Counter()
        for row in self.views:
            summed[tuple(str(row[name]) for name in names)] += int(row["views"])
        return sorted(summed.items(), key=lambda each: (-each[1], each[0]))

    @property
    def briefs(self) -> int:
        """Briefings opened."""
        return sum(int(row["views"]) for row in self.views if row["page"] == BRIEF)

    def document(self) -> dict[str, Any]:
        """For programs."""
        return {
            "since": self.since.isoformat(),
            "views": [{**row, "day": row["day"].isoformat()} for row in self.views],
            "alerts": asdict(self.alerts),
            "briefs_opened": self.briefs,
        }


async def adoption(
    reading: Reading, rules: Mapping[str, Rule], calendar: WorkingCalendar, now: datetime, days: int = DAYS
) -> Adoption:
    """What was used in the last days, today included. Raises `StoreUnavailable`, `StoreRefused`."""
    since = now.astimezone(VIETNAM).date() - timedelta(days=days - 1)
    views = await reading.rows(
        ("day", "role", "page", "views"),
        "SELECT day, role, page, views FROM ioc_read.page_views"
        " WHERE tenant = %(tenant)s AND day >= %(since)s ORDER BY day, page, role",
        since=since,
    )
    found = await reading.rows(
        _ALERT,
        f"SELECT {', '.join(_ALERT)} FROM ioc_read.alerts"  # noqa: S608
        " WHERE toDate(raised_at, 'Asia/Ho_Chi_Minh') >= %(since)s ORDER BY raised_at LIMIT %(most)s",
        since=since,
        most=MOST,
    )
    return Adoption(since, views, acted(map(Alert.model_validate, found), rules, calendar, now))


def acted(
    alerts: Iterable[Alert], rules: Mapping[str, Rule], calendar: WorkingCalendar, now: datetime
) -> Acted:
    """How alerts were acted on. One whose time still runs says nothing about being in time."""
    found = list(alerts)
    waited: list[float] = []
    limited = in_time = 0
    for alert in found:
        taken = alert.acknowledged_at
        if taken is not None:
            waited.append((taken - alert.raised_at).total_seconds() / 60)
        untouched = alert.model_copy(update={"acknowledged_at": None})
        limit = due(untouched, rules.get(alert.rule), calendar)
        if limit is None or (taken is None and (limit.at > now or _ended(alert))):
            continue
        limited += 1
        in_time += taken is not None and taken <= limit.at
    ended = sum(_ended(alert) and alert.acknowledged_at is None for alert in found)
    waited.sort()
    return Acted(
        len(found), len(waited), limited, in_time, ended, _quantile(waited, 0.5), _quantile(waited, 0.9)
    )


def _ended(alert: Alert) -> bool:
    return alert.status in ("resolved", "closed")


def _quantile(ordered: Sequence[float], share: float) -> float | None:
    """The smallest value that this share of them does not exceed."""
    return round(ordered[ceil(share * len(ordered)) - 1], 1) if ordered else None
