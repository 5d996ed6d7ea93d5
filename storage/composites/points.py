"""Points as values: numerator in hundredths of a point, denominator 100."""

from ioc.kpis import Kpi
from storage.windows import Value, formed

HUNDREDTHS = 100
"""The denominator of every composite."""


def formed_points(kpi: Kpi, dim: str, unit: str, window: str, points: float, cases: int) -> Value:
    """Points of one unit and window, rounded to hundredths; `cases`: on how much they rest."""
    numerator = round(HUNDREDTHS * points)
    return Value(kpi.id, dim, unit, window, numerator, HUNDREDTHS, cases, formed(kpi, numerator, HUNDREDTHS))
