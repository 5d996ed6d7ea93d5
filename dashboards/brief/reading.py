"""What a briefing is made from, asked of the store.

Numbers come from `storage.values`, the one place that forms them, as they are known now: a briefing says what
`ioc value` says. Whatever names a case comes from the reader's views, which hold no person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from dashboards.brief.facts import Backlog, Expected, Facts, Late, Number, SourceState, Work
from ioc.briefing import Plan, Week
from ioc.errors import IocError
from ioc.kpis import Kpi, Kpis
from ioc.reference import Catalogue
from ioc.settings import Settings
from storage import decisions, published, trust
from storage.client import Store
from storage.history import start_of
from storage.values import compute
from storage.windows import DAY_MS, Value, Window, today

WEEKS = 13
"""A quarter in each chart."""
LEAST_PERSONS = 5
NAMED = 40
"""Overdue cases read for each unit and kind of work; their number is counted in full."""
OWN = "ioc"


class NothingCounted(IocError):
    """The store holds nothing that a briefing could be made from."""


@dataclass(frozen=True)
class Desk:
    """Where a briefing is made: the store as writer for numbers, as reader for lists, and the catalogue."""

    numbers: Store
    lists: Store
    catalogue: Catalogue
    kpis: Kpis
    plan: Plan
    tenant: str

    @classmethod
    def open(cls, settings: Settings) -> "Desk":
        return cls(
            Store(settings.clickhouse),
            Store(settings.clickhouse, role="reader"),
            Catalogue.load(settings.catalogue),
            Kpis.load(settings.catalogue),
            Plan.load(settings.catalogue),
            settings.tenant,
        )

    def close(self) -> None:
        self.numbers.close()
        self.lists.close()


def read(desk: Desk, unit: str, week: Week, now: int) -> Facts:
    """Everything about a unit and a week as it stands at `now`, milliseconds since 1970.

    A week that is not over is told up to today.
    Raises `NothingCounted` on a store where nothing was ever counted.
    """
    desk = replace(desk, kpis=decisions.decided(desk.numbers, desk.tenant, desk.kpis))
    week = week if week.last <= today(now) else Week.until(today(now))
    end = min(start_of(week.last) + DAY_MS, now)
    tick = trust.last_tick(desk.numbers)
    if tick is None:
        raise NothingCounted("nothing was counted yet; expected a store with at least one finished tick")
    heard = trust.heard(desk.numbers, desk.catalogue, desk.tenant)
    newest = max((each.last for each in heard.values()), default=tick.at)
    beneath = desk.catalogue.units.under(unit, week.last)
    names = {each.code: each.name for each in desk.catalogue.units.valid(week.last)}
    root = desk.catalogue.units.get(desk.tenant, week.last)
    return Facts(
        organisation=root.name,
        unit=unit,
        names={root.code: root.name, **names, unit: desk.catalogue.units.get(unit, week.last).name},
        week=week,
        as_of=_instant(min(end, tick.at, newest) // 60_000 * 60_000),
        kpis=desk.kpis.on(week.last),
        numbers=_numbers(desk, unit, {unit, *beneath}, week, now, heard, tick),
        backlogs=_backlogs(desk, unit, week, end),
        sources=_sources(desk, heard, end, now),
        forecasts=_forecasts(desk, unit),
        trends=_trends(desk, unit, week, end),
    )


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _window(week: Week, now: int) -> Window:
    return Window(week.start.isoformat(), week.start, week.last, min(now, start_of(week.last) + DAY_MS))


def _numbers(
    desk: Desk,
    unit: str,
    units: set[str],
    week: Week,
    now: int,
    heard: Mapping[str, trust.Heard],
    tick: trust.LastTick,
) -> list[Number]:
    """Every indicator but gauges, which tell about this moment and not about a week.

    An index that is not measured by weeks is told from the beginning of the year.
    """
    this = _window(week, now)
    numbers = []
    for yearly, spanned in ((False, _window), (True, _year)):
        kpis = [kpi for kpi in desk.kpis.values() if not kpi.gauge and _is_yearly(kpi) is yearly]
        windows = [spanned(week, now), spanned(week.before, now)]
        found = {
            (each.kpi, each.unit, each.window): each
            for each in compute(desk.numbers, kpis, windows, tenant=desk.tenant, every=desk.kpis)
            if not each.dim and each.unit in units
        }
        for kpi in kpis:
            said = trust.trust(kpi, unit, heard, desk.catalogue, week.last, this.t, desk.kpis)
            if published.reach(said, tick) is None:
                continue
            fresh = _fresh(said, tick, this, now)
            for each in sorted(units):
                values = [found.get((kpi.id, each, window.name)) for window in windows]
                numbers += _number(kpi, *values, fresh=fresh, said=said)
    return numbers


def _is_yearly(kpi: Kpi) -> bool:
    return kpi.composite is not None and kpi.score is None


def _year(week: Week, now: int) -> Window:
    """The year up to the last day of the week."""
    through = _window(week, now)
    return Window(f"{through.name} ytd", week.last.replace(month=1, day=1), week.last, through.t)


def _fresh(said: trust.Trust, tick: trust.LastTick, window: Window, now: int) -> bool:
    """Of a week that is over, a tick after its end is recent enough."""
    if window.t >= now or not tick.live or tick.at < window.t:
        return published.fresh(said, tick, window, now)
    return published.fresh(said, trust.LastTick(now, True), window, now)


def _number(
    kpi: Kpi, value: Value | None, before: Value | None, *, fresh: bool, said: trust.Trust
) -> list[Number]:
    if value is None:
        return []
    hidden = _few(kpi, value)
    earlier = None if before is None or not before.cases or _few(kpi, before) else before.value
    return [
        Number(
            kpi=kpi.id,
            unit=value.unit,
            value=None if hidden else value.value,
            before=earlier,
            cases=value.cases,
            fresh=fresh,
            hidden=hidden,
            covered=said.covered,
            expected=said.expected,
            yearly=_is_yearly(kpi),
        )
    ]


def _few(kpi: Kpi, value: Value) -> bool:
    persons = value.numerator if kpi.distinct else value.cases
    return kpi.personal and 0 < persons < LEAST_PERSONS


_OPEN = "opened_at < t AND (isNull(ended_at) OR ended_at >= t)"
_STAGE = "arrayFirstIndex((since, until) -> since < t AND until >= t, stage_from, stage_to)"
_OVERDUE: dict[Work, tuple[str, str, str]] = {
    "document": ("cases_documents_in", "due_at", _OPEN),
    "dossier": (
        "cases_dossiers",
        f"stage_due[{_STAGE}]",
        f"{_OPEN} AND {_STAGE} > 0 AND stage_running[{_STAGE}]",
    ),
    "feedback": ("cases_feedback", "due_at", _OPEN),
    "task": (
        "cases_tasks",
        f"stage_due[{_STAGE}]",
        f"{_OPEN} AND {_STAGE} > 0 AND stage_state[{_STAGE}] NOT IN ('completed', 'cancelled')",
    ),
}
"""View, when it was due, and what was open at `t`: as the indicators of overdue work count."""


def _backlogs(desk: Desk, unit: str, week: Week, end: int) -> list[Backlog]:
    """What was overdue at the end of the week (or is now), for the unit and everything beneath it."""
    units = desk.catalogue.units
    merged: dict[tuple[Work, str], list[tuple[int, list[Late]]]] = {}
    for work, (view, due, where) in _OVERDUE.items():
        rows = desk.lists.query(
            "WITH fromUnixTimestamp64Milli(toInt64(%(t)s), 'UTC') AS t"  # noqa: S608
            " SELECT unit, count(), arraySlice(arraySort(groupArray((was_due, subject))), 1, %(named)s)"
            f" FROM (SELECT toString(unit) AS unit, subject, assumeNotNull({due}) AS was_due, t"
            f" FROM ioc_read.{view} WHERE tenant = %(tenant)s AND {where} AND isNotNull({due}) AND {due} < t)"
            " GROUP BY unit ORDER BY unit",
            {"t": end, "named": NAMED, "tenant": desk.tenant},
        )
        for code, count, worst in rows:
            if unit in units.counted_for(code, week.last):
                heir = units.successor(code, week.last)
                late = [_late(desk, subject, due_at, end) for due_at, subject in worst]
                merged.setdefault((work, heir), []).append((count, late))
    return [
        Backlog(work, code, sum(n for n, _ in parts), tuple(late for _, each in parts for late in each))
        for (work, code), parts in merged.items()
    ]


def _late(desk: Desk, subject: str, due: datetime, end: int) -> Late:
    calendar = desk.catalogue.calendar
    due = due if due.tzinfo else due.replace(tzinfo=UTC)
    since, until = calendar.local_date(due), calendar.local_date(_instant(end - 1))
    return Late(subject, max(calendar.working_days_between(since, until), 0))


def _sources(desk: Desk, heard: Mapping[str, trust.Heard], end: int, now: int) -> list[SourceState]:
    """All systems but the centre itself, which speaks only when there is an alert.

    One that spoke after the end of the week has told the week, whatever became of it since.
    """
    found = []
    for code, source in desk.catalogue.sources.items():
        if code == OWN:
            continue
        last = heard.get(code)
        if last is None:
            found.append(SourceState(source.name, "never", None))
        else:
            live = now < last.stale_at or last.last >= end
            found.append(SourceState(source.name, "live" if live else "silent", _instant(last.last)))
    return found


def _forecasts(desk: Desk, unit: str) -> list[Expected]:
    rows = desk.lists.query(
        "SELECT kpi, status, target, deadline, expected, low, high FROM ioc_read.forecasts"
        " WHERE tenant = %(tenant)s AND unit = %(unit)s AND dim = '' ORDER BY kpi",
        {"tenant": desk.tenant, "unit": unit},
    )
    return [Expected(*row) for row in rows]


def _trends(desk: Desk, unit: str, week: Week, end: int) -> dict[str, Sequence[tuple[date, float | None]]]:
    """The weeks up to this one; where nothing was counted there is no value, not even a zero."""
    mondays = [week.start - timedelta(days=7 * n) for n in range(WEEKS - 1, 0, -1)]
    windows = [_window(Week.of(monday), end) for monday in mondays] + [_window(week, end)]
    kpis = [desk.kpis[name] for name in desk.plan.charts if name in desk.kpis]
    found = compute(desk.numbers, kpis, windows, tenant=desk.tenant, unit=unit, every=desk.kpis)
    values = {
        (each.kpi, each.window): each.value
        for each in found
        if not each.dim and each.cases and not _few(desk.kpis[each.kpi], each)
    }
    trends: dict[str, Sequence[tuple[date, float | None]]] = {}
    for kpi in kpis:
        points = [(window.start, values.get((kpi.id, window.name))) for window in windows]
        first = next((n for n, (_, value) in enumerate(points) if value is not None), len(points))
        trends[kpi.id] = points[first:]
    return trends
