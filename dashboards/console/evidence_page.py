"""`/leader/evidence/KPI/UNIT`: what a number was made from, and the law behind it."""

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
        rows = [
            (
                named("window", each["window"]),
                shown(each["value"], what["unit_of_measure"]),
                counted(each),
                formats.moment(each["as_of"], now) if each["as_of"] else formats.NO_DATA,
            )
            for each in values
        ]
        table(tuple(map(say, ("col.window", "col.value", "col.counted", "col.as_of"))), rows)
        last = values[-1]
        if last["expected_units"]:
            units = {"n": last["coverage_units"], "of": last["expected_units"]}
            text("p", say("evidence.coverage", **units), "soft")
    if unit != console.tenant:
        ask_link(console, known, "kpi", kpi, unit)
    if days:
        with box("card", "section"):
            text("h2", f"{say('evidence.history')} · {say('window.month')}")
            told_days = [(written(each["day"]), shown(each["value"], measure)) for each in days[::-1]]
            table((say("col.day"), say("col.value")), told_days, "narrow")


def counted(row: Row) -> str:
    """Numerator, denominator and cases; a hidden numerator stays hidden."""
    numerator, denominator = row["numerator"], row["denominator"]
    return say(
        "evidence.counted",
        numerator=formats.number(numerator),
        denominator=formats.number(denominator),
        n=formats.number(row["cases"]),
    )
