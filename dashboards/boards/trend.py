"""A KPI over days. One day alone says little (a Sunday resolves nothing): each point takes in a week."""

from dashboards.boards.parts import UNIT

DAYS = 30
TOGETHER = 7


def rolling(kpi: str) -> str:
    """One row a day: the KPI over the seven days up to it, its target, and whether the day was restated.

    As every window of an on-time rate: what flowed on its days plus what stood at the end of its last day.
    Unit codes are paths, so a unit and all beneath it share a prefix. Restated: known otherwise now than it
    was last shown on that day.
    """
    beneath = f"(unit = {UNIT} OR startsWith(unit, concat({UNIT}, '.')))"
    today = "toDate(now(), 'Asia/Ho_Chi_Minh')"
    return f"""
    WITH daily AS (
      SELECT day, sumIf(numerator, part = 'flow') AS done, sumIf(denominator, part = 'flow') AS of,
        sumIf(numerator, part = 'stock') AS standing, sumIf(denominator, part = 'stock') AS open,
        if(of + open = 0, NULL, 100 * (done + standing) / (of + open)) AS known
      FROM ioc_read.cells
      WHERE kpi = '{kpi}' AND dim = '' AND {beneath} AND day > {today} - {DAYS + TOGETHER} AND day <= {today}
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
