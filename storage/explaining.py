"""Where a number comes from: the same aggregates, case by case, with the events each case was made from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import orjson

from ioc.baselines import LISTED
from ioc.kpis import Kpi
from storage.cases import CaseTable, read_states
from storage.cells import ZONE, Formula, explain_sql, formulas, instant
from storage.client import Store
from storage.measuring import LATENCY, Counts, members_sql, paths_sql
from storage.values import Window

SHOWN_OF_PERSON = 8
"""Characters of a pseudonym that are shown: enough to tell persons apart, too few to look one up."""


@dataclass(frozen=True)
class Contribution:
    """What one case adds to a number, and why."""

    subject: str
    unit: str
    day: date
    numerator: int
    denominator: int
    events: tuple[str, ...]


@dataclass(frozen=True)
class OutOf:
    """The reference count that is a KPI's denominator, of a unit with everything beneath it.

    `complement`: the numerator is what the cases leave of it.
    """

    name: str
    value: int
    complement: bool


def out_of(store: Store, kpi: Kpi, window: Window, *, tenant: str, unit: str) -> OutOf | None:
    """What a KPI over a baseline is counted out of; None for the others."""
    if kpi.baseline is None:
        return None
    value = Counts(store, tenant).of(kpi.baseline, window.last, unit).get(unit, 0)
    return OutOf(kpi.baseline, value, kpi.stock is not None and kpi.stock.complement)


def explain(
    store: Store, kpi: Kpi, window: Window, *, tenant: str, unit: str, dim: str, now: int
) -> list[Contribution]:
    """Every case behind numerator and denominator, by day and subject; none for composites: see their own."""
    if kpi.distinct:
        return _persons(store, kpi, window, tenant, unit, dim)
    if kpi.gauge:
        return _measured(store, kpi, window, tenant, dim)
    if kpi.quantile:
        return _ranked(store, kpi, window, tenant, unit, dim)
    found: list[Contribution] = []
    counted = _counted(store, tenant, unit)
    for formula in formulas(kpi):
        days = _days(window) if formula.part == "flow" else [window.last]
        found += _cases(store, formula, days, counted, tenant, dim, now)
    return [_masked(each) for each in found] if kpi.personal else found


def _days(window: Window) -> list[date]:
    return [window.start + timedelta(days=n) for n in range((window.last - window.start).days + 1)]


def _counted(store: Store, tenant: str, unit: str) -> list[tuple[str, date, date]]:
    """The units whose cells count for this one, and when."""
    return store.query(
        "SELECT unit, valid_from, valid_to FROM ioc.ref_paths FINAL"
        " WHERE tenant = %(tenant)s AND ancestor = %(unit)s",
        {"tenant": tenant, "unit": unit},
    )


def _cases(
    store: Store,
    formula: Formula,
    days: Sequence[date],
    counted: Sequence[tuple[str, date, date]],
    tenant: str,
    dim: str,
    now: int,
) -> list[Contribution]:
    spans: dict[str, list[tuple[date, date]]] = {}
    for code, start, end in counted:
        spans.setdefault(code, []).append((start, end))
    if not spans or not days:
        return []
    sql = explain_sql(formula, days, tenant=tenant, now=now, units=sorted(spans))
    rows = [
        row
        for row in store.query(sql)
        if any(start <= row[2] < end for start, end in spans[row[1]]) and dim in ("", row[3])
    ]
    events = evidence(store, formula.view, tenant, {row[0] for row in rows})
    return [
        Contribution(subject, code, day, n, d, events.get(subject, ()))
        for subject, code, day, _, n, d in rows
    ]


def evidence(store: Store, view: str, tenant: str, subjects: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Ids of the events that each case was made from; corrected ones left out."""
    states = read_states(store, CaseTable(view, ()), tenant, sorted(set(subjects)))
    return {subject: _ids(state) for subject, state in states.items()}


def _ids(state: str) -> tuple[str, ...]:
    facts: Mapping[str, list[object]]
    facts, withdrawn, _ = orjson.loads(state)
    standing = {key: fact for key, fact in facts.items() if key not in withdrawn}
    return tuple(
        sorted(key.partition("/")[2] if "/" in key else str(fact[4]) for key, fact in standing.items())
    )


