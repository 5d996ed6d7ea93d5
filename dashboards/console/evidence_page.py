"""`/leader/evidence/KPI/UNIT`: what a number was made from, and the law behind it."""

from datetime import datetime

from fastapi import FastAPI, Request
from fastapi.responses import Response
from nicegui import ui

from dashboards.console import leader_reading as ask
from dashboards.console.frame import Notice, box, text
from dashboards.console.leading import Row, shown
from dashboards.console.orders_page import ask_link
from dashboards.console.pages import opened, table, told
from dashboards.console.sessions import Visitor
from dashboards.console.state import Console
from dashboards.console.targets import since, written
from ioc.messages import either, formats, named, say

NEEDED = ("leader", "ranking", "console", "kpis")
"""Entries of roles.yaml that open the page."""


def install(_: FastAPI, console: Console) -> None:
    @ui.page("/leader/evidence/{kpi}/{unit}")
    async def evidence(request: Request, kpi: str, unit: str) -> Response | None:
        async def draw(known: Visitor, notice: Notice) -> None:
            open_to = known.sees_all or unit == console.tenant or unit in console.mine(known)
            if not (open_to or known.opens("ranking")):
                text("p", say("forbidden", role=known.role_name), "empty")
                return
            await _draw(console, known, notice, kpi, unit)

        return await opened(console, request, NEEDED, say("evidence"), "", draw)


async def _draw(console: Console, known: Visitor, notice: Notice, kpi: str, unit: str) -> None:
    reading = console.reading
    meant = await told(console, known, notice, ask.meaning(reading, kpi))
    values = await told(console, known, notice, ask.windows(reading, kpi, unit))
    days = await told(console, known, notice, ask.published(reading, kpi, unit))
    if not meant or not values:
        if meant is not None and values is not None:
            text("p", say("evidence.none"), "empty")
        return
    what, now = meant[0], console.clock.now()
    measure = what["unit_of_measure"]
    with box("card", "section"):
        text("h2", f"{either(what, 'name')} · {console.place(unit)}")
        text("p", either(what, "meaning"))
        text("p", say("evidence.law", document=what["legal_document"]), "soft")
        if decided := since(what["target_from"], what["target_document"], what["target_reason"]):
            text("p", f"{say('leader.target', target=shown(what['target'], measure))} {decided}", "soft")
        if what["legal_quote"]:
            text("blockquote", what["legal_quote"])
        names = ("col.window", "col.value", "col.counted", "col.coverage", "col.as_of")
        rows = [told_of(each, measure, now) for each in values]
        table(tuple(map(say, names)), rows, stale=[each["fresh"] == 0 for each in values])
    if unit != console.tenant:
        ask_link(console, known, "kpi", kpi, unit)
    if days:
        with box("card", "section"):
            text("h2", f"{say('evidence.history')} · {say('window.month')}")
            told_days = [(written(each["day"]), shown(each["value"], measure)) for each in days[::-1]]
            table((say("col.day"), say("col.value")), told_days, "narrow")


def told_of(row: Row, measure: str, now: datetime) -> tuple[str, ...]:
    """One window: its value and since when that is old, what it was made from, of how many units, when."""
    value = shown(row["value"], measure)
    if row["fresh"] == 0:
        since = formats.moment(row["stale_since"], now) if row["stale_since"] else formats.NO_DATA
        value = f"{value} · {say('leader.stale')} · {since}"
    units = {"n": row["coverage_units"], "of": row["expected_units"]}
    return (
        named("window", row["window"]),
        value,
        counted(row),
        say("evidence.coverage", **units) if row["expected_units"] else formats.NO_DATA,
        formats.moment(row["as_of"], now) if row["as_of"] else formats.NO_DATA,
    )


def counted(row: Row) -> str:
    """Numerator, denominator and cases; a hidden numerator stays hidden."""
    numerator, denominator = row["numerator"], row["denominator"]
    return say(
        "evidence.counted",
        numerator=formats.number(numerator),
        denominator=formats.number(denominator),
        n=formats.number(row["cases"]),
    )
