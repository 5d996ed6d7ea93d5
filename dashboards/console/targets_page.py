"""`/console/targets`: what every number is measured by, what waits for a second person, what was decided."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import Response
from nicegui import ui

from dashboards.console.frame import Notice, box, button, text
from dashboards.console.office import OfficeRefused
from dashboards.console.pages import Cell, opened, table, told
from dashboards.console.sessions import Visitor
from dashboards.console.state import Console
from dashboards.console.targets import (
    HOME,
    PAGES,
    Decision,
    Entry,
    change,
    entries,
    names,
    number,
    part,
    place,
    since,
    why,
    written,
)
from dashboards.console.targets_form import Form
from ioc.messages import formats, named, of, say

LOOK_EVERY_S = 5.0
HISTORY = 50
"""Decisions that the page lists; `ioc targets list` has all."""


def install(_: FastAPI, console: Console) -> None:
    @ui.page(HOME)
    async def targets(request: Request) -> Response | None:
        async def draw(known: Visitor, notice: Notice) -> None:
            await Overview(console, known, notice).begin()

        return await opened(console, request, PAGES, say("targets"), HOME, draw)


class Overview:
    """The page as one viewer sees it; drawn anew when something else is to be said."""

    def __init__(self, console: Console, known: Visitor, notice: Notice) -> None:
        self._console, self._known, self._notice = console, known, notice
        self._shown: object = None
        self._form: Form | None = None

    async def begin(self) -> None:
        text("p", say("targets.about"), "soft")
        self._waiting, self._talk, self._propose = box("sheet"), box(""), box("sheet")
        self._history, self._holding = box("sheet"), box("sheet")
        await self.refresh()
        ui.timer(LOOK_EVERY_S, self.refresh, immediate=False)

    async def refresh(self) -> None:
        """Ask again; what cannot be had leaves what stands there."""
        found = await told(self._console, self._known, self._notice, self._asked())
        if found is None:
            return
        self._notice.show("")
        if found == self._shown:
            return  # so that the focus stays where it is
        self._shown = found
        listed, decisions = found
        self._draw(names(listed), decisions)
        if self._form is None and self._may("propose_change"):
            with self._propose:
                self._form = Form(listed, self._console.clock, self._ask)

    async def _asked(self) -> tuple[list[Entry], list[Decision]]:
        office, token = self._console.office, self._known.token
        held = await office.decisions("GET", "/holding", token)
        found = await office.decisions("GET", "", token)
        return entries(held), [Decision.model_validate(each) for each in found["decisions"]]

    def _draw(self, listed: Mapping[str, Entry], decisions: list[Decision]) -> None:
        self._waiting.clear()
        with self._waiting, box("card", "section"):
            text("h2", say("targets.waiting"))
            waiting = [each for each in decisions if each.stage == "proposed"]
            if not waiting:
                text("p", say("targets.none_waiting"), "empty")
            for each in waiting:
                self._proposal(listed.get(each.about), each)
        self._holding.clear()
        with self._holding:
            _held(listed, self._meaning if self._known.opens("kpis") else None)
        self._history.clear()
        with self._history:
            _decided(listed, [each for each in decisions if each.stage != "proposed"][:HISTORY])

    def _proposal(self, entry: Entry | None, each: Decision) -> None:
        """One change that waits for a second person."""
        now = self._console.clock.now()
        with box("case order"):
            with box("what"):
                text("b", place(entry, each))
                text("span", change(entry, each))
                said = [say("targets.from", day=written(each.valid_from)), why(each.document, each.reason)]
                text("span", " · ".join(said), "soft")
                said = [each.account, formats.moment(each.at, now)]
                said.append(say("targets.until", at=formats.moment(each.until, now)))
                text("span", " · ".join(said), "soft")
            with box("do"):
                self._answers(each)

    def _answers(self, each: Decision) -> None:
        own = each.account == self._known.signed.account
        path = f"/{quote(each.decision_id, safe='')}"
        if own and self._may("propose_change"):
            text("span", say("targets.own"), "soft")
            button(say("targets.withdraw"), self._press(f"{path}/withdraw", "withdrawn"))
        elif not own and self._may("approve_change"):
            approve = self._press(f"{path}/approve", "approved")
            button(say("targets.approve"), approve, primary=True)

    def _press(self, path: str, done: str) -> Callable[[], Awaitable[None]]:
        async def pressed() -> None:
            with self._talk:  # the line that was pressed may be gone by the time of the answer
                await self._ask(path, None, done)

        return pressed

    async def _ask(self, path: str, wish: Mapping[str, Any] | None, done: str = "proposed") -> bool:
        """Ask the gateway, say what became of it, and draw anew; whether it was done."""
        office, more = self._console.office, {} if wish is None else {"json": dict(wish)}

        async def asking() -> str:
            try:
                await office.decisions("POST", path, self._known.token, **more)
            except OfficeRefused as refused:
                if refused.ended or refused.status == 503:
                    raise
                return _reason(refused)
            return ""

        against = await told(self._console, self._known, self._notice, asking())
        if against is None:
            return False
        said = say("refused_because", reason=against) if against else named("targets", done)
        ui.notify(said, type="negative" if against else "positive")
        await self.refresh()
        return not against

    def _meaning(self, entry: Entry) -> Cell:
        """Its definition, law and numbers, for who checks them."""
        return lambda: ui.link(of(entry.name), f"/leader/evidence/{entry.id}/{self._console.tenant}")

    def _may(self, action: str) -> bool:
        return self._console.roles.may(self._known.signed.role, action, own=False)


def _reason(refused: OfficeRefused) -> str:
    """Why it was refused, in words; of a field that is wrong, which."""
    if refused.code in ("schema", "not_decidable"):
        field = refused.detail.partition(":")[0].strip("/")
        return say("targets.wrong", field=named("change_field", field or "value"))
    return named("why", refused.code)


def _held(listed: Mapping[str, Entry], meaning: Callable[[Entry], Cell] | None) -> None:
    """What every KPI and rule is measured by today. `meaning`: a KPI's name with what it means behind it."""
    with box("card", "section"):
        text("h2", say("targets.holding"))
        rows = [
            (meaning(entry) if meaning else of(entry.name), each.dim, number(entry, each.value),
             written(each.by) if each.by else "", since(each.begins, each.document, each.reason))
            for entry in listed.values() for each in entry.targets
        ]  # fmt: skip
        table(tuple(map(say, ("col.kpi", "col.kind", "col.target", "col.by", "col.since"))), rows)
    for entry in listed.values():
        if entry.weights:
            with box("card", "section"):
                text("h2", f"{say('targets.weights')} · {of(entry.name)}")
                parts = [
                    (
                        part(listed, each.part),
                        str(each.points),
                        since(each.begins, each.document, each.reason),
                    )
                    for each in entry.weights
                ]
                table(tuple(map(say, ("col.part", "col.points", "col.since"))), parts)
    with box("card", "section"):
        text("h2", say("targets.thresholds"))
        limits = [
            (of(entry.name), named("limit", each.limit), number(None, each.value),
             since(each.begins, each.document, each.reason))
            for entry in listed.values() for each in entry.limits
        ]  # fmt: skip
        table(tuple(map(say, ("col.rule", "col.limit", "col.value", "col.since"))), limits)


def _decided(listed: Mapping[str, Entry], decisions: list[Decision]) -> None:
    with box("card", "section"):
        text("h2", say("targets.history"))
        if not decisions:
            text("p", say("targets.none"), "empty")
            return
        rows = [
            (place(listed.get(each.about), each), change(listed.get(each.about), each),
             written(each.valid_from), why(each.document, each.reason), named("change_stage", each.stage),
             " → ".join(part for part in (each.account, each.ended_by) if part))
            for each in decisions
        ]  # fmt: skip
        columns = ("col.what", "col.change", "col.from", "col.why", "col.stage", "col.accounts")
        table(tuple(map(say, columns)), rows)