def _persons(store: Store, kpi: Kpi, window: Window, tenant: str, unit: str, dim: str) -> list[Contribution]:
    """Each person once; the denominator is the unit's staff and stands in no case."""
    part = kpi.distinct
    counted = _counted(store, tenant, unit)
    valid = [code for code, start, end in counted if start <= window.last < end]
    if part is None or not valid:
        return []
    names = ", ".join(f"'{code}'" for code in valid)
    counts = f"span_unit IN ({names})"
    if part.baseline in LISTED:
        members = members_sql(part.baseline, window.last, tenant)
        counts = f"{part.person} IN (SELECT member FROM ({members}) WHERE ancestor = '{unit}')"  # noqa: S608
    where = f" AND ({part.where})" if part.where else ""
    where += f" AND toString({part.dim}) = '{dim}'" if part.dim and dim else ""
    rows = store.query(
        f"SELECT subject, {part.person}, span_unit FROM"  # noqa: S608
        f" (SELECT *, span_unit, {instant(window.t)} AS t FROM ioc.cases_{part.view} FINAL"
        " ARRAY JOIN stage_from AS span_from, stage_to AS span_to, stage_unit AS span_unit"
        f" WHERE tenant = '{tenant}' AND span_from < t AND span_to >= t"
        f" AND (isNull(ended_at) OR ended_at >= {instant(window.t)}))"
        f" WHERE {counts}{where} ORDER BY {part.person}, subject"
    )
    events = evidence(store, part.view, tenant, {row[0] for row in rows})
    found, seen = [], set()
    for subject, person, code in rows:
        first = person not in seen
        seen.add(person)
        case = Contribution(subject, code, window.last, int(first), 0, events.get(subject, ()))
        found.append(_masked(case))
    return found


def _measured(store: Store, kpi: Kpi, window: Window, tenant: str, dim: str) -> list[Contribution]:
    part = kpi.gauge
    if part is None:
        return []
    only = f" AND toString({part.dim}) = '{dim}'" if dim else ""
    rows = store.query(
        f"SELECT subject, unit, toInt64({part.numerator}), toInt64({part.denominator})"  # noqa: S608
        f" FROM (SELECT *, {instant(window.t)} AS t FROM ioc.cases_{part.view} FINAL)"
        f" WHERE tenant = '{tenant}' AND isNotNull(opened_at){only} ORDER BY subject"
    )
    events = evidence(store, part.view, tenant, {row[0] for row in rows})
    return [
        Contribution(subject, code, window.last, n, d, events.get(subject, ()))
        for subject, code, n, d in rows
    ]


def _ranked(store: Store, kpi: Kpi, window: Window, tenant: str, unit: str, dim: str) -> list[Contribution]:
    """Every case that a quantile is taken of, from the least to the greatest; the latency has none."""
    part = kpi.quantile
    if part is None or part.view == LATENCY:
        return []
    day = f"toDate({part.day}, {ZONE})"
    conditions = [f"{day} BETWEEN '{window.start.isoformat()}' AND '{window.last.isoformat()}'"]
    conditions += [f"{day} >= p.valid_from", f"{day} < p.valid_to", f"p.ancestor = '{unit}'"]
    conditions += [f"isNotNull({part.of})"] + ([f"({part.where})"] if part.where else [])
    conditions += [f"toString({part.dim}) = '{dim}'"] if part.dim and dim else []
    rows = store.query(
        f"SELECT subject, c.{part.unit}, assumeNotNull({day}) AS on_day, toInt64({part.of}) AS measured"  # noqa: S608
        f" FROM (SELECT * FROM ioc.cases_{part.view} FINAL WHERE tenant = '{tenant}') AS c"
        f" INNER JOIN ({paths_sql(tenant)}) AS p ON p.unit = c.{part.unit}"
        f" WHERE {' AND '.join(conditions)} ORDER BY measured, subject"
    )
    events = evidence(store, part.view, tenant, {row[0] for row in rows})
    return [
        Contribution(subject, code, on_day, n, part.per, events.get(subject, ()))
        for subject, code, on_day, n in rows
    ]


def _masked(case: Contribution) -> Contribution:
    subject = case.subject
    shown = subject if len(subject) < 32 else f"{subject[:SHOWN_OF_PERSON]}…"
    return Contribution(shown, case.unit, case.day, case.numerator, case.denominator, case.events)
