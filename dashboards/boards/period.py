"""Statements over the unit and the period that the viewer chose: values, units side by side, what is left."""

from collections.abc import Sequence

from dashboards.boards.kpi import Measure
from dashboards.boards.parts import UNIT, WINDOW, quoted, short
from dashboards.boards.values import VERDICT

UNITS_SHOWN = 60
"""All units of a ministry: what a wall has no room for, it leaves out at the end."""


def chosen(measures: Sequence[Measure]) -> str:
    """SQL: a row of `values_now` is of the chosen period. What has no day or week shows its month."""
    monthly = quoted([each.id for each in measures if each.monthly])
    if not monthly:
        return f"toString(window) = {WINDOW}"
    return f"toString(window) = if(kpi IN ({monthly}) AND {WINDOW} IN ('day', 'week'), 'month', {WINDOW})"


def values(measures: Sequence[Measure]) -> str:
    """One row a KPI, with the columns of a tile."""
    names = quoted([each.id for each in measures])
    return f"""
    SELECT kpi, value, verdict, target, change, cases, '' AS noun,
      if(expected_units = 0, '', concat(toString(coverage_units), '/', toString(expected_units), ' đơn vị'))
        AS coverage,
      window, start, as_of, stale_since,
      (kpi, toString(window)) IN (
        SELECT kpi, toString(window) FROM ioc_read.restated_now
        WHERE unit = {UNIT} AND dim = '' AND kpi IN ({names})
      ) AS restated
    FROM (
      SELECT kpi, window, value, {VERDICT} AS verdict, target, value - value_yesterday AS change, cases,
        expected_units, coverage_units, start, as_of, stale_since
      FROM ioc_read.values_now
      WHERE unit = {UNIT} AND dim = '' AND kpi IN ({names}) AND {chosen(measures)}
    )
    """  # noqa: S608


SHOWN = {"percent": "1, ' %'", "points": "1, ' điểm'", "ratio": "2, ''", "minutes": "0, ' phút'",
         "seconds": "0, ' giây'", "count": "0, ''"}  # fmt: skip
"""Unit of measure → its decimals and what follows the number."""


def said(value: str, measure: str) -> str:
    """SQL: a number in Vietnamese, `96,2 %`; none is a dash."""
    cases = ", ".join(
        f"{measure} = '{unit}', concat(replaceOne(toString(round({value}, {shown.split(',')[0]})), '.', ','),"
        f" {shown.split(', ')[1]})"
        for unit, shown in SHOWN.items()
    )
    return f"ifNull(multiIf({cases}, toString({value})), '—')"


def every(measures: Sequence[Measure]) -> str:
    """KPIs as lines of a table: name, value, verdict, target, number of cases."""
    names = quoted([each.id for each in measures])
    return f"""
    SELECT k.name_vi AS name, {said("v.value", "k.unit_of_measure")} AS shown,
      if(v.kpi = '', 'none', v.verdict) AS verdict, {said("k.target", "k.unit_of_measure")} AS target,
      v.cases AS cases
    FROM (SELECT * FROM ioc_read.kpis WHERE kpi IN ({names})) AS k
    LEFT JOIN (
      SELECT kpi, value, {VERDICT} AS verdict, cases FROM ioc_read.values_now
      WHERE unit = {UNIT} AND dim = '' AND kpi IN ({names}) AND {chosen(measures)}
    ) AS v ON v.kpi = k.kpi
    ORDER BY indexOf([{names}], k.kpi)
    """  # noqa: S608


def by_unit(measures: Sequence[Measure], rows: int = UNITS_SHOWN) -> str:
    """The units beneath the chosen one side by side: a column a KPI; the worst by the first one lead."""
    columns = ", ".join(f"anyIf(v.value, v.kpi = '{each.id}') AS {each.id}" for each in measures)
    first = measures[0]
    worst = "ASC" if first.direction == "up" else "DESC"
    return f"""
    SELECT v.unit AS unit, {short("units", "v.unit", "any(u.name)")} AS unit_name, {columns}
    FROM (
      SELECT unit, kpi, value FROM ioc_read.values_now
      WHERE dim = '' AND kpi IN ({quoted([each.id for each in measures])}) AND {chosen(measures)}
    ) AS v INNER JOIN ioc_read.units AS u ON u.code = v.unit
    WHERE u.parent = {UNIT}
    GROUP BY unit
    HAVING {" OR ".join(f"isNotNull({each.id})" for each in measures)}
    ORDER BY {first.id} {worst} NULLS LAST, unit LIMIT {rows}
    """  # noqa: S608


def by_kind(kpi: str, names: dict[str, str], *, best_first: bool = False) -> str:
    """The kinds of one KPI, worst first: name and value."""
    found = f"transform(dim, [{quoted(names)}], [{quoted(names.values())}], dim)" if names else "dim"
    return f"""
    SELECT {found} AS kind_name, value FROM ioc_read.values_now
    WHERE unit = {UNIT} AND kpi = '{kpi}' AND dim != '' AND toString(window) = {WINDOW} AND isNotNull(value)
    ORDER BY value {"DESC" if best_first else "ASC"}, dim LIMIT 12
    """  # noqa: S608
