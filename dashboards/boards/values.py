"""One statement for every value a board shows: each panel takes its row of it.

Reading `values_now` costs the same for one KPI as for all, and the wall sends a statement once however many
panels share it. Grafana's own transformation picks the row.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.models import dashboard as dm

from dashboards.boards.parts import UNIT, quoted

VERDICT = "multiIf(fresh = 0, 'old', isNull(value), 'none', toString(band))"
"""A value's verdict: not fresh goes before everything, nothing to divide before any band."""


@dataclass(frozen=True)
class Shown:
    """A KPI on a board. `noun`: what its cases are called."""

    kpi: str
    window: str
    noun: str = ""


def statement(shown: Sequence[Shown]) -> str:
    """One row a KPI, for the board's unit. `restated`: its past days are known otherwise than shown."""
    wanted = " ".join(f"WHEN '{one.kpi}' THEN '{one.window}'" for one in shown)
    names, nouns = quoted(one.kpi for one in shown), quoted(one.noun for one in shown)
    return f"""
    SELECT kpi, value, verdict, target, change, cases, transform(kpi, [{names}], [{nouns}], '') AS noun,
      if(expected_units = 0, '', concat(toString(coverage_units), '/', toString(expected_units), ' đơn vị'))
        AS coverage,
      window, start, as_of, stale_since, restated
    FROM (
      SELECT kpi, window, value, {VERDICT} AS verdict, target,
        value - value_yesterday AS change, cases, expected_units, coverage_units, start, as_of, stale_since,
        (kpi, toString(window)) IN (
          SELECT kpi, toString(window) FROM ioc_read.restated_now
          WHERE unit = {UNIT} AND dim = '' AND kpi IN ({names})
        ) AS restated
      FROM ioc_read.values_now
      WHERE unit = {UNIT} AND dim = '' AND kpi IN ({names})
        AND toString(window) = CASE kpi {wanted} ELSE '' END
    )
    """  # noqa: S608


def only(kpi: str) -> dm.DataTransformerConfig:
    """Rows of one KPI."""
    equal = {"fieldName": "kpi", "config": {"id": "equal", "options": {"value": kpi}}}
    return dm.DataTransformerConfig(
        id_val="filterByValue", options={"filters": [equal], "match": "all", "type": "include"}
    )
