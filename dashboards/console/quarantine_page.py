"""`/console/quarantine`: what was not counted, by cause and source, and what waits for a second account."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from fastapi import FastAPI, Request
from fastapi.responses import Response
from nicegui import ui

from dashboards.console import quarantine_record, quarantine_records
from dashboards.console.frame import Notice, box, button, text
from dashboards.console.pages import opened, told
from dashboards.console.quarantine_acting import Done, words
from dashboards.console.quarantined import HOME, PAGE, DeskAct, Group, offered
from dashboards.console.sessions import Visitor
from dashboards.console.state import Console
from ioc.desk import Kind
from ioc.messages import formats, named, say

LOOK_EVERY_S = 5.0
BY = ("cause", "source")


def install(web: FastAPI, console: Console) -> None:
    @ui.page(HOME)
    async def quarantine(request: Request) -> Response | None:
        async def draw(known: Visitor, notice: Notice) -> None:
            await Overview(console, known, notice).begin()

        return await opened(console, request, (PAGE,), say("quarantine"), HOME, draw)

    quarantine_records.install(web, console)
    quarantine_record.install(web, console)


class Overview:
    """The desk as one viewer sees it; drawn anew when something else is to be said."""

    def __init__(self, console: Console, known: Visitor, notice: Notice) -> None:
        self._console, self._known, self._notice = console, known, notice
        self._shown: object = None

    async def begin(self) -> None:
        text("p", say("quarantine.about"), "soft")
        self._waiting, self._groups = box("sheet"), box("columns")
        self._talk = box("")
        await self.refresh()
        ui.timer(LOOK_EVERY_S, self.refresh, immediate=False)

    async def refresh(self) -> None:
        """Ask again; what cannot be had leaves what stands there."""
        found = await told(self._console, self._known, self._notice, self._asked())
        if found is None:
            return
        self._notice.show("")
        now = self._console.clock.now()
        shown = (found, now.replace(second=0, microsecond=0))
        if shown == self._shown:
            return  # so that the focus stays where it is
        self._shown = shown
        waiting, groups = found
        self._draw(waiting, groups, now)

    async def _asked(self) -> tuple[list[DeskAct], list[list[Group]]]:
        office, token = self._console.office, self._known.token
        acts = await office.desk("GET", "/acts", token, params={"stage": "awaiting"})
        groups = []
        for by in BY:
            answer = await office.desk("GET", "", token, params={"by": by, "state": "open"})
            groups.append([Group.model_validate(each) for each in answer["groups"]])
        return [DeskAct.model_validate(each) for each in acts["acts"]], groups

    def _draw(self, waiting: list[DeskAct], groups: list[list[Group]], now: datetime) -> None:
        self._waiting.clear()
        with self._waiting:
            if waiting:
                with box("card", "section"):
                    text("h2", say("quarantine.awaiting"))
                    for act in waiting:
                        self._order(act, now)
        self._groups.clear()
        with self._groups:
            for by, found in zip(BY, groups, strict=True):
                with box("card", "section"):
                    text("h2", named("quarantine_by", by))
                    if not found:
                        text("p", say("quarantine.none"), "empty")
                    for group in found:
                        _group(group, now)

    def _order(self, act: DeskAct, now: datetime) -> None:
        """One act that waits for a second account."""
        with box("case order"):
            with box("what"):
                text("b", say("quarantine.order", kind=named("desk", act.kind), n=len(act.records)))
                said = [act.account, formats.moment(act.at, now)]
                if act.until is not None:
                    said.append(say("quarantine.until", at=formats.moment(act.until, now)))
                text("span", " · ".join(said), "soft")
                for mend in act.mends:
                    text("code", mend)
                if act.reason:
                    text("span", say("reason", reason=named("discard", act.reason)), "soft")
                ui.link(say("quarantine.which"), f"{HOME}/act/{act.act_id}").classes("evidence")
            with box("do"):
                self._answers(act)

    def _answers(self, act: DeskAct) -> None:
        if Kind(act.kind) not in offered(self._console.roles, self._known.signed.role):
            return
        own = act.account == self._known.signed.account
        if own:
            text("span", say("quarantine.own"), "soft")
        else:
            button(say("quarantine.approve"), self._answer(act, "confirm"), primary=True)
        button(say("quarantine.withdraw" if own else "quarantine.refuse"), self._answer(act, "decline"))

    def _answer(self, act: DeskAct, word: str) -> Callable[[], Awaitable[None]]:
        async def say_it() -> None:
            with self._talk:  # the line that was pressed may be gone by the time of the answer
                ui.notify(say("sending"), type="ongoing", timeout=1000)
                asked = words(self._console, self._known, act.act_id, word)
                done: Done | None = await told(self._console, self._known, self._notice, asked)
                if done is not None:
                    ui.notify(done.said, type="positive" if done.done else "negative")
                await self.refresh()

        return say_it


def _group(group: Group, now: datetime) -> None:
    with box("case"):
        ui.link(group.name, group.path)
        text("b", say("quarantine.count", n=formats.number(group.open)))
        ages = [formats.age((now - at).total_seconds()) for at in (group.first_at, group.last_at)]
        text("span", say("quarantine.ages", first=ages[0], last=ages[1]), "soft")
