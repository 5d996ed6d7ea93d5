"""`/leader`: what stands out, where it leads to by its deadline, who is behind, what must be decided."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response
from nicegui import ui

from dashboards.console import approving
from dashboards.console import leader_reading as ask
from dashboards.console.briefings import OnDemand, unit_of
from dashboards.console.frame import Notice, box, text
from dashboards.console.leading import RANKED, Item, exceptions, items, ranking, shown
from dashboards.console.lists import TONE, Alert, ordered
from dashboards.console.office import OfficeLost, OfficeRefused
from dashboards.console.orders_page import standing
from dashboards.console.pages import opened, told
from dashboards.console.sessions import Visitor
from dashboards.console.signing import refusal, to_password, to_sign_in, visitor
from dashboards.console.state import Console
from dashboards.console.tiles import Tiles
from ioc.briefing import newest
from ioc.messages import formats, say

PAGES = ("leader", "ranking")
"""Entries of roles.yaml that open the page; `ranking` alone shows the own unit in place of all decisions."""
SHOWN = 6
Find = Callable[[str], Awaitable[Path | None]]
"""The document of a unit."""
NAMED = 5
"""Units without a place that are named; the others are counted."""


def install(web: FastAPI, console: Console) -> None:
    demand = OnDemand(console.briefs, console.clock)

    @ui.page("/leader")
    async def leader(request: Request, by: str = RANKED[0], full: bool = False) -> Response | None:
        async def draw(known: Visitor, notice: Notice) -> None:
            page = Leading(console, known, notice)
            await page.decisions()
            await standing(console, known, notice)
            if not known.sees_all:
                await page.exceptions(known.signed.unit, full=full)
            await page.exceptions(console.tenant, full=full)
            await page.ranking(by if by in RANKED else RANKED[0])
            await page.brief()

        return await opened(console, request, PAGES, say("leader"), "/leader", draw)

    async def lying(unit: str) -> Path | None:
        return newest(console.briefs, unit)

    for path, find in (("/leader/brief", lying), ("/leader/brief/now", demand.made)):
        web.get(path)(_briefing(console, find))


def _briefing(console: Console, find: Find) -> Callable[[Request], Awaitable[Response]]:
    """Hands out a document for whoever may read briefings: that of the visitor's units."""

    async def brief(request: Request) -> Response:
        known = visitor(console, request)
        if known is None:
            return to_sign_in("/leader")
        if known.signed.must_change:
            return to_password()
        try:
            await console.confirm(known)
        except (OfficeLost, OfficeRefused) as error:
            return refusal(console, known, "/leader", error)
        found = await find(unit_of(known, console.tenant)) if known.opens("briefing") else None
        if found is None:
            return PlainTextResponse(say("leader.no_brief"), 404)
        return FileResponse(found, filename=found.name, content_disposition_type="attachment")

    return brief


