"""Cells from cases: the SQL that a KPI file turns into.

One scan per (view, day column): all its KPIs are columns of it. A day ends when the Vietnamese
day does; `t` is that instant, or now for today, and a case counts as open at `t` if it began before it and
did not end before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from ioc.formulas import Flow, Stock
from ioc.kpis import Kpi
from storage.cases import WIDE
from storage.client import Store

ZONE = "'Asia/Ho_Chi_Minh'"
LIVE = "ioc"
"""The database of the cases that count."""
FAR = "toDateTime64('2149-01-01 00:00:00', 3, 'UTC')"
# Views whose cases carry spans of time: what the span gives, by the name that expressions use.
STAGES = {
    "dossier": {"due": "stage_due", "soon": "stage_soon", "running": "stage_running"},
    "hr_record": {"stage_in": "stage_unit"},
    "credential": {"stage_in": "stage_unit"},
    "training": {"stage_in": "stage_unit"},
    "procedure": {
        "active": "stage_active",
        "level": "stage_level",
        "eligible": "stage_eligible",
        "fee": "stage_fee",
        "fee_offered": "stage_fee_offered",
        "citizen": "stage_citizen",
        "connected": "stage_connected",
        "paper": "stage_paper",
        "complete": "stage_complete",
    },
    "archive": {
        "described": "stage_described",
        "digitised": "stage_digitised",
        "highuse": "stage_highuse",
    },
    "task": {"step": "stage_state", "due": "stage_due"},
    "interop": {"stage_in": "stage_unit"},
}
# Stages that end with their case: what ended before a day need not be looked at for it.
_CLOSING = frozenset({"dossier"})


@dataclass(frozen=True)
class Formula:
    """The part of a KPI that gives cells: its flow, or its stock."""

    kpi: str
    part: str
    view: str
    day: str
    unit: str
    where: str | None
    numerator: str
    denominator: str
    cases: str
    dim: str | None

    @property
    def scan(self) -> tuple[str, str, str, str, str, str]:
        """Formulas that agree in this are columns of one scan."""
        return self.part, self.view, self.day, self.unit, self.where or "", self.dim or ""


def formulas(kpi: Kpi) -> list[Formula]:
    """The cell formulas of a KPI; none for kinds that are computed from cases at reading time."""
    found = []
    for part, source in (("flow", kpi.flow), ("stock", kpi.stock)):
        if source is not None:
            found.append(_formula(kpi.id, part, source))
    return found


def _formula(kpi: str, part: str, source: Flow | Stock) -> Formula:
    return Formula(
        kpi,
        part,
        source.view,
        source.day if isinstance(source, Flow) else "",
        source.unit,
        source.where,
        source.numerator,
        source.denominator,
        source.cases or source.denominator,
        source.dim,
    )


def instant(milliseconds: int) -> str:
    """A literal instant."""
    return f"fromUnixTimestamp64Milli(toInt64({milliseconds}), 'UTC')"


def _bound(day: str, now: int) -> str:
    """`t`: the end of the day, or now."""
    ends = f"toDateTime64(toString({day} + 1) || ' 00:00:00', 3, {ZONE})"
    return f"least({instant(now)}, toTimeZone({ends}, 'UTC'))"


def _listed(days: Sequence[date]) -> str:
    return ", ".join(f"'{day.isoformat()}'" for day in sorted(days))


def flow_scan(
    view: str, column: str, days: Sequence[date], tenant: str, now: int, database: str = LIVE
) -> str:
    """The cases whose instant falls on one of these days, with `cell_day` and `t`."""
    day = f"toDate({column}, {ZONE})"
    first, last = min(days).isoformat(), max(days).isoformat()
    spread = (
        f"{column} >= toDateTime64('{first} 00:00:00', 3, {ZONE})"
        f" AND {column} < toDateTime64('{last} 00:00:00', 3, {ZONE}) + INTERVAL 1 DAY"
    )
    return (
        f"SELECT *, assumeNotNull({day}) AS cell_day, {_bound('cell_day', now)} AS t"  # noqa: S608
        f" FROM {database}.cases_{view} FINAL"
        f" WHERE tenant = '{tenant}' AND {spread} AND {day} IN ({_listed(days)})"
    )


def stock_scan(view: str, days: Sequence[date], tenant: str, now: int, database: str = LIVE) -> str:
    """The cases open at the end of these days (at now, for today), once per day, with `cell_day` and `t`."""
    stages = STAGES.get(view)
    start, end = ("stage_start", "stage_end") if stages else ("opened_at", f"ifNull(ended_at, {FAR})")
    low, high = (f"toUInt32(toDate('{day.isoformat()}'))" for day in (min(days), max(days)))
    first = f"greatest(toUInt32(toDate({start}, {ZONE})), {low})"
    last = f"least(toUInt32(toDate({end}, {ZONE})), {high})"
    spans = f"if({first} <= {last}, range(assumeNotNull({first}), assumeNotNull({last}) + 1), [])"
    open_cases = _open_cases(view, days, tenant, database)
    return (
        f"SELECT *, toDate(toUInt16(arrayJoin({spans}))) AS cell_day, {_bound('cell_day', now)} AS t"  # noqa: S608
        f" FROM ({open_cases})"
        f" WHERE cell_day IN ({_listed(days)}) AND {start} < t AND {end} >= t"
    )


def _open_cases(view: str, days: Sequence[date], tenant: str, database: str) -> str:
    stages = STAGES.get(view)
    begun = f"opened_at < toDateTime64('{max(days).isoformat()} 00:00:00', 3, {ZONE}) + INTERVAL 1 DAY"
    lasting = f"(open = 1 OR ended_at >= toDateTime64('{min(days).isoformat()} 00:00:00', 3, {ZONE}))"
    if not stages:
        return (
            f"SELECT * FROM {database}.cases_{view} FINAL"  # noqa: S608
            f" WHERE tenant = '{tenant}' AND {begun} AND {lasting}"
        )
    given = {name: f"stage_{name}_now" for name in stages}
    arrays = ", ".join(f"{column} AS {given[name]}" for name, column in stages.items())
    names = ", ".join(f"{given[name]} AS {name}" for name in stages)
    hidden = "running, " if view == "dossier" else ""
    when = f" AND {lasting}" if view in _CLOSING else ""
    return (
        f"SELECT * EXCEPT ({hidden}stage_from, stage_to, {', '.join(stages.values())}),"  # noqa: S608
        f" stage_start, stage_end, {names}"
        f" FROM {database}.cases_{view} FINAL"
        f" ARRAY JOIN stage_from AS stage_start, stage_to AS stage_end, {arrays}"
        f" WHERE tenant = '{tenant}' AND {begun}{when}"
    )


def scan(formula: Formula, days: Sequence[date], tenant: str, now: int, database: str = LIVE) -> str:
    """The cases a formula aggregates, for these days. `database`: where the cases stand."""
    if formula.part == "flow":
        return flow_scan(formula.view, formula.day, days, tenant, now, database)
    return stock_scan(formula.view, days, tenant, now, database)


Work = Sequence[tuple[Formula, Sequence[date]]]
"""Formulas, each with the days whose cells are to be computed."""


def recompute_sql(work: Work, *, tenant: str, now: int, version: int, database: str = LIVE) -> str:
    """One INSERT of the cells of all these formulas and days; cells that have vanished are written as zero.

    One statement and not one for each scan: most of what a small one costs is not its scan.
    """
    parts = [*_parts(work, tenant, now, database), _stale(work, tenant, database)]
    return (
        f"INSERT INTO {database}.kpi_cells"  # noqa: S608
        " (tenant, kpi, part, day, dim, unit, numerator, denominator, cases, version)"
        f" SELECT '{tenant}', cell_kpi, cell_part, cell_day, cell_dim, cell_unit,"
        f" sum(n), sum(d), sum(c), {version}"
        f" FROM ({' UNION ALL '.join(parts)})"
        " GROUP BY cell_kpi, cell_part, cell_day, cell_dim, cell_unit"
    )


def cells_sql(work: Work, *, tenant: str, now: int, database: str) -> str:
    """The same cells without writing them, from cases that stand in another database."""
    return (
        "SELECT cell_kpi, cell_part, cell_day, cell_dim, cell_unit, sum(n), sum(d), sum(c)"  # noqa: S608
        f" FROM ({' UNION ALL '.join(_parts(work, tenant, now, database))})"
        " GROUP BY cell_kpi, cell_part, cell_day, cell_dim, cell_unit"
    )


def _parts(work: Work, tenant: str, now: int, database: str) -> list[str]:
    """One SELECT for each scan that formulas share."""
    ordered = sorted(work, key=lambda each: (each[0].scan, each[1]))
    groups = [list(group) for _, group in groupby(ordered, key=lambda each: (each[0].scan, each[1]))]
    return [_fresh([formula for formula, _ in group], group[0][1], tenant, now, database) for group in groups]


def _fresh(group: Sequence[Formula], days: Sequence[date], tenant: str, now: int, database: str) -> str:
    """The cells of formulas that share one scan, as the cases stand."""
    first = group[0]
    aggregates = ", ".join(
        f"toInt64({each.numerator}) AS n{i}, toInt64({each.denominator}) AS d{i},"
        f" toInt64({each.cases}) AS c{i}"
        for i, each in enumerate(group)
    )
    tuples = ", ".join(f"('{each.kpi}', n{i}, d{i}, c{i})" for i, each in enumerate(group))
    where = f" WHERE {first.where}" if first.where else ""
    return (
        f"SELECT cell.1 AS cell_kpi, '{first.part}' AS cell_part, cell_day, cell_dim, cell_unit,"  # noqa: S608
        f" cell.2 AS n, cell.3 AS d, cell.4 AS c FROM (SELECT toString({first.unit}) AS cell_unit, cell_day,"
        f" toString({first.dim or repr('')}) AS cell_dim, {aggregates}"
        f" FROM ({scan(first, days, tenant, now, database)}){where} GROUP BY cell_unit, cell_day, cell_dim)"
        f" ARRAY JOIN [{tuples}] AS cell WHERE n != 0 OR d != 0 OR c != 0"
    )


def _stale(work: Work, tenant: str, database: str) -> str:
    """The same cells as they were written before, as zeros."""
    places = " OR ".join(
        f"(kpi = '{formula.kpi}' AND part = '{formula.part}' AND day IN ({_listed(days)}))"
        for formula, days in work
    )
    return (
        "SELECT toString(kpi), toString(part), day, toString(dim), toString(unit),"  # noqa: S608
        f" toInt64(0), toInt64(0), toInt64(0) FROM {database}.kpi_cells FINAL WHERE tenant = '{tenant}'"
        f" AND ({places}) AND (numerator != 0 OR denominator != 0 OR cases != 0)"
    )


def recompute(store: Store, work: Work, *, tenant: str, now: int, version: int, database: str = LIVE) -> None:
    """Write these cells anew, from the cases as they stand. `database`: of the cases and of the cells."""
    if listed := [(formula, tuple(days)) for formula, days in work if days]:
        sql = recompute_sql(listed, tenant=tenant, now=now, version=version, database=database)
        store.execute(sql, settings=WIDE)


def explain_sql(
    formula: Formula, days: Sequence[date], *, tenant: str, now: int, units: Sequence[str]
) -> str:
    """The same aggregate, case by case: subject, unit, day, dim, numerator, denominator."""
    conditions = [f"({formula.where})"] if formula.where else []
    conditions.append(f"toString({formula.unit}) IN ({', '.join(repr(unit) for unit in units)})")
    return (
        f"SELECT subject, toString({formula.unit}) AS cell_unit, cell_day,"  # noqa: S608
        f" toString({formula.dim or repr('')}) AS cell_dim,"
        f" toInt64({formula.numerator}) AS n, toInt64({formula.denominator}) AS d"
        f" FROM ({scan(formula, days, tenant, now)}) WHERE {' AND '.join(conditions)}"
        " GROUP BY subject, cell_unit, cell_day, cell_dim HAVING n != 0 OR d != 0"
        " ORDER BY cell_day, subject"
    )
