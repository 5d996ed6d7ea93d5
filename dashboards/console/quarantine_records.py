"""`/console/quarantine/records`: a group's open records; try changes on them, send them again, close them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response
from nicegui import ui

from dashboards.console.frame import Notice, box, button, text
from dashboards.console.pages import Cell, opened, table, told
from dashboards.console.quarantine_acting import Done, ask
from dashboards.console.quarantine_changes import Changes
from dashboards.console.quarantine_outcome import indicators, outcome
from dashboards.console.quarantined import (
    HOME,
    PAGE,
    DeskAct,
    Record,
    cause,
    kind_of,
    mendable,
    mended_field,
    offered,
    system,
)
from dashboards.console.sessions import Visitor
from dashboards.console.state import Console
from ioc.desk import MOST, Kind, Why
from ioc.messages import formats, kept, named, say

SHOWN = 50
"""Records of one page; the whole group can be chosen beyond them."""
COLUMNS = ("quarantine.chosen", "col.at", "col.source", "col.event", "col.unit", "quarantine.field",
           "quarantine.value", "quarantine.record")  # fmt: skip


def install(_: FastAPI, console: Console) -> None:
    @ui.page(f"{HOME}/records")
    async def records(
        request: Request, reason: str = "", field: str = "", source: str = ""
    ) -> Response | None:
        sieve = Sieve(reason[:32], field[:64], source[:64])

        async def draw(known: Visitor, notice: Notice) -> None:
            await Desk(console, known, notice, sieve).begin()

        return await opened(console, request, (PAGE,), say("quarantine.records"), "", draw)


@dataclass(frozen=True, slots=True)
class Sieve:
    """Which records; what is empty lets everything through."""

    reason: str
    field: str
    source: str

    @property
    def name(self) -> str:
        said = (cause(self.reason) if self.reason else "", self.field, system(self.source))
        return " · ".join(part for part in said if part) or say("quarantine.all")

    def asked(self) -> dict[str, str]:
        """As the query of a list."""
        return {"reason": self.reason, "field": self.field, "source": self.source, "state": "open"}

    def wish(self) -> dict[str, str]:
        """As a part of what is asked of all of them."""
        return {"reason_of": self.reason, "field": self.field, "source": self.source}

    def __bool__(self) -> bool:
        return bool(self.reason or self.field or self.source)


class Desk:
    """The records of a group as one viewer works on them."""

    def __init__(self, console: Console, known: Visitor, notice: Notice, sieve: Sieve) -> None:
        self._console, self._known, self._notice, self._sieve = console, known, notice, sieve
        self._may = offered(console.roles, known.signed.role)
        self._found: list[Record] = []
        self._chosen: dict[str, ui.checkbox] = {}
        self._whole: ui.checkbox | None = None
        self._tried: DeskAct | None = None
        """The dry run whose result stands on the page: what is sent again is exactly that."""

    async def begin(self) -> None:
        ui.link(say("quarantine.back"), HOME).classes("back")
        text("h2", self._sieve.name)
        self._body, self._talk = box("sheet"), box("")
        await self.refresh()

    async def refresh(self) -> None:
        """Read the group again and begin anew."""
        asked = self._console.office.desk(
            "GET", "/records", self._known.token, params={**self._sieve.asked(), "limit": MOST}
        )
        answer = await told(self._console, self._known, self._notice, asked)
        if answer is None:
            return
        self._notice.show("")
        self._found = [Record.model_validate(each) for each in answer["records"]]
        self._chosen, self._whole, self._tried = {}, None, None
        self._body.clear()
        with self._body:
            if not self._found:
                text("p", say("quarantine.none"), "empty")
                return
            with box("bench"):
                self._list()
                if self._may:
                    with box("sheet"):
                        self._tools()
                        self._result = box("sheet")

    def _list(self) -> None:
        shown = self._found[:SHOWN]
        with box("card", "section"):
            n, more = formats.number(len(self._found)), "+" if len(self._found) >= MOST else ""
            text("p", say("quarantine.shown", n=formats.number(len(shown)), of=n + more), "soft")
            table(tuple(map(say, COLUMNS)), [self._row(each) for each in shown], "desk")
            if self._sieve and len(self._found) > len(shown) and self._may:
                self._whole = ui.checkbox(say("quarantine.whole", n=n + more), on_change=kept(self._changed))
                self._whole.classes("step")

    def _row(self, record: Record) -> list[Cell]:
        return [
            self._tick(record),
            formats.moment(record.at, self._console.clock.now()),
            system(record.source),
            kind_of(record.type),
            record.unit,
            record.field,
            record.value,
            lambda: ui.link(record.id, record.path),
        ]

    def _tick(self, record: Record) -> Cell:
        def tick() -> None:
            ticked = ui.checkbox(value=len(self._found) == 1, on_change=kept(self._changed)).classes("step")
            ticked.props["aria-label"] = say("quarantine.choose", record=record.id)
            self._chosen[record.id] = ticked

        return tick if self._may else ""

    def _tools(self) -> None:
        with box("card", "section"):
            self._count = text("h2", "")
            with box("do actions"):
                button(say("quarantine.choose_all"), lambda: self._tick_all(True))
                button(say("quarantine.choose_none"), lambda: self._tick_all(False))
                if Kind.discard in self._may:
                    button(say("quarantine.discard"), self._discard)
        types = {each.type for each in self._found}
        fields = mendable(types)
        if Kind.dry_run in self._may:
            wrong = mended_field(self._found[0].field, fields)
            with box("card", "section"):
                self._changes = Changes(self._console, fields, wrong, self._found, self._changed)
                with box("do actions"):
                    button(say("quarantine.add_change"), self._changes.add)
                    button(say("quarantine.try"), self._try, primary=True)
        self._changed()

    def _tick_all(self, value: bool) -> None:
        for each in self._chosen.values():
            each.value = value

    def _picked(self) -> list[str]:
        return [record for record, ticked in self._chosen.items() if ticked.value]

    def _changed(self) -> None:
        """Something else is meant now: what was tried before says nothing about it."""
        whole = self._whole is not None and bool(self._whole.value)
        n = len(self._found) if whole else len(self._picked())
        more = "+" if whole and n >= MOST else ""
        self._count.set_text(say("quarantine.picked", n=formats.number(n) + more))
        if self._tried is not None:
            self._tried = None
            self._result.clear()

    def _meant(self) -> dict[str, Any] | None:
        """The records that are meant; None: none is chosen, which is said."""
        if self._whole is not None and self._whole.value:
            return dict(self._sieve.wish())
        picked = self._picked()
        if not picked:
            ui.notify(say("quarantine.choose_first"), type="warning")
        return {"records": picked} if picked else None

    async def _try(self) -> None:
        meant, mends = self._meant(), self._changes.mends()
        if meant is None or mends is None:
            return
        done = await self._send({"kind": Kind.dry_run, "mends": mends, **meant})
        if done is None or done.act is None:
            return
        self._tried = done.act
        values = done.act.outcome.get("values", [])
        known = await told(
            self._console, self._known, self._notice, indicators(self._console.reading, values)
        )
        self._result.clear()
        with self._result:
            outcome(self._console, done.act, known or {})
            if Kind.replay in self._may and done.act.good:
                self._offer(done.act)

    def _offer(self, tried: DeskAct) -> None:
        """Send again what the dry run found good, changed as it was tried."""
        n = len(tried.good)
        with box("do actions"):
            button(say("quarantine.replay", n=formats.number(n)), self._replay(tried), primary=True)
        self._second(n)

    def _second(self, n: int) -> None:
        limits = self._console.roles.desk
        if n > limits.bulk_over:
            text("p", say("quarantine.second", n=limits.bulk_over, minutes=limits.confirm_minutes), "soft")

    def _replay(self, tried: DeskAct) -> Callable[[], Awaitable[None]]:
        async def send() -> None:
            if self._tried is not tried:
                return
            done = await self._send({"kind": Kind.replay, "records": tried.good, "mends": tried.mends})
            if done is not None and done.done:
                await self.refresh()

        return send

    async def _discard(self) -> None:
        meant = self._meant()
        if meant is None:
            return
        with self._talk, ui.dialog(value=True) as dialog, box("console dialog"):
            text("h2", say("quarantine.discard"))
            text("p", say("quarantine.discard_ask"), "soft")
            reasons = {each.value: named("discard", each.value) for each in Why}
            chosen = ui.select(reasons, label=say("reason_code"), value=Why.sent_again.value)
            chosen.props("outlined dark options-dark").classes("choice")
            self._second(len(meant["records"]) if "records" in meant else len(self._found))
            with box("do"):
                button(say("cancel"), dialog.close)
                button(say("confirm"), lambda: dialog.submit(True), primary=True)
        agreed = await dialog
        reason = str(chosen.value)
        dialog.delete()
        if agreed:
            done = await self._send({"kind": Kind.discard, "reason": reason, **meant})
            if done is not None and done.done:
                await self.refresh()

    async def _send(self, wish: dict[str, Any]) -> Done | None:
        with self._talk:  # what was pressed may be gone by the time of the answer
            ui.notify(say("sending"), type="ongoing", timeout=1000)
            asked = ask(self._console, self._known, wish)
            done = await told(self._console, self._known, self._notice, asked)
            if done is not None:
                ui.notify(done.said, type="positive" if done.done else "negative")
            return done
