"""The case, the work list, the shift and the audit trail."""

from datetime import datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.responses import Response
from nicegui import ui

from dashboards.console.audit_export import PATH as EXPORT
from dashboards.console.audit_export import asked_for
from dashboards.console.frame import Notice, box, button, text
from dashboards.console.lists import TONE, Alert, ordered
from dashboards.console.orders_page import ask_link
from dashboards.console.pages import opened, quoted, table, told
from dashboards.console.reading import Row
from dashboards.console.sessions import Visitor
from dashboards.console.state import Console
from ioc.clock import VIETNAM
from ioc.messages import formats, named, of, say
from ioc.words import Words

WORK_EVERY_S = 10.0
KINDS = ("document_unassigned", "task_overdue", "document_overdue", "dossier_overdue", "feedback_overdue",
         "dossier_due_soon", "source_silent", "source_gap", "hr_unsynced")  # fmt: skip
"""The order of the work list: what is asked for first stands first."""
SHOWN = 12
"""Cases of one kind; the rest is counted."""
WITHOUT_CASES = frozenset({"source_silent", "source_gap", "hr_unsynced"})


def install(_: FastAPI, console: Console) -> None:
    _install_case(console)
    _install_work(console)
    _install_shift(console)
    _install_audit(console)


def exactly(at: datetime) -> str:
    """`22/11/2026 14:05:09`, Vietnamese time."""
    return at.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S")


def _install_case(console: Console) -> None:
    @ui.page("/console/case/{subject:path}")
    async def case(request: Request, subject: str) -> Response | None:
        async def draw(known: Visitor, notice: Notice) -> None:
            if not known.sees_cases:
                text("p", say("forbidden", role=known.role_name), "empty")
                return
            asked = console.reading.case_events(subject, console.within(known))
            found = await told(console, known, notice, asked)
            if found is None:
                return
            if not found:
                text("p", say("case.none"), "empty")
                return
            text("p", say("case.events", n=formats.number(len(found))), "soft")
            ask_link(console, known, "case", subject, known.signed.unit)
            names = ("col.at", "col.event", "col.source", "col.id")
            table(tuple(map(say, names)), [_event(each) for each in found])

        title = say("case", subject=subject)
        return await opened(console, request, ("console",), title, "", draw)


def _event(row: Row) -> tuple[str, ...]:
    said = named("event", row["name"])
    if row["corrects"]:
        said = f"{said} ({say('corrected')})"
    return exactly(row["at"]), said, str(row["source"]).rpartition(":")[2], row["id"]


def _install_work(console: Console) -> None:
    @ui.page("/console/work")
    async def work(request: Request) -> Response | None:
        async def draw(known: Visitor, notice: Notice) -> None:
            body = box("work")
            with body:
                text("p", say("wait"), "empty")
            shown: list[object] = []

            async def absences() -> list[Row]:
                await console.confirm(known)  # nothing else of this page asks the gateway
                return await console.reading.absences(console.within(known), SHOWN)

            async def refresh() -> None:
                found = await told(console, known, notice, absences())
                if found is None:
                    return
                notice.show("")
                # Anew only when something else is to be said, so that the focus stays where it is.
                told_now = [found, console.clock.now().replace(second=0, microsecond=0)]
                if shown == told_now:
                    return
                shown[:] = told_now
                body.clear()
                with body:
                    _work(console, known, found)

            await refresh()
            ui.timer(WORK_EVERY_S, refresh, immediate=False)

        return await opened(console, request, ("console",), say("work"), "/console/work", draw)


def _work(console: Console, known: Visitor, found: list[Row]) -> None:
    if not found:
        text("p", say("work.none"), "empty")
    now = console.clock.now()
    rank = {kind: place for place, kind in enumerate(KINDS)}
    placed = sorted(found, key=lambda row: rank.get(row["kind"], len(rank)))
    for kind, rows in groupby(placed, key=lambda row: str(row["kind"])):
        group = list(rows)
        with box("card", "section"):
            with box("heading", "h2"):
                text("span", named("kind", kind))
                text("small", formats.number(group[0]["cases_of_kind"]), "soft")
            for row in group:
                _piece(console, known, row, now)
            if (left := group[0]["of_kind"] - len(group)) > 0:
                text("p", say("work.more", n=formats.number(left)), "soft")


def _piece(console: Console, known: Visitor, row: Row, now: datetime) -> None:
    with box("case"):
        subject = row["subject"] or say("cases", n=formats.number(row["cases"]))
        if row["subject"] and row["kind"] not in WITHOUT_CASES and known.sees_cases:
            ui.link(subject, f"/console/case/{quoted(subject)}")
        else:
            text("span", subject)
        text("span", console.unit_name(row["unit"]), "soft")
        if row["due"] is not None:
            left = (row["due"] - now).total_seconds()
            text("b", formats.remaining(left), "time overdue" if left < 0 else "time")


def _install_shift(console: Console) -> None:
    @ui.page("/console/shift")
    async def shift(request: Request) -> Response | None:
        async def draw(known: Visitor, notice: Notice) -> None:
            body = box("columns")

            async def show() -> None:
                last = await told(console, known, notice, _last(console, known))
                body.clear()
                with body:
                    with box("card", "section"):
                        text("h2", say("shift.last"))
                        _last_shift(console, last[0] if last else None)
                    with box("card", "section"):
                        await _standing(console, known, notice)
                    if console.roles.may(known.signed.role, "hand_over", own=True):
                        with box("card", "section"):
                            _hand_over(console, known, notice, show)

            await show()

        return await opened(console, request, ("console",), say("shift"), "/console/shift", draw)


