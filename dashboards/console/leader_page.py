"""`/leader`: what stands out, where it leads to by its deadline, who is behind, what must be decided."""

from datetime import date
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response
from nicegui import ui

from dashboards.console import leader_reading as ask
from dashboards.console.briefings import OnDemand, unit_of
from dashboards.console.frame import Notice, box, text
from dashboards.console.leading import RANKED, Item, Row, exceptions, items, ranking, shown, track
from dashboards.console.lists import TONE, Alert, ordered
from dashboards.console.pages import opened, table, told
from dashboards.console.sessions import Visitor
from dashboards.console.signing import to_sign_in, visitor
from dashboards.console.state import Console
from dashboards.console.words import named, say
from dashboards.wall import words as wall
from ioc.briefing import newest
from ioc.clock import VIETNAM

PAGES = ("leader", "ranking")
"""Entries of roles.yaml that open the page; `ranking` alone shows the own unit in place of all decisions."""
SHOWN = 6
NAMED = 5
"""Units without a place that are named; the others are counted."""
TONES = {"red": "act", "off_pace": "warn", "stale": "old"}


def install(web: FastAPI, console: Console) -> None:
    demand = OnDemand(console.briefs, console.clock)

    @ui.page("/leader")
    async def leader(request: Request, by: str = RANKED[0], full: bool = False) -> Response | None:
        async def draw(known: Visitor, notice: Notice) -> None:
            page = Leading(console, known, notice)
            await page.decisions()
            if not known.sees_all:
                await page.exceptions(known.signed.unit, full=full)
            await page.exceptions(console.tenant, full=full)
            await page.ranking(by if by in RANKED else RANKED[0])
            page.brief()

        return await opened(console, request, PAGES, say("leader"), "/leader", draw)

    @ui.page("/leader/evidence/{kpi}/{unit}")
    async def evidence(request: Request, kpi: str, unit: str) -> Response | None:
        async def draw(known: Visitor, notice: Notice) -> None:
            open_to = known.sees_all or unit == console.tenant or unit in console.mine(known)
            if not (open_to or known.opens("ranking")):
                text("p", say("forbidden", role=known.role_name), "empty")
                return
            await Leading(console, known, notice).evidence(kpi, unit)

        needed = (*PAGES, "console", "kpis")
        return await opened(console, request, needed, say("evidence"), "", draw)

    @web.get("/leader/brief")
    async def brief(request: Request) -> Response:
        known = visitor(console, request)
        if known is None:
            return to_sign_in("/leader")
        if not known.opens("briefing"):
            return PlainTextResponse(say("leader.no_brief"), 404)
        return _file(newest(console.briefs, unit_of(known, console.tenant)))

    @web.get("/leader/brief/now")
    async def brief_now(request: Request) -> Response:
        known = visitor(console, request)
        if known is None:
            return to_sign_in("/leader")
        if not known.opens("briefing"):
            return PlainTextResponse(say("leader.no_brief"), 404)
        return _file(await demand.made(unit_of(known, console.tenant)))


