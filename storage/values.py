"""Values: a KPI for a unit with everything beneath it, over a window.

Cells add up; ratios are formed last and never averaged. What does not add up comes from the cases themselves
(`measuring`), what is made from other KPIs from their values (`composites`).
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ioc.kpis import Kpi, Kpis
from storage import measuring
from storage.client import Store
from storage.composites import COMPUTE
from storage.measuring import Counts, paths_sql
from storage.windows import DAY_MS, VIETNAM_MS, WINDOWS, Value, Window, formed, today, window

__all__ = [
    "DAY_MS", "VIETNAM_MS", "WINDOWS", "Value", "Window", "compute", "formed", "stored", "today", "window",
    "write", "write_history",
]  # fmt: skip


def compute(
    store: Store,
    kpis: Iterable[Kpi],
    windows: Sequence[Window],
    *,
    tenant: str,
    unit: str | None = None,
    every: Kpis | None = None,
    known: Mapping[str, Sequence[Value]] = MappingProxyType({}),
    counts: Counts | None = None,
) -> list[Value]:
    """The values of these KPIs over these windows, for every unit that has any, or for one.

    `every`: all KPIs, needed for composites. `known`: KPIs with all their values over these windows, not to
    be computed again for the composites made from them. `counts`: baselines that were asked for before.
    """
    listed = list(kpis) if windows else []
    counts = counts or Counts(store, tenant)
    additive = [each for each in listed if each.flow or each.stock]
    found = _additive(additive, windows, store, tenant, unit, counts)
    for kpi in listed:
        if kpi.distinct:
            found += measuring.distinct(kpi, windows, store, tenant, unit, counts)
        elif kpi.gauge and unit in (None, tenant):
            found += measuring.gauge(kpi, windows, store, tenant)
        elif kpi.quantile:
            found += measuring.quantile(kpi, windows, store, tenant, unit)
    # Scores last: the other composites may be parts of them.
    for kpi in sorted((each for each in listed if each.composite), key=lambda each: each.score is not None):
        if every is None:
            raise ValueError(f"{kpi.id} is made from other KPIs: `every` is needed")
        here = {each.id: [value for value in found if value.kpi == each.id] for each in listed}
        found += _composed(kpi, windows, store, tenant, unit, every, {**known, **here})
    return found


def _composed(
    kpi: Kpi,
    windows: Sequence[Window],
    store: Store,
    tenant: str,
    unit: str | None,
    every: Kpis,
    known: Mapping[str, Sequence[Value]],
) -> list[Value]:
    if kpi.composite is None:
        return []
    wanted = kpi.score.kpis if kpi.score else ()
    parts = [value for part in wanted for value in known.get(part, ())]
    if missing := [every[part] for part in wanted if part not in known]:
        parts += compute(store, missing, windows, tenant=tenant, unit=unit, every=every)
    return COMPUTE[kpi.composite.of](kpi, windows, store, tenant, unit, every, parts)


Sums = dict[tuple[str, str, str], list[int]]
"""(kpi, dim, unit) → numerator, denominator, cases of one window after the other."""


def _additive(
    kpis: Sequence[Kpi],
    windows: Sequence[Window],
    store: Store,
    tenant: str,
    unit: str | None,
    counts: Counts,
) -> list[Value]:
    if not kpis:
        return []
    sums = _summed([kpi.id for kpi in kpis], windows, store, tenant, unit)
    by_id = {kpi.id: kpi for kpi in kpis}
    values = []
    for (kpi, dim, code), numbers in sums.items():
        if not by_id[kpi].baseline:
            for index, each in enumerate(windows):
                n, d, c = numbers[3 * index : 3 * index + 3]
                values.append(Value(kpi, dim, code, each.name, n, d, c, formed(by_id[kpi], n, d)))
    for each_kpi in kpis:
        if each_kpi.baseline:
            values += _out_of(each_kpi, windows, sums, unit, counts)
    return values


def _out_of(kpi: Kpi, windows: Sequence[Window], sums: Sums, unit: str | None, counts: Counts) -> list[Value]:
    """A stock over a baseline of the window's last day: also of units that have no cell at all.

    Its cases are what it is counted out of, unless the file says otherwise.
    """
    part = kpi.stock
    if part is None or part.baseline is None:
        return []
    dims = sorted({dim for name, dim, _ in sums if name == kpi.id} | {""})
    values = []
    for index, each in enumerate(windows):
        for code, d in counts.of(part.baseline, each.last, unit).items():
            for dim in dims:
                n, _, c = sums.get((kpi.id, dim, code), [0] * 3 * len(windows))[3 * index : 3 * index + 3]
                cases = c if part.cases else d
                if part.complement and not cases:
                    # Nothing was counted yet, which is not to say that all of it is gone.
                    values.append(Value(kpi.id, dim, code, each.name, 0, d, 0, None))
                    continue
                n = d - n if part.complement else n
                values.append(Value(kpi.id, dim, code, each.name, n, d, cases, formed(kpi, n, d)))
    return values


def _summed(
    kpis: Sequence[str], windows: Sequence[Window], store: Store, tenant: str, unit: str | None
) -> Sums:
    sums = ", ".join(_sums(window) for window in windows)
    first = min(window.start for window in windows).isoformat()
    last = max(window.last for window in windows).isoformat()
    lasts = ", ".join(f"'{window.last.isoformat()}'" for window in windows)
    only = f" AND p.ancestor = '{unit}'" if unit else ""
    cells = (
        f"SELECT * FROM ioc.kpi_cells FINAL WHERE tenant = '{tenant}'"  # noqa: S608
        f" AND kpi IN ({', '.join(map(repr, kpis))}) AND day BETWEEN '{first}' AND '{last}'"
        f" AND (part = 'flow' OR day IN ({lasts}))"
    )
    rows = store.query(
        f"SELECT kpi, arrayJoin(if(dim = '', [''], ['', toString(dim)])) AS cell_dim, p.ancestor, {sums}"  # noqa: S608
        f" FROM ({cells}) AS c INNER JOIN ({paths_sql(tenant)}) AS p ON p.unit = c.unit"
        f" WHERE c.day >= p.valid_from AND c.day < p.valid_to{only} GROUP BY kpi, cell_dim, p.ancestor"
    )
    return {(kpi, dim, code): numbers for kpi, dim, code, *numbers in rows}


def _sums(window: Window) -> str:
    start, last = window.start.isoformat(), window.last.isoformat()
    within = f"(part = 'flow' AND day BETWEEN '{start}' AND '{last}') OR (part = 'stock' AND day = '{last}')"
    return ", ".join(f"sumIf({column}, {within})" for column in ("numerator", "denominator", "cases"))


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
