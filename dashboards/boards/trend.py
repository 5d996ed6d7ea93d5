"""A KPI over days. One day alone says little (a Sunday resolves nothing): each point takes in a week."""

from collections.abc import Mapping, Sequence

from dashboards.boards.kpi import Measure
from dashboards.boards.parts import UNIT, beneath, quoted

DAYS = 30
TOGETHER = 7


def rolling(kpi: str) -> str:
    """One row a day: the KPI over the seven days up to it, its target, and whether the day was restated.

    As every window of an on-time rate: what flowed on its days plus what stood at the end of its last day.
    Unit codes are paths, so a unit and all beneath it share a prefix. Restated: known otherwise now than it
    was last shown on that day.
    """
    today = "toDate(now(), 'Asia/Ho_Chi_Minh')"
    return f"""
    WITH daily AS (
      SELECT day, sumIf(numerator, part = 'flow') AS done, sumIf(denominator, part = 'flow') AS of,
        sumIf(numerator, part = 'stock') AS standing, sumIf(denominator, part = 'stock') AS open,
        if(of + open = 0, NULL, 100 * (done + standing) / (of + open)) AS known
      FROM ioc_read.cells
      WHERE kpi = '{kpi}' AND dim = '' AND {beneath("unit")}
        AND day > {today} - {DAYS + TOGETHER} AND day <= {today}
      GROUP BY day
    ),
    weekly AS (
      SELECT day, known, open + sum(of) OVER week AS denominator, standing + sum(done) OVER week AS numerator
      FROM daily WINDOW week AS (ORDER BY day RANGE BETWEEN {TOGETHER - 1} PRECEDING AND CURRENT ROW)
    ),
    shown AS (
      SELECT toDate(hour, 'Asia/Ho_Chi_Minh') AS day, argMax(tuple(value), hour).1 AS last
      FROM ioc_read.published
      WHERE kpi = '{kpi}' AND dim = '' AND unit = {UNIT} AND window = 'day'
        AND hour > now() - INTERVAL {DAYS + 1} DAY
      GROUP BY day
    )
    SELECT toDateTime(weekly.day, 'Asia/Ho_Chi_Minh') AS time,
      if(denominator = 0, NULL, 100 * numerator / denominator) AS value,
      (SELECT any(target) FROM ioc_read.kpis WHERE kpi = '{kpi}') AS target,
      ifNull(weekly.day < {today} AND abs(known - shown.last) > 0.05, 0) AS restated
    FROM weekly LEFT JOIN shown ON shown.day = weekly.day
    WHERE $__dateFilter(weekly.day) ORDER BY time
    """  # noqa: S608


def trend(measure: Measure) -> str:
    """A KPI over 30 days: over seven days each where its days add up, else as it was last shown each day."""
    if measure.unit == "percent" and measure.kind in ("ratio", "mixed"):
        return rolling(measure.id)
    window = "month" if measure.monthly else "day"
    return f"""
    SELECT toDateTime(toDate(hour, 'Asia/Ho_Chi_Minh'), 'Asia/Ho_Chi_Minh') AS time,
      argMax(tuple(value), hour).1 AS value,
      (SELECT any(target) FROM ioc_read.kpis WHERE kpi = '{measure.id}') AS target, 0 AS restated
    FROM ioc_read.published
    WHERE kpi = '{measure.id}' AND dim = '' AND unit = {UNIT} AND window = '{window}' AND $__timeFilter(hour)
    GROUP BY time ORDER BY time
    """  # noqa: S608


def volumes(kpis: Mapping[str, str]) -> str:
    """Cases a day: how many of each KPI flowed, so that a good rate over nothing is seen for what it is."""
    columns = ", ".join(f"toInt64(sumIf(denominator, kpi = '{kpi}')) AS n{at}" for at, kpi in enumerate(kpis))
    return f"""
    SELECT toDateTime(day, 'Asia/Ho_Chi_Minh') AS time, {columns} FROM ioc_read.cells
    WHERE kpi IN ({quoted(kpis)}) AND part = 'flow' AND {beneath("unit")}
      AND $__dateFilter(day)
    GROUP BY day ORDER BY day
    """  # noqa: S608


def together(measures: Sequence[Measure]) -> str:
    """Several rates over 30 days, each point over its seven days, all kinds together."""
    sums = ", ".join(
        f"sum(sumIf(numerator, kpi = '{each.id}')) OVER week AS n{at},"
        f" sum(sumIf(denominator, kpi = '{each.id}')) OVER week AS d{at}"
        for at, each in enumerate(measures)
    )
    rates = ", ".join(
        f"if(d{at} = 0, NULL, 100 * n{at} / d{at}) AS {each.id}" for at, each in enumerate(measures)
    )
    return f"""
    SELECT toDateTime(day, 'Asia/Ho_Chi_Minh') AS time, {rates}
    FROM (
      SELECT day, {sums} FROM ioc_read.cells
      WHERE kpi IN ({quoted(each.id for each in measures)}) AND part = 'flow' AND {beneath("unit")}
        AND $__dateFilter(day)
      GROUP BY day
      WINDOW week AS (ORDER BY day RANGE BETWEEN {TOGETHER - 1} PRECEDING AND CURRENT ROW)
    )
    ORDER BY time
    """  # noqa: S608