class Leading:
    """The parts of the page."""

    def __init__(self, console: Console, known: Visitor, notice: Notice) -> None:
        self._console, self._known, self._notice = console, known, notice

    async def decisions(self) -> None:
        """Alerts that were carried up and wait."""
        console, known = self._console, self._known
        if not known.opens("alerts"):
            return
        found = await told(console, known, self._notice, console.office.alerts(known.token))
        if found is None:
            return
        now = console.clock.now()
        alerts = [Alert.model_validate(each) for each in found]
        waiting = ordered([console.entry(a) for a in alerts if a.status == "escalated"], now)
        with box("card", "section"):
            text("h2", say("leader.decisions"))
            if not waiting:
                text("p", say("leader.no_decisions"), "empty")
            for entry in waiting[:SHOWN]:
                alert = entry.alert
                with box(f"case decision {TONE.get(alert.severity, 'soft')}"):
                    ui.link(alert.name, f"/console/alert/{alert.alert_ref}").classes("name")
                    text("span", console.unit_name(alert.unit), "soft")
                    late = "time overdue" if entry.overdue(now) else "time"
                    text("b", console.time(entry), late)

    async def exceptions(self, unit: str, *, full: bool) -> None:
        """Indicators that are not as they should be."""
        console = self._console
        rows = await told(console, self._known, self._notice, ask.values(console.reading, unit))
        if rows is None:
            return
        found = items(rows)
        bad = exceptions(found)
        days = await self._days(bad, unit)
        with box("card", "section"):
            text("h2", f"{say('leader.exceptions')} · {console.place(unit)}")
            if not bad:
                text("p", say("leader.none"), "empty")
            told_ = bad if full else bad[:SHOWN]
            drawn = Tiles(console, unit)
            with box("tiles"):
                for item in told_:
                    if item.verdict != "stale":
                        drawn.tile(item, days.get(item.kpi, []))
            for item in told_:
                if item.verdict == "stale":
                    drawn.old(item)
            if len(bad) > SHOWN and not full:
                ui.link(f"{say('leader.more')} ({len(bad)})", "/leader?full=true").classes("more")
            well = sum(item.verdict == "well" for item in found)
            unknown = sum(item.verdict == "unknown" for item in found)
            text("p", say("leader.well", n=well), "soft")
            if unknown:
                text("p", say("leader.unknown", n=unknown), "soft")

    async def _days(self, bad: Sequence[Item], unit: str) -> dict[str, list[float]]:
        """What was shown of these on each of the last days."""
        wanted = {item.kpi: item.window for item in bad if item.verdict != "stale"}
        asked = ask.days_of(self._console.reading, unit, wanted)
        rows = (await told(self._console, self._known, self._notice, asked) if wanted else None) or []
        return {
            kpi: [row["value"] for row in rows if row["kpi"] == kpi and row["value"] is not None]
            for kpi in wanted
        }

    async def ranking(self, kpi: str) -> None:
        """Units by one indicator; who has too few cases is named, but not ranked."""
        console = self._console
        rows = await told(console, self._known, self._notice, ask.ranked(console.reading, kpi))
        if rows is None:
            return
        with box("card", "section"):
            text("h2", say("leader.ranking"))
            with box("tools"):
                for each in RANKED:
                    link = ui.link(say(f"rank.{each}"), f"/leader?by={each}").classes("button")
                    if each == kpi:
                        link.classes("here").props("aria-current=true")
            if not rows:
                text("p", say("leader.no_ranking"), "empty")
                return
            found = ranking(rows, rows[0]["direction"])
            with box("ranking", "ol"):
                for one in found:
                    if one.place:
                        with box("rank", "li"):
                            text("b", str(one.place), "place")
                            ui.link(console.unit_name(one.unit), f"/leader/evidence/{kpi}/{one.unit}")
                            text("span", say("leader.cases", n=formats.number(one.cases)), "soft")
                            text("b", shown(one.value, rows[0]["unit_of_measure"]), "figure")
            left = [console.unit_name(one.unit) for one in found if not one.place]
            if len(left) == len(found):
                text("p", say("leader.no_ranking"), "empty")
            if left:
                names = "; ".join(left[:NAMED])
                more = f" {say('leader.others', n=len(left) - NAMED)}" if len(left) > NAMED else ""
                text("p", f"{say('leader.too_few', n=rows[0]['minimum'])}: {names}{more}", "soft")

    async def brief(self) -> None:
        """The newest document for the weekly meeting."""
        if not self._known.opens("briefing"):
            return
        found = newest(self._console.briefs, unit_of(self._known, self._console.tenant))
        with box("card", "section"):
            text("h2", say("leader.briefing"))
            with box("tools"):
                if found is not None:
                    name = f"{found.parent.name}/{found.name}"
                    ui.link(say("leader.brief", name=name), "/leader/brief").classes("button")
                ui.link(say("leader.brief_now"), "/leader/brief/now").classes("button")
            if found is None:
                text("p", say("leader.no_brief"), "soft")
            else:
                await approving.show(self._console, self._known, self._notice, found)