def _file(found: Path | None) -> Response:
    if found is None:
        return PlainTextResponse(say("leader.no_brief"), 404)
    return FileResponse(found, filename=found.name, content_disposition_type="attachment")


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
                    ui.link(alert.name_vi, f"/console/alert/{alert.alert_ref}").classes("name")
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
        with box("card", "section"):
            text("h2", f"{say('leader.exceptions')} · {self._place(unit)}")
            if not bad:
                text("p", say("leader.none"), "empty")
            told_ = bad if full else bad[:SHOWN]
            with box("tiles"):
                for item in told_:
                    if item.verdict != "stale":
                        self._tile(item, unit)
            for item in told_:
                if item.verdict == "stale":
                    self._old(item, unit)
            if len(bad) > SHOWN and not full:
                ui.link(f"{say('leader.more')} ({len(bad)})", "/leader?full=true").classes("more")
            well = sum(item.verdict == "well" for item in found)
            unknown = sum(item.verdict == "unknown" for item in found)
            text("p", say("leader.well", n=well), "soft")
            if unknown:
                text("p", say("leader.unknown", n=unknown), "soft")

    def _place(self, unit: str) -> str:
        return say("leader.totals") if unit == self._console.tenant else self._console.unit_name(unit)

    def _tile(self, item: Item, unit: str) -> None:
        with box(f"tile {TONES[item.verdict]}", "article"):
            with box("tilehead"):
                ui.link(item.name, f"/leader/evidence/{item.kpi}/{unit}").classes("name")
                text("span", say(f"leader.{item.verdict}"), "word")
            with box("figures"):
                text("b", shown(item.value, item.measure), "value")
                text("span", self._aim(item), "soft")
            self._bar(item)
            text("p", self._ahead(item), "soft")
            text("p", self._basis(item), "soft basis")

    def _old(self, item: Item, unit: str) -> None:
        """What is not known any more takes one line: its number is none to act upon."""
        since = wall.moment(item.stale_since, self._console.clock.now()) if item.stale_since else wall.NO_DATA
        with box("case stale"):
            ui.link(item.name, f"/leader/evidence/{item.kpi}/{unit}").classes("name")
            text("span", f"{say('leader.stale')} · {since}", "soft")

    def _aim(self, item: Item) -> str:
        if item.target is None:
            return ""
        said = say("leader.target", target=shown(item.target, item.measure))
        if item.deadline is None:
            return said
        today = self._console.clock.now().astimezone(VIETNAM).date()
        key = "leader.by" if item.deadline >= today else "leader.overdue_target"
        return f"{said} {say(key, day=written(item.deadline))}"

    def _bar(self, item: Item) -> None:
        places = track(item)
        if places is None:
            return
        with box("track").props("aria-hidden=true"):
            box("fill", "i").style(f"width: {places.value}%")
            if places.low is not None and places.high is not None:
                width = max(places.high - places.low, 0.8)
                box("ahead", "s").style(f"left: {places.low}%; width: {width}%")
            if places.target is not None:
                box("aim", "u").style(f"left: {places.target}%")

    def _ahead(self, item: Item) -> str:
        """Where it leads to by its deadline."""
        if item.expected is None:
            return say("leader.no_forecast") if item.status == "too_little_data" else ""
        numbers = {name: shown(getattr(item, name), item.measure) for name in ("expected", "low", "high")}
        said = say("leader.expected", **numbers)
        today = self._console.clock.now().astimezone(VIETNAM).date()
        if item.deadline is not None and item.deadline >= today:
            said = f"{said}, {say('leader.days_left', n=wall.number((item.deadline - today).days))}"
        return said

    def _basis(self, item: Item) -> str:
        now = self._console.clock.now()
        said = [named("window", item.window), say("leader.cases", n=wall.number(item.cases))]
        if item.verdict == "stale" and item.stale_since:
            said.append(f"{say('leader.stale')}: {wall.moment(item.stale_since, now)}")
        elif item.as_of:
            said.append(say("as_of", at=wall.moment(item.as_of, now)))
        return " · ".join(said)

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
                            text("span", say("leader.cases", n=wall.number(one.cases)), "soft")
                            text("b", shown(one.value, rows[0]["unit_of_measure"]), "figure")
            left = [console.unit_name(one.unit) for one in found if not one.place]
            if len(left) == len(found):
                text("p", say("leader.no_ranking"), "empty")
            if left:
                names = "; ".join(left[:NAMED])
                more = f" {say('leader.others', n=len(left) - NAMED)}" if len(left) > NAMED else ""
                text("p", f"{say('leader.too_few', n=rows[0]['minimum'])}: {names}{more}", "soft")

    def brief(self) -> None:
        """The newest document for the weekly meeting."""
        if not self._known.opens("briefing"):
            return
        found = newest(self._console.briefs, unit_of(self._known, self._console.tenant))
        if found is None:
            text("p", say("leader.no_brief"), "soft")
        else:
            name = f"{found.parent.name}/{found.name}"
            ui.link(say("leader.brief", name=name), "/leader/brief").classes("button")
        ui.link(say("leader.brief_now"), "/leader/brief/now").classes("button")

    async def evidence(self, kpi: str, unit: str) -> None:
        """What a number was made from, and the law behind it."""
        console, reading = self._console, self._console.reading
        meant = await told(console, self._known, self._notice, ask.meaning(reading, kpi))
        values = await told(console, self._known, self._notice, ask.windows(reading, kpi, unit))
        days = await told(console, self._known, self._notice, ask.published(reading, kpi, unit))
        if not meant or not values:
            if meant is not None and values is not None:
                text("p", say("evidence.none"), "empty")
            return
        what, now = meant[0], console.clock.now()
        with box("card", "section"):
            text("h2", f"{what['name_vi']} · {self._place(unit)}")
            text("p", what["meaning_vi"])
            text("p", say("evidence.law", document=what["legal_document"]), "soft")
            if what["legal_quote"]:
                text("blockquote", what["legal_quote"])
            rows = [
                (
                    named("window", each["window"]),
                    shown(each["value"], what["unit_of_measure"]),
                    counted(each),
                    wall.moment(each["as_of"], now) if each["as_of"] else wall.NO_DATA,
                )
                for each in values
            ]
            table(tuple(map(say, ("col.window", "col.value", "col.counted", "col.as_of"))), rows)
            last = values[-1]
            if last["expected_units"]:
                units = {"n": last["coverage_units"], "of": last["expected_units"]}
                text("p", say("evidence.coverage", **units), "soft")
        if days:
            with box("card", "section"):
                text("h2", f"{say('evidence.history')} · {say('window.month')}")
                measure = what["unit_of_measure"]
                told_days = [(written(each["day"]), shown(each["value"], measure)) for each in days[::-1]]
                table((say("col.day"), say("col.value")), told_days, "narrow")


def counted(row: Row) -> str:
    """Numerator, denominator and cases; a hidden numerator stays hidden."""
    numerator, denominator = row["numerator"], row["denominator"]
    return say(
        "evidence.counted",
        numerator=wall.number(numerator),
        denominator=wall.number(denominator),
        n=wall.number(row["cases"]),
    )


def written(day: date) -> str:
    """`31/12/2026`."""
    return f"{day:%d/%m/%Y}"
