"""Values from cells: a KPI for a unit with everything beneath it, over a window.

Cells add up; ratios are formed last and never averaged. Persons, gauges and quantiles do not add up: their
values come from the cases themselves, at the instant the window ends.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ioc.kpis import Kpi
from storage.cells import ZONE, instant
from storage.client import Store

WINDOWS = ("day", "week", "month", "ytd")
_EPOCH = date(1970, 1, 1)
DAY_MS = 86_400_000
VIETNAM_MS = 7 * 3_600_000


@dataclass(frozen=True)
class Window:
    """A span of days; `last` is its last day that has begun. `t`: its end, or now; ms since 1970."""

    name: str
    start: date
    last: date
    t: int


@dataclass(frozen=True)
class Value:
    """One number with what it was made from. `previous`: the same window as it stood yesterday evening."""

    kpi: str
    dim: str
    unit: str
    window: str
    numerator: int
    denominator: int
    cases: int
    value: float | None
    previous: float | None = None


def today(now: int) -> date:
    """The Vietnamese date of an instant in milliseconds."""
    return _EPOCH + timedelta(days=(now + VIETNAM_MS) // DAY_MS)


def window(name: str, on: date, now: int) -> Window:
    """The window that contains `on`, as far as it has gone by now. Year to date ends with `on` itself."""
    starts = {
        "day": on,
        "week": on - timedelta(days=on.weekday()),
        "month": on.replace(day=1),
        "ytd": on.replace(month=1, day=1),
    }
    start = starts[name]
    after_month = (start.replace(day=28) + timedelta(days=4)).replace(day=1)
    ends = {"day": on, "week": start + timedelta(days=6), "month": after_month - timedelta(days=1), "ytd": on}
    last = min(ends[name], max(today(now), start))
    ended = ((last - _EPOCH).days + 1) * DAY_MS - VIETNAM_MS
    return Window(name, start, last, min(now, ended))


def formed(kpi: Kpi, numerator: int, denominator: int) -> float | None:
    """The number to show; None when there is nothing to divide."""
    if kpi.kind == "stock" and kpi.unit == "count":
        return float(numerator)
    return kpi.scale * numerator / denominator if denominator else None


def compute(
    store: Store,
    kpis: Iterable[Kpi],
    windows: Sequence[Window],
    *,
    tenant: str,
    unit: str | None = None,
) -> list[Value]:
    """The values of these KPIs over these windows, for every unit that has any, or for one."""
    listed = list(kpis)
    staff: dict[date, dict[str, int]] = {}
    found = _additive([each for each in listed if each.flow or each.stock], windows, store, tenant, unit)
    for kpi in listed:
        if kpi.distinct:
            found += _distinct(kpi, windows, store, tenant, unit, staff)
        elif kpi.gauge and unit in (None, tenant):
            found += _gauge(kpi, windows, store, tenant)
        elif kpi.quantile and unit in (None, tenant):
            found += _quantile(kpi, windows, store, tenant)
    return found


def paths_sql(tenant: str) -> str:
    """Whose total each unit's cells count for, and when."""
    return f"SELECT unit, ancestor, valid_from, valid_to FROM ioc.ref_paths FINAL WHERE tenant = '{tenant}'"  # noqa: S608


def _additive(
    kpis: Sequence[Kpi], windows: Sequence[Window], store: Store, tenant: str, unit: str | None
) -> list[Value]:
    if not kpis or not windows:
        return []
    by_id = {kpi.id: kpi for kpi in kpis}
    sums = ", ".join(_sums(window) for window in windows)
    first = min(window.start for window in windows).isoformat()
    last = max(window.last for window in windows).isoformat()
    lasts = ", ".join(f"'{window.last.isoformat()}'" for window in windows)
    only = f" AND p.ancestor = '{unit}'" if unit else ""
    cells = (
        f"SELECT * FROM ioc.kpi_cells FINAL WHERE tenant = '{tenant}'"  # noqa: S608
        f" AND kpi IN ({', '.join(repr(kpi) for kpi in by_id)}) AND day BETWEEN '{first}' AND '{last}'"
        f" AND (part = 'flow' OR day IN ({lasts}))"
    )
    rows = store.query(
        f"SELECT kpi, arrayJoin(if(dim = '', [''], ['', toString(dim)])) AS cell_dim, p.ancestor, {sums}"  # noqa: S608
        f" FROM ({cells}) AS c INNER JOIN ({paths_sql(tenant)}) AS p ON p.unit = c.unit"
        f" WHERE c.day >= p.valid_from AND c.day < p.valid_to{only} GROUP BY kpi, cell_dim, p.ancestor"
    )
    values = []
    for kpi, dim, ancestor, *numbers in rows:
        for index, each in enumerate(windows):
            n, d, c = numbers[3 * index : 3 * index + 3]
            values.append(Value(kpi, dim, ancestor, each.name, n, d, c, formed(by_id[kpi], n, d)))
    return values


