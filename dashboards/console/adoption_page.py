"""`/adoption`: is the centre used? Counts by day, role and page; nothing about persons."""

from fastapi import FastAPI, Request
from fastapi.responses import Response
from nicegui import ui

from dashboards.console.adopting import DAYS, Adoption, adoption
from dashboards.console.frame import Notice, box, text
from dashboards.console.pages import opened, table, told
from dashboards.console.sessions import Visitor
from dashboards.console.state import Console
from ioc.messages import formats, named, say

NEEDED = ("leader", "audit", "configuration")
"""Entries of roles.yaml that open it: who leads, who checks, who runs it."""


def install(_: FastAPI, console: Console) -> None:
    @ui.page("/adoption")
    async def page(request: Request) -> Response | None:
        async def draw(known: Visitor, notice: Notice) -> None:
            asked = adoption(console.reading, console.rules, console.catalogue.calendar, console.clock.now())
            found = await told(console, known, notice, asked)
            if found is not None:
                text("p", say("adoption.about", n=DAYS), "soft")
                _alerts(found)
                _views(console, found)

        return await opened(console, request, NEEDED, say("adoption"), "/adoption", draw)


def _alerts(found: Adoption) -> None:
    acted = found.alerts
    rows = [
        (say("adoption.raised"), formats.number(acted.raised)),
        (say("adoption.acknowledged"), _share(acted.acknowledged, acted.raised)),
        (say("adoption.in_time"), _share(acted.in_time, acted.limited)),
        (say("adoption.untouched"), _share(acted.untouched, acted.raised)),
        (say("adoption.median"), _minutes(acted.median_minutes)),
        (say("adoption.p90"), _minutes(acted.p90_minutes)),
        (say("adoption.briefs"), formats.number(found.briefs)),
    ]
    with box("card", "section"):
        text("h2", say("adoption.acted"))
        table((say("adoption.what"), say("col.value")), rows, "narrow")


def _views(console: Console, found: Adoption) -> None:
    with box("card", "section"):
        text("h2", say("adoption.views"))
        if not found.views:
            text("p", say("adoption.none"), "empty")
            return
        rows = [
            (_page(page), console.role_name(role) if role else say("adoption.nobody"), formats.number(views))
            for (page, role), views in found.by("page", "role")
        ]
        table((say("adoption.page"), say("col.role"), say("adoption.count")), rows)
    with box("card", "section"):
        text("h2", say("adoption.days"))
        days = sorted(found.by("day"), reverse=True)
        rows_of_days = [(f"{day[8:]}/{day[5:7]}/{day[:4]}", formats.number(views)) for (day,), views in days]
        table((say("col.day"), say("adoption.count")), rows_of_days, "narrow")


def _page(page: str) -> str:
    """A page in words; a board of the wall by its address."""
    board = page.removeprefix("wall/")
    return named("page", page) if board == page else say("adoption.board", board=board)


def _share(part: int, whole: int) -> str:
    if not whole:
        return formats.NO_DATA
    return f"{say('measure.percent', n=formats.number(100 * part / whole))} ({part}/{whole})"


def _minutes(value: float | None) -> str:
    return formats.NO_DATA if value is None else say("measure.minutes", n=formats.number(value, 1))
