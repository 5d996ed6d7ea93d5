"""Values that do not add up: persons, gauges, quantiles. They come from the cases themselves.

`Counts` are the reference counts that persons, systems, pages are counted out of.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ioc.baselines import LISTED
from ioc.kpis import Kpi
from storage.cells import ZONE, instant
from storage.client import Store
from storage.windows import Value, Window, formed

LATENCY = "latency"
"""The one view that is no case: what ticks saw of the events' way, for the organisation as a whole."""


def paths_sql(tenant: str) -> str:
    """Whose total each unit's cells count for, and when."""
    return f"SELECT unit, ancestor, valid_from, valid_to FROM ioc.ref_paths FINAL WHERE tenant = '{tenant}'"  # noqa: S608


def members_sql(baseline: str, on: date, tenant: str) -> str:
    """The members of a baseline that are registered on a day, and for which units they count."""
    day = f"'{on.isoformat()}'"
    return (
        f"SELECT substring(baseline, {len(baseline) + 2}) AS member, unit AS ancestor FROM ioc.ref_baselines"  # noqa: S608
        f" WHERE tenant = '{tenant}' AND startsWith(baseline, '{baseline}/') AND value > 0"
        f" AND valid_from <= {day} AND valid_to > {day}"
    )


class Counts:
    """Baselines of every unit with what is beneath it, by day; each day is asked for once."""

    def __init__(self, store: Store, tenant: str) -> None:
        self._store = store
        self._tenant = tenant
        self._known: dict[date, dict[str, dict[str, int]]] = {}

    def of(self, baseline: str, on: date, unit: str | None = None) -> Mapping[str, int]:
        """Unit → its number on a day, for all that have one, or for one unit."""
        if on not in self._known:
            self._known[on] = self._asked(on)
        found = self._known[on].get(baseline, {})
        return found if unit is None else {unit: found[unit]} if unit in found else {}

    def _asked(self, on: date) -> dict[str, dict[str, int]]:
        rows = self._store.query(
            "SELECT baseline, unit, value FROM ioc.ref_baselines"
            " WHERE tenant = %(tenant)s AND valid_from <= %(on)s AND valid_to > %(on)s",
            {"tenant": self._tenant, "on": on},
        )
        found: dict[str, dict[str, int]] = {}
        for baseline, unit, value in rows:
            found.setdefault(baseline, {})[unit] = value
        return found


def distinct(
    kpi: Kpi, windows: Sequence[Window], store: Store, tenant: str, unit: str | None, counts: Counts
) -> list[Value]:
    """Persons (or systems) counted once per unit and once in the total above, over the unit's baseline."""
    part = kpi.distinct
    if part is None:
        return []
    values = []
    for (t, last), names in _by_end(windows).items():
        out_of = counts.of(part.baseline, last, unit)
        counted = {(dim, ancestor): n for dim, ancestor, n in store.query(_persons_sql(kpi, t, last, tenant))}
        for dim in sorted({dim for dim, _ in counted} | {""}):
            for each, d in out_of.items():
                n = counted.get((dim, each), 0)
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
        f" AND (isNull(ended_at) OR ended_at >= {instant(t)})"
    )
    day = f"'{last.isoformat()}'"
    if part.baseline in LISTED:
        # Registered ones only, each for the unit that runs it, whoever reports its calls.
        joined = f"({members_sql(part.baseline, last, tenant)}) AS p ON p.member = c.{part.person} WHERE 1"
    else:
        joined = f"({paths_sql(tenant)}) AS p ON p.unit = c.stage_in"
        joined += f" WHERE p.valid_from <= {day} AND p.valid_to > {day}"
    return (
        f"SELECT {dims} AS cell_dim, p.ancestor, uniqExact({part.person}) FROM ({held}) AS c"  # noqa: S608
        f" INNER JOIN {joined}{where} GROUP BY cell_dim, p.ancestor"
    )


def gauge(kpi: Kpi, windows: Sequence[Window], store: Store, tenant: str) -> list[Value]:
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


def _spread(column: str, windows: Sequence[Window]) -> str:
    """From the first to the last of their days, said so that the index on the instant is of use."""
    first, last = min(each.start for each in windows), max(each.last for each in windows)
    return (
        f"{column} >= toDateTime64('{first.isoformat()} 00:00:00', 3, {ZONE})"
        f" AND {column} < toDateTime64('{last.isoformat()} 00:00:00', 3, {ZONE}) + INTERVAL 1 DAY"
    )


def quantile(kpi: Kpi, windows: Sequence[Window], store: Store, tenant: str, unit: str | None) -> list[Value]:
    """Of each unit's own rows with those of the units beneath; of the whole organisation for the latency."""
    part = kpi.quantile
    if part is None or (part.view == LATENCY and unit not in (None, tenant)):
        return []
    day = part.day if part.view == LATENCY else f"toDate({part.day}, {ZONE})"
    dims = f"arrayJoin(['', toString({part.dim})])" if part.dim else "''"
    within = [f"{day} BETWEEN '{each.start.isoformat()}' AND '{each.last.isoformat()}'" for each in windows]
    numbers = ", ".join(
        f"toInt64(quantileExactWeightedIf({part.level})({part.of}, {part.weight}, {each})),"
        f" toInt64(sumIf({part.weight}, {each}))"
        for each in within
    )
    conditions = [f"({' OR '.join(within)})", f"isNotNull({part.of})"]
    conditions += [f"({part.where})"] if part.where else []
    if part.view == LATENCY:
        of_unit, table = f"'{tenant}'", "ioc.latency"
    else:
        of_unit = "p.ancestor"
        table = (
            f"(SELECT * FROM ioc.cases_{part.view} FINAL WHERE tenant = '{tenant}'"  # noqa: S608
            f" AND {_spread(part.day, windows)}) AS c"
            f" INNER JOIN ({paths_sql(tenant)}) AS p ON p.unit = c.{part.unit}"
        )
        conditions += [f"{day} >= p.valid_from", f"{day} < p.valid_to"]
        conditions += [f"p.ancestor = '{unit}'"] if unit else []
    rows = store.query(
        f"SELECT {dims} AS cell_dim, {of_unit} AS cell_unit, {numbers} FROM {table}"  # noqa: S608
        f" WHERE {' AND '.join(conditions)} GROUP BY cell_dim, cell_unit"
    )
    values = []
    for dim, code, *counted in rows:
        for index, window in enumerate(windows):
            n, c = counted[2 * index], counted[2 * index + 1]
            if c:
                value = formed(kpi, n, part.per)
                values.append(Value(kpi.id, dim, code, window.name, n, part.per, c, value))
    return values