def _sums(window: Window) -> str:
    start, last = window.start.isoformat(), window.last.isoformat()
    within = f"(part = 'flow' AND day BETWEEN '{start}' AND '{last}') OR (part = 'stock' AND day = '{last}')"
    return ", ".join(f"sumIf({column}, {within})" for column in ("numerator", "denominator", "cases"))


def _distinct(
    kpi: Kpi,
    windows: Sequence[Window],
    store: Store,
    tenant: str,
    unit: str | None,
    staff: dict[date, dict[str, int]],
) -> list[Value]:
    """Persons counted once per unit and once in the total above, over the staff of that day."""
    values = []
    for (t, last), names in _by_end(windows).items():
        if last not in staff:
            staff[last] = _headcounts(store, tenant, last)
        counted = {(dim, ancestor): n for dim, ancestor, n in store.query(_persons_sql(kpi, t, last, tenant))}
        dims = sorted({dim for dim, _ in counted} | {""})
        units = [each for each in staff[last] if unit is None or each == unit]
        for dim in dims:
            for each in units:
                n, d = counted.get((dim, each), 0), staff[last][each]
                values += [Value(kpi.id, dim, each, name, n, d, d, formed(kpi, n, d)) for name in names]
    return values


def _by_end(windows: Sequence[Window]) -> dict[tuple[int, date], list[str]]:
    """Windows that end at the same instant, as of which one question is enough."""
    found: dict[tuple[int, date], list[str]] = {}
    for window in windows:
        found.setdefault((window.t, window.last), []).append(window.name)
    return found


def _persons_sql(kpi: Kpi, t: int, last: date, tenant: str) -> str:
    part = kpi.distinct
    if part is None:
        raise ValueError(f"{kpi.id} counts no persons")
    where = f" AND ({part.where})" if part.where else ""
    dims = f"arrayJoin(['', toString({part.dim})])" if part.dim else "''"
    held = (
        f"SELECT *, span_unit AS stage_in, {instant(t)} AS t FROM ioc.cases_{part.view} FINAL"  # noqa: S608
        " ARRAY JOIN stage_from AS span_from, stage_to AS span_to, stage_unit AS span_unit"
        f" WHERE tenant = '{tenant}' AND span_from < t AND span_to >= t"
    )
    day = f"'{last.isoformat()}'"
    return (
        f"SELECT {dims} AS cell_dim, p.ancestor, uniqExact({part.person}) FROM ({held}) AS c"  # noqa: S608
        f" INNER JOIN ({paths_sql(tenant)}) AS p ON p.unit = c.stage_in"
        f" WHERE p.valid_from <= {day} AND p.valid_to > {day}{where} GROUP BY cell_dim, p.ancestor"
    )


def _headcounts(store: Store, tenant: str, on: date) -> dict[str, int]:
    rows = store.query(
        "SELECT unit, headcount FROM ioc.ref_headcounts"
        " WHERE tenant = %(tenant)s AND valid_from <= %(on)s AND valid_to > %(on)s",
        {"tenant": tenant, "on": on},
    )
    return dict(rows)


