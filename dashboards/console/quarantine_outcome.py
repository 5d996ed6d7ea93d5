"""What became of records, or would: verdicts, and the values that change."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards.console.frame import box, text
from dashboards.console.leading import shown
from dashboards.console.pages import Cell, table
from dashboards.console.quarantined import GOOD, DeskAct, cause, tally
from dashboards.console.reading import Reading, Row
from dashboards.console.state import Console
from ioc.messages import either, formats, named, say

SHOWN = 60
"""Rows of one table; the rest is counted."""


async def indicators(reading: Reading, values: Sequence[Mapping[str, Any]]) -> dict[str, Row]:
    """Names and units of measure of the indicators that are spoken of."""
    wanted = sorted({str(each["kpi"]) for each in values})
    if not wanted:
        return {}
    names = ("kpi", "name_vi", "name_en", "unit_of_measure")
    sql = f"SELECT {', '.join(names)} FROM ioc_read.kpis WHERE has(%(kpis)s, kpi)"  # noqa: S608
    return {str(row["kpi"]): row for row in await reading.rows(names, sql, kpis=wanted)}


def outcome(console: Console, act: DeskAct, known: Mapping[str, Row]) -> None:
    """One act that is done. `known`: by indicator, its names and unit of measure."""
    with box("card", "section"):
        text("h2", say("quarantine.tried" if act.kind == "dry_run" else "quarantine.done"))
        text("p", tally(act) or formats.NO_DATA)
        if act.mends:
            text("p", say("quarantine.with", changes=", ".join(act.mends)), "soft")
        _left(act)
        if act.kind == "dry_run":
            _values(console, act.outcome, known)


def _left(act: DeskAct) -> None:
    """The records that are not as one would wish, with why."""
    left = [each for each in act.outcome.get("records", ()) if each["verdict"] not in (*GOOD, "discarded")]
    if not left:
        return
    names = ("quarantine.record", "quarantine.verdict", "quarantine.why", "quarantine.field")
    rows: list[Sequence[Cell]] = [
        (
            str(each["id"]),
            named("desk_verdict", each["verdict"]),
            cause(str(each.get("reason", ""))) if each.get("reason") else str(each.get("counted", "")),
            str(each.get("field", "")),
        )
        for each in left[:SHOWN]
    ]
    table(tuple(map(say, names)), rows)
    _more(len(left))
    if any(each["verdict"] == "gone" for each in left):
        text("p", say("quarantine.gone_about"), "soft")


def _values(console: Console, outcome_: Mapping[str, Any], known: Mapping[str, Row]) -> None:
    """Which values change, from what to what."""
    values = outcome_.get("values", [])
    text("h2", say("quarantine.values"))
    if not values:
        text("p", say("quarantine.no_values"), "empty")
    else:
        names = ("quarantine.kpi", "col.unit", "col.window", "quarantine.before", "quarantine.after")
        table(tuple(map(say, names)), [_value(console, each, known) for each in values[:SHOWN]])
        _more(len(values) + int(outcome_.get("more", 0)))
    if also := outcome_.get("also"):
        text("p", say("quarantine.also", kpis=", ".join(map(str, also))), "soft")


def _value(console: Console, each: Mapping[str, Any], known: Mapping[str, Row]) -> Sequence[Cell]:
    kpi = str(each["kpi"])
    row = known.get(kpi)
    measure = str(row["unit_of_measure"]) if row else ""
    name = either(row, "name") if row else kpi
    dim = f" · {each['dim']}" if each.get("dim") else ""
    return (
        name + dim,
        console.place(str(each["unit"])),
        named("window", str(each["window"])),
        _side(each["before"], measure),
        _side(each["after"], measure),
    )


def _side(side: Mapping[str, Any], measure: str) -> str:
    """`96,2% (25/26)`, or that too few persons stand behind it."""
    if side["numerator"] is None:
        return say("verdict.hidden")
    counted = f"{formats.number(side['numerator'])}/{formats.number(side['denominator'])}"
    value = side.get("value")
    return f"{shown(value, measure)} ({counted})" if value is not None else counted


def _more(n: int) -> None:
    if n > SHOWN:
        text("p", say("work.more", n=formats.number(n - SHOWN)), "soft")
