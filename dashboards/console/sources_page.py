"""`/console/sources`: the systems of the viewer's unit: refusals, contract, sandbox, key."""

from datetime import datetime
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response
from nicegui import ui

from dashboards.console.frame import Notice, box, button, text
from dashboards.console.office import OfficeRefused
from dashboards.console.pages import opened, table, told
from dashboards.console.quarantined import HOME as QUARANTINE
from dashboards.console.quarantined import cause
from dashboards.console.sessions import Visitor
from dashboards.console.state import Console
from ioc.messages import formats, say

HOME = "/console/sources"
PAGE = "publishers"
TONE = {"live": "", "late": "warn", "silent": "act", "never": "soft"}
COUNTS = ("counted", "suppressed", "conflict", "rejected", "refused", "backlog")
LONGEST = 256 * 1024
"""Characters of an event that is tried; the door says no to more."""


def install(_: FastAPI, console: Console) -> None:
    @ui.page(HOME)
    async def sources(request: Request) -> Response | None:
        async def draw(known: Visitor, notice: Notice) -> None:
            asked = console.office.sources("GET", "", known.token)
            found = await told(console, known, notice, asked)
            if found is None:
                return
            text("p", say("sources.about"), "soft")
            if not found["sources"]:
                text("p", say("sources.none"), "empty")
            with box("columns"):
                for row in found["sources"]:
                    with box("card", "section"):
                        text("h2", row["name"])
                        _standing(console, row)
                        ui.link(say("sources.open"), f"{HOME}/{row['system_code']}").classes("evidence")

        return await opened(console, request, (PAGE,), say("nav.sources"), HOME, draw)

    @ui.page(f"{HOME}/{{code}}")
    async def source(request: Request, code: str) -> Response | None:
        async def draw(known: Visitor, notice: Notice) -> None:
            await _source(console, known, notice, code[:32])

        return await opened(console, request, (PAGE,), "", "", draw)


def _standing(console: Console, row: dict[str, Any]) -> None:
    """How it stands, in one line and some numbers of 30 days."""
    state = str(row.get("state") or "never")
    text("p", say(f"source.state.{state}"), f"state {TONE.get(state, 'soft')}")
    interval = formats.number(row["interval_s"])
    if row.get("last_at"):
        at = formats.moment(datetime.fromisoformat(row["last_at"]), console.clock.now())
        text("p", say("source.heard", at=at, interval=interval), "soft")
    else:
        text("p", say("source.unheard", interval=interval), "soft")
    shown = [(name, row.get(name)) for name in COUNTS]
    if row.get("sent_total") is not None and row.get("arrived") is not None:
        shown.append(("missing", max(row["sent_total"] - row["arrived"], 0)))
    with box("counts"):
        for name, value in shown:
            with box("count"):
                text("b", formats.NO_DATA if value is None else formats.number(value))
                text("span", say(f"source.{name}"), "soft")


async def _source(console: Console, known: Visitor, notice: Notice, code: str) -> None:
    row = await told(console, known, notice, console.office.sources("GET", f"/{code}", known.token))
    if row is None:
        return
    text("h1", row["name"])
    with box("columns"):
        with box("card", "section"):
            _standing(console, row)
            if known.opens("quarantine"):
                where = f"{QUARANTINE}/records?source={row['urn']}"
                ui.link(say("source.quarantine"), where).classes("evidence")
        with box("card", "section"):
            text("h2", say("source.contract"))
            text("p", say("source.rules", rules=row["rules"]), "soft")
            with box("", "ul"):
                for name in row["types"]:
                    text("li", name, "link")
    with box("card", "section"):
        text("h2", say("source.refusals"))
        _refusals(row["refused_why"], console.clock.now())
    if console.roles.may(known.signed.role, "test_event", own=True):
        _sandbox(console, known, notice, code)
    if console.roles.may(known.signed.role, "rotate_key", own=True):
        _key(console, known, notice, code)


def _refusals(found: list[dict[str, Any]], now: datetime) -> None:
    if not found:
        text("p", say("source.refusals.none"), "empty")
        return
    columns = tuple(map(say, ("col.event", "source.why", "source.where", "col.at", "source.n")))
    rows = [
        (
            str(each["type"]) or formats.NO_DATA,
            cause(each["reason"]),
            say(f"source.place.{each['place']}"),
            formats.moment(datetime.fromisoformat(each["last_at"]), now),
            formats.number(each["records"]),
        )
        for each in found
    ]
    table(columns, rows)


def _sandbox(console: Console, known: Visitor, notice: Notice, code: str) -> None:
    with box("card", "section"):
        text("h2", say("source.try"))
        text("p", say("source.try.about"), "soft")
        given = ui.textarea(say("source.try.label")).props(f"outlined dark maxlength={LONGEST}")
        given.classes("choice")
        verdict = text("p", "", "notice").props("role=status aria-live=polite")
        verdict.set_visibility(False)

        async def judge() -> None:
            event = str(given.value or "").encode("utf-8", "surrogatepass")
            asked = console.office.sources("POST", f"/{code}/test", known.token, content=event)
            found = await told(console, known, notice, asked)
            if found is None:
                return
            said = (
                say("source.try.good", type=found["event_type"])
                if found["accepted"]
                else say("source.try.bad", why=f"{cause(found['code'])} — {found['detail']}")
            )
            verdict.set_text(said)
            verdict.classes(remove="warn act", add="" if found["accepted"] else "warn")
            verdict.set_visibility(True)

        with box("do"):
            button(say("source.try.do"), judge, primary=True)


def _key(console: Console, known: Visitor, notice: Notice, code: str) -> None:
    with box("card", "section"):
        text("h2", say("source.key"))
        text("p", say("source.key.about"), "soft")
        shown = text("p", "", "notice link").props("role=status")
        shown.set_visibility(False)

        async def change() -> None:
            with ui.dialog(value=True) as dialog, box("console dialog"):
                text("h2", say("source.key.do"))
                text("p", say("source.key.about"), "soft")
                with box("do"):
                    button(say("cancel"), dialog.close)
                    button(say("confirm"), lambda: dialog.submit(True), primary=True)
            if await dialog:
                asked = _rotated(console, known, code)
                found = await told(console, known, notice, asked)
                if found is not None:
                    shown.set_text(found)
                    shown.set_visibility(True)
            dialog.delete()

        with box("do"):
            button(say("source.key.do"), change)


async def _rotated(console: Console, known: Visitor, code: str) -> str:
    """The new key in a sentence, or why there is none. Raises `OfficeRefused` for anything else."""
    try:
        found = await console.office.sources("POST", f"/{code}/key", known.token)
    except OfficeRefused as refused:
        if refused.code != "key_store":
            raise
        return say("source.key.lost")
    return say("source.key.shown", secret=found["key"])