def _gauge(kpi: Kpi, windows: Sequence[Window], store: Store, tenant: str) -> list[Value]:
    """As of the end of the window; without a dimension, the greatest."""
    part = kpi.gauge
    if part is None:
        return []
    values = []
    for (t, _), names in _by_end(windows).items():
        rows: list[tuple[Any, ...]] = store.query(
            f"SELECT toString({part.dim}), toInt64({part.numerator}), toInt64({part.denominator})"  # noqa: S608
            f" FROM (SELECT *, {instant(t)} AS t FROM ioc.cases_{part.view} FINAL)"
            f" WHERE tenant = '{tenant}' AND isNotNull(opened_at)"
        )
        shown = [(dim, n, d, 1) for dim, n, d in rows]
        if rows:
            _, n, d = max(rows, key=lambda row: row[1] / max(row[2], 1))
            shown.append(("", n, d, len(rows)))
        for dim, n, d, c in shown:
            values += [Value(kpi.id, dim, tenant, name, n, d, c, formed(kpi, n, d)) for name in names]
    return values


def _quantile(kpi: Kpi, windows: Sequence[Window], store: Store, tenant: str) -> list[Value]:
    part = kpi.quantile
    if part is None:
        return []
    measured = part.view == "latency"
    table = "ioc.latency" if measured else f"ioc.cases_{part.view} FINAL"
    day = part.day if measured else f"toDate({part.day}, {ZONE})"
    dims = f"arrayJoin(['', toString({part.dim})])" if part.dim else "''"
    within = [f"{day} BETWEEN '{each.start.isoformat()}' AND '{each.last.isoformat()}'" for each in windows]
    numbers = ", ".join(
        f"toInt64(quantileExactWeightedIf({part.level})({part.of}, {part.weight}, {each})),"
        f" toInt64(sumIf({part.weight}, {each}))"
        for each in within
    )
    conditions = [f"({' OR '.join(within)})"]
    conditions += [f"({part.where})"] if part.where else []
    conditions += [] if measured else [f"tenant = '{tenant}'"]
    rows = store.query(
        f"SELECT {dims} AS cell_dim, {numbers} FROM {table}"  # noqa: S608
        f" WHERE {' AND '.join(conditions)} GROUP BY cell_dim"
    )
    values = []
    for dim, *counted in rows:
        for index, window in enumerate(windows):
            n, c = counted[2 * index], counted[2 * index + 1]
            if c:
                value = formed(kpi, n, part.per)
                values.append(Value(kpi.id, dim, tenant, window.name, n, part.per, c, value))
    return values


def stored(store: Store, kpis: Mapping[str, Kpi], tenant: str) -> dict[str, list[Value]]:
    """Where values stand already, by KPI."""
    rows = store.query(
        "SELECT kpi, dim, unit, toString(window), numerator, denominator, cases, value, previous"
        " FROM ioc.kpi_values FINAL WHERE tenant = %(tenant)s",
        {"tenant": tenant},
    )
    found: dict[str, list[Value]] = {kpi: [] for kpi in kpis}
    for row in rows:
        found.setdefault(row[0], []).append(Value(*row))
    return found


def write(store: Store, values: Sequence[Value], *, tenant: str, now: int, version: int) -> None:
    """The values of the windows that contain today."""
    day = today(now)
    _insert(
        store, "ioc.kpi_values", values, tenant, version, {"on_day": day, "computed_at": now}, previous=True
    )


def write_history(store: Store, values: Sequence[Value], *, tenant: str, now: int, version: int) -> None:
    """What is shown in this hour, kept as shown."""
    hour = now // 3_600_000 * 3600
    shown = [each for each in values if each.value is not None]
    _insert(store, "ioc.kpi_history", shown, tenant, version, {"hour": hour, "shown_at": now}, previous=False)


def _insert(
    store: Store,
    table: str,
    values: Sequence[Value],
    tenant: str,
    version: int,
    constants: Mapping[str, Any],
    *,
    previous: bool,
) -> None:
    names = ["kpi", "dim", "unit", "window", "numerator", "denominator", "cases", "value"]
    names += ["previous"] if previous else []
    fixed = {"tenant": tenant, "version": version, **constants}
    columns = [[getattr(each, name) for each in values] for name in names]
    columns += [[value] * len(values) for value in fixed.values()]
    store.insert(table, [*names, *fixed], columns)