async def _standing(console: Console, known: Visitor, notice: Notice) -> None:
    """What the next shift finds open, the most urgent first."""
    text("h2", say("shift.now"))
    found = await told(console, known, notice, console.office.alerts(known.token))
    now = console.clock.now()
    entries = ordered([console.entry(Alert.model_validate(each)) for each in found or ()], now)
    if found == []:
        text("p", say("alerts.none"), "empty")
    for entry in entries[:SHOWN]:
        alert = entry.alert
        with box(f"case decision {TONE.get(alert.severity, 'soft')}"):
            ui.link(alert.name, f"/console/alert/{alert.alert_ref}").classes("name")
            text("span", f"{console.unit_name(alert.unit)} · {named('status', alert.status)}", "soft")
            text("b", console.time(entry), "time overdue" if entry.overdue(now) else "time")
    if len(entries) > SHOWN:
        text("p", say("work.more", n=formats.number(len(entries) - SHOWN)), "soft")


async def _last(console: Console, known: Visitor) -> tuple[dict[str, Any] | None]:
    return (await console.office.last_shift(known.token),)


def _last_shift(console: Console, last: dict[str, Any] | None) -> None:
    if last is None:
        text("p", say("shift.never"), "empty")
        return
    at = datetime.fromisoformat(last["handed_at"])
    text("p", say("shift.by", at=exactly(at), role=console.role_name(last["role"])), "soft")
    with box("counts"):
        for name, count in last["counts"].items():
            with box("count"):
                text("b", formats.number(count))
                text("span", named("count", name), "soft")
    if not last["notes"]:
        text("p", say("shift.no_notes"), "empty")
    with box("", "ul"):
        for note in last["notes"]:
            text("li", of(Words.model_validate(note["text"])))


def _hand_over(console: Console, known: Visitor, notice: Notice, show: Any) -> None:
    text("h2", say("shift.notes"))
    boxes = {code: ui.checkbox(of(note.text)).classes("step") for code, note in console.roles.notes.items()}

    async def hand() -> None:
        notes = [code for code, ticked in boxes.items() if ticked.value]
        done = await told(console, known, notice, console.office.hand_over(known.token, notes))
        if done is not None:
            ui.notify(say("shift.done"), type="positive")
            await show()  # last: it takes this button away

    with box("do"):
        button(say("shift.hand"), hand, primary=True)


def _install_audit(console: Console) -> None:
    @ui.page("/console/audit")
    async def audit(
        request: Request, days: int = 7, account: str = "", about: str = "", after: str = ""
    ) -> Response | None:
        async def draw(known: Visitor, notice: Notice) -> None:
            days_, whose, what = asked_for(days, account, about)
            with box("tools filter", "form").props("method=get action=/console/audit"):
                _entry("days", say("audit.days"), str(days_))
                _entry("account", say("audit.account"), whose)
                _entry("about", say("audit.object"), what)
                text("button", say("audit.show"), "button").props("type=submit")
                text("button", say("audit.file"), "button").props(f"type=submit formaction={EXPORT}")
            asked = console.office.audit(known.token, days_, whose, what, after)
            found = await told(console, known, notice, asked)
            if found is None:
                return
            if not after:  # it was told with the first lines, of all of this time
                _chain(found["chain"])
            if not found["deeds"]:
                text("p", say("audit.none"), "empty")
            else:
                names = ("col.at", "col.account", "col.role", "col.action", "col.object", "col.outcome",
                         "col.detail")  # fmt: skip
                table(tuple(map(say, names)), [_deed(console, each) for each in found["deeds"]])
            if found["next"] is not None:
                text("p", say("audit.part", n=formats.number(len(found["deeds"]))), "notice warn")
                older = {"days": days_, "account": whose, "about": what, "after": found["next"]}
                ui.link(say("audit.older"), f"/console/audit?{urlencode(older)}").classes("more")

        return await opened(console, request, ("audit",), say("audit"), "/console/audit", draw)


def _chain(chain: dict[str, Any] | None) -> None:
    """Whether the lines of the period are as they were written."""
    if chain is None:
        text("p", say("audit.chain.many"), "soft")
        return
    if chain["faults"]:
        first = chain["faults"][0]
        why, at = named("unfit", first["kind"]), exactly(datetime.fromisoformat(first["at"]))
        text("p", say("audit.chain.broken", why=why, at=at, line=first["id"]), "notice act").props(
            "role=alert"
        )
        return
    text("p", say("audit.chain.sound", n=formats.number(chain["lines"])), "soft")
    for end in chain["ends"]:
        text("p", say("audit.chain.end", link=end), "soft link")


def _entry(name: str, label: str, value: str) -> None:
    with box("field", "label"):
        text("span", label)
        box("", "input").props(f"name={name} maxlength=64").props["value"] = value


def _deed(console: Console, deed: dict[str, Any]) -> tuple[str, ...]:
    return (
        exactly(datetime.fromisoformat(deed["at"])),
        deed["account"],
        console.role_name(deed["role"]),
        named("action", deed["action"]),
        deed["object"],
        named("outcome", deed["outcome"]),
        ", ".join(deed["detail"]),
    )
