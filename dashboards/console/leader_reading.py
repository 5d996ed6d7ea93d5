"""What the leaders' page reads of the store."""

from collections.abc import Mapping

from dashboards.console.leading import Row
from dashboards.console.reading import Reading

VALUES = (
    *(
        "kpi",
        "name_vi",
        "name_en",
        "unit_of_measure",
        "direction",
        "kind",
        "window",
        "value",
        "target",
        "target_by",
    ),
    *("band", "fresh", "stale_since", "cases", "as_of", "status", "expected", "low", "high", "deadline"),
)


async def values(reading: Reading, unit: str) -> list[Row]:
    """Every indicator of a unit that has a target, with its forecast."""
    return await reading.rows(
        VALUES,
        "SELECT v.kpi, v.name_vi, k.name_en, v.unit_of_measure, v.direction, k.kind, toString(v.window),"
        " v.value, v.target, v.target_by, toString(v.band), v.fresh, v.stale_since, v.cases, v.as_of,"
        " f.status, f.expected, f.low, f.high, if(f.status = '', NULL, f.deadline)"
        " FROM (SELECT * FROM ioc_read.values_now WHERE tenant = %(tenant)s AND unit = %(unit)s AND dim = ''"
        " AND window IN ('day', 'month') AND isNotNull(target)) AS v"
        " INNER JOIN ioc_read.kpis AS k ON k.kpi = v.kpi"
        " LEFT JOIN (SELECT * FROM ioc_read.forecasts WHERE tenant = %(tenant)s AND unit = %(unit)s"
        " AND dim = '') AS f ON f.kpi = v.kpi"
        " ORDER BY v.kpi",
        unit=unit,
    )


async def ranked(reading: Reading, kpi: str) -> list[Row]:
    """One indicator of the units right beneath the ministry, for the month."""
    return await reading.rows(
        ("unit", "value", "cases", "fresh", "as_of", "enough", "minimum", "unit_of_measure", "direction"),
        "SELECT v.unit, v.value, v.cases, ifNull(v.fresh, 0), v.as_of, v.cases >= k.minimum_cases,"
        " k.minimum_cases, v.unit_of_measure, v.direction"
        " FROM ioc_read.values_now AS v INNER JOIN ioc_read.kpis AS k ON k.kpi = v.kpi"
        " WHERE v.tenant = %(tenant)s AND v.kpi = %(kpi)s AND v.dim = '' AND v.window = 'month'"
        " AND v.unit IN (SELECT code FROM ioc_read.units WHERE tenant = %(tenant)s AND parent = %(tenant)s)"
        " ORDER BY v.unit",
        kpi=kpi,
    )


async def meaning(reading: Reading, kpi: str) -> list[Row]:
    """What an indicator says and which law it comes from."""
    names = (
        *("name_vi", "name_en", "meaning_vi", "meaning_en"),
        *("legal_document", "legal_quote", "unit_of_measure", "target"),
        *("target_from", "target_document", "target_reason"),
    )
    return await reading.rows(
        names,
        f"SELECT {', '.join(names)} FROM ioc_read.kpis WHERE kpi = %(kpi)s",  # noqa: S608
        kpi=kpi,
    )


async def windows(reading: Reading, kpi: str, unit: str) -> list[Row]:
    """Its values of all windows that contain today, with what they were made from."""
    names = (
        *("window", "value", "numerator", "denominator", "cases"),
        *("coverage_units", "expected_units", "as_of", "fresh", "stale_since"),
    )
    return await reading.rows(
        names,
        f"SELECT toString(window), {', '.join(names[1:])} FROM ioc_read.values_now"  # noqa: S608
        " WHERE tenant = %(tenant)s AND kpi = %(kpi)s AND unit = %(unit)s AND dim = ''"
        " ORDER BY indexOf(['day', 'week', 'month', 'ytd'], toString(window))",
        kpi=kpi,
        unit=unit,
    )


async def days_of(reading: Reading, unit: str, wanted: Mapping[str, str]) -> list[Row]:
    """Indicators as last shown on each of the last thirty days, each in its window; oldest first."""
    return await reading.rows(
        ("kpi", "day", "value"),
        "SELECT kpi, toDate(hour, 'Asia/Ho_Chi_Minh') AS day, argMax(tuple(value), hour).1"
        " FROM ioc_read.published WHERE tenant = %(tenant)s AND unit = %(unit)s AND dim = ''"
        " AND has(%(wanted)s, concat(kpi, ' ', toString(window))) AND hour > now() - INTERVAL 30 DAY"
        " GROUP BY kpi, day ORDER BY kpi, day",
        unit=unit,
        wanted=[f"{kpi} {window}" for kpi, window in wanted.items()],
    )


async def published(reading: Reading, kpi: str, unit: str) -> list[Row]:
    """The month's value as it was last shown on each of the last thirty days."""
    return await reading.rows(
        ("day", "value"),
        "SELECT toDate(hour, 'Asia/Ho_Chi_Minh') AS day, argMax(tuple(value), hour).1 FROM ioc_read.published"
        " WHERE tenant = %(tenant)s AND kpi = %(kpi)s AND unit = %(unit)s AND dim = '' AND window = 'month'"
        " AND hour > now() - INTERVAL 30 DAY GROUP BY day ORDER BY day",
        kpi=kpi,
        unit=unit,
    )
