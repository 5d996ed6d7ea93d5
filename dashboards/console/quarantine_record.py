"""One record in quarantine with its history, and one act of the desk with its records."""

from datetime import datetime
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import Response
from nicegui import ui

from dashboards.console.frame import Notice, box, text
from dashboards.console.more_pages import exactly
from dashboards.console.pages import Cell, opened, table, told
from dashboards.console.quarantine_outcome import indicators, outcome
from dashboards.console.quarantined import HOME, PAGE, DeskAct, Record, cause, kind_of, pretty, system
from dashboards.console.sessions import Visitor
from dashboards.console.state import Console
from ioc.desk import NoSuchPlace, place_of
from ioc.messages import formats, named, say

SHOWN = 200
"""Records that an act names on its page."""


def install(_: FastAPI, console: Console) -> None:
    @ui.page(f"{HOME}/record/{{topic}}/{{partition}}/{{offset}}")
    async def record(request: Request, topic: str, partition: str, offset: str) -> Response | None:
        async def draw(known: Visitor, notice: Notice) -> None:
            ui.link(say("quarantine.back"), HOME).classes("back")
            try:
                place = place_of(f"{topic}/{partition}/{offset}")
            except NoSuchPlace:
                text("p", say("quarantine.no_place"), "empty")
                return
            asked = console.office.desk("GET", f"/records/{place}", known.token)
            found = await told(console, known, notice, asked)
            if found is not None:
                _draw(console, Record.model_validate(found), found)

        return await opened(console, request, (PAGE,), say("quarantine.record"), "", draw)

    @ui.page(f"{HOME}/act/{{act}}")
    async def act(request: Request, act: str) -> Response | None:
        async def draw(known: Visitor, notice: Notice) -> None:
            ui.link(say("quarantine.back"), HOME).classes("back")
            await _act(console, known, notice, act)

        return await opened(console, request, (PAGE,), say("quarantine.act"), "", draw)


def _draw(console: Console, record: Record, found: dict[str, object]) -> None:
    with box("columns"):
        with box("card", "section"):
            text("h2", cause(record.reason))
            rows: list[tuple[Cell, Cell]] = [
                (say("quarantine.record"), record.id),
                (say("quarantine.state"), named("desk_state", record.state)),
                (say("col.at"), exactly(record.at)),
                (say("col.source"), system(record.source)),
                (say("col.event"), kind_of(record.type)),
                (say("col.unit"), _unit(console, record.unit)),
                (say("quarantine.field"), record.field),
                (say("quarantine.value"), record.value),
                (say("col.id"), record.event_id or formats.NO_DATA),
            ]
            if now := found.get("now"):
                rows.append((say("quarantine.now"), str(now)))
            table((say("adoption.what"), say("col.value")), rows, "pairs")
        with box("card", "section"):
            text("h2", say("quarantine.shape"))
            text("p", say("quarantine.shape_about"), "soft")
            text("pre", pretty(record.masked) or say("quarantine.nothing_kept"), "shape")
        if isinstance(conflict := found.get("conflict"), dict):
            with box("card", "section"):
                _conflict(record, conflict)
        with box("card", "section"):
            text("h2", say("history"))
            acts = found.get("acts")
            known = [DeskAct.model_validate(each) for each in acts] if isinstance(acts, list) else []
            if not known:
                text("p", say("quarantine.no_acts"), "empty")
            for each in known:
                _line(each, console.clock.now())


def _unit(console: Console, code: str) -> str:
    return f"{code} · {console.unit_name(code)}" if code in console.catalogue.units.codes else code


def _conflict(record: Record, conflict: dict[str, object]) -> None:
    """Both fingerprints and both places: same name, other content."""
    text("h2", say("quarantine.conflict"))
    text("p", say("quarantine.conflict_about"), "soft")
    rows = [(record.id, str(conflict["fingerprint"]))]
    if isinstance(counted := conflict.get("counted"), dict):
        rows.append((say("quarantine.counted", record=counted["id"]), str(counted["fingerprint"])))
    table((say("quarantine.record"), say("quarantine.print")), rows)


def _line(act: DeskAct, now: datetime) -> None:
    with box("case"):
        ui.link(f"{named('desk', act.kind)} · {named('stage', act.stage)}", f"{HOME}/act/{act.act_id}")
        who = " + ".join(each for each in (act.account, act.confirmed_by) if each)
        text("span", f"{who} · {formats.moment(act.at, now)}", "soft")


async def _act(console: Console, known: Visitor, notice: Notice, name: str) -> None:
    asked = console.office.desk("GET", f"/acts/{quote(name, safe='')}", known.token)
    found = await told(console, known, notice, asked)
    if found is None:
        return
    act, now = DeskAct.model_validate(found), console.clock.now()
    text("h2", say("quarantine.order", kind=named("desk", act.kind), n=len(act.records)))
    _line(act, now)
    if act.reason:
        text("p", say("reason", reason=named("discard", act.reason)))
    if act.mends:
        text("p", say("quarantine.with", changes=", ".join(act.mends)))
    if act.verdicts:
        values = act.outcome.get("values", [])
        told_ = await told(console, known, notice, indicators(console.reading, values))
        outcome(console, act, told_ or {})
    with box("card", "section"):
        text("h2", say("quarantine.records"))
        for each in act.records[:SHOWN]:
            ui.link(each, f"{HOME}/record/{each}").classes("evidence")
        if len(act.records) > SHOWN:
            text("p", say("work.more", n=formats.number(len(act.records) - SHOWN)), "soft")
