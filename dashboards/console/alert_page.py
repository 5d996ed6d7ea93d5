"""`/console/alert/REF`: one alert, what can be done about it, its procedure, its cases and its history."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response
from nicegui import ui

from dashboards.console.acting import act, wish
from dashboards.console.asking import Asking
from dashboards.console.behind import Behind
from dashboards.console.frame import Notice, box, button, text
from dashboards.console.lists import TONE, Alert
from dashboards.console.orders_page import ask_link
from dashboards.console.pages import opened, told
from dashboards.console.permitted import may_step, offered
from dashboards.console.reading import Row
from dashboards.console.sessions import Visitor
from dashboards.console.state import Console
from ioc.alerts import Rule
from ioc.messages import formats, kept, named, of, say

LOOK_EVERY_S = 2.0


def install(_: FastAPI, console: Console) -> None:
    @ui.page("/console/alert/{ref}")
    async def alert(request: Request, ref: str) -> Response | None:
        async def draw(known: Visitor, notice: Notice) -> None:
            await Sheet(console, known, notice, ref).begin()

        return await opened(console, request, ("alerts", "console"), "", "", draw)


class Sheet:
    """One alert as one viewer sees it; drawn anew when its state has changed."""

    def __init__(self, console: Console, known: Visitor, notice: Notice, ref: str) -> None:
        self._console, self._known, self._notice, self._ref = console, known, notice, ref
        self._alert: Alert | None = None
        self._shown: tuple[int, str] | None = None
        self._behind = Behind(console, known, notice)

    async def begin(self) -> None:
        if self._known.opens("console"):
            ui.link(say("back"), "/console").classes("back")
        self._body, self._dialogs = box("sheet"), box("")
        with self._body:
            text("p", say("wait"), "empty")
        await self.refresh()
        ui.timer(LOOK_EVERY_S, self.refresh, immediate=False)

    async def refresh(self) -> None:
        """Ask again; draw anew what changed. What could not be read is asked for again the next time."""
        mine = await told(self._console, self._known, self._notice, self._mine())
        if mine is None:
            return
        if not mine:
            self._notice.show("")
            self._shown = None
            self._body.clear()
            with self._body:
                text("p", say("gone"), "empty")
            return
        read = Alert.model_validate(mine[0])
        shown = (read.seqno, read.status)
        if self._alert is not None and read.seqno < self._alert.seqno:
            # Read before what we did ourselves was in it: what was answered to us counts.
            known = {"status": self._alert.status, "seqno": self._alert.seqno}
            read = read.model_copy(update=known)
        self._alert, rule = read, self._console.rules.get(read.rule)
        if shown != self._shown:
            self._shown = shown
            self._draw(read, rule)
        self._tell(read)
        whole = [await self._tell_history(read, rule), await self._behind.show(read, rule)]
        if all(whole):
            self._notice.show("")

    async def _mine(self) -> list[dict[str, Any]]:
        """This alert, if there is one that the role sees."""
        found = await self._console.office.alert(self._known.token, self._ref)
        return [found] if found else []

    def _current(self) -> Alert:
        """As it stands on the page; only asked when something stands there."""
        if self._alert is None:
            raise LookupError(f"alert {self._ref}: not shown yet")
        return self._alert

    def _tell(self, alert: Alert) -> None:
        now, entry = self._console.clock.now(), self._console.entry(alert)
        ended = alert.status in ("resolved", "closed")
        said = "" if ended else self._console.time(entry)
        self._time.set_text(said)
        self._time.classes(replace="time overdue" if entry.overdue(now) and not ended else "time")

    def _draw(self, alert: Alert, rule: Rule | None) -> None:
        self._body.clear()
        with self._body:
            self._head(alert, rule)
            self._actions(alert, rule)
            ask_link(self._console, self._known, "alert", alert.alert_ref, alert.to_unit or alert.unit)
            with box("columns"):
                with box("card", "section"):
                    self._procedure(alert, rule)
                self._behind.place()
                with box("card", "section"):
                    text("h2", say("history"))
                    self._steps = box("steps")
                    self._read_steps = False
        ui.page_title(f"{alert.name} · {self._console.unit_name(alert.unit)}")

    async def _tell_history(self, alert: Alert, rule: Rule | None) -> bool:
        """The steps so far, once for each state of the alert; False when they could not be read."""
        if self._read_steps:
            return True
        asked = self._console.reading.alert_history(alert.alert_ref)
        steps = await told(self._console, self._known, self._notice, asked)
        self._read_steps = steps is not None
        self._steps.clear()
        with self._steps:
            if steps is None:
                text("p", say("history.unread"), "empty")
            for step in steps or ():
                self._step(step, rule)
        return self._read_steps

    def _head(self, alert: Alert, rule: Rule | None) -> None:
        with box(f"alert head {TONE.get(alert.severity, 'soft')}"):
            with box("what"):
                text("span", named("severity", alert.severity), "severity")
                text("h2", alert.name, "name")
                text("span", self._console.unit_name(alert.unit), "unit soft")
            with box("how"):
                self._time = text("b", "", "time")
                text("span", " · ".join(self._facts(alert, rule)), "soft")

    def _facts(self, alert: Alert, rule: Rule | None) -> list[str]:
        console = self._console
        said = [named("status", alert.status)]
        said.append(say("raised", at=formats.moment(alert.raised_at, console.clock.now())))
        if alert.breaches:
            said.append(say("cases", n=formats.number(alert.breaches)))
        if alert.owner:
            said.append(say("owner", role=console.role_name(alert.owner)))
        if alert.to_unit:
            said.append(say("assigned_to", whom=console.unit_name(alert.to_unit)))
        if alert.reason:
            said.append(say("reason", reason=reason_words(rule, alert.reason)))
        return said

    def _actions(self, alert: Alert, rule: Rule | None) -> None:
        console, known = self._console, self._known
        own = console.owns(known, alert)
        with box("do actions"):
            for action in offered(console.roles, known.signed.role, alert, own=own):
                asking = Asking(console, self._current, rule, action, self._send, self._dialogs)
                button(say(f"action.{action}"), asking.begin, primary=action == "acknowledge")

    def _procedure(self, alert: Alert, rule: Rule | None) -> None:
        text("h2", say("procedure"))
        if rule is None:
            text("p", say("procedure.none"), "empty")
            return
        own = self._console.owns(self._known, alert)
        open_ = may_step(self._console.roles, self._known.signed.role, alert, own=own)
        for step in rule.procedure:
            done = step.id in alert.steps
            ticked = ui.checkbox(of(step.text), value=done).classes("step")
            if done or not open_:
                ticked.disable()  # what was done stays done: its event is in the ledger
            else:
                ticked.on_value_change(kept(self._on_step(step.id)))

    def _on_step(self, step: str) -> Callable[[], Awaitable[None]]:
        async def tick() -> None:
            if self._alert is not None:
                await self._send(wish(self._alert, "step", step=step))

        return tick

    def _step(self, step: Row, rule: Rule | None) -> None:
        console = self._console
        said = [named("status", step["state"])]
        if step["step"]:
            texts = {each.id: of(each.text) for each in rule.procedure} if rule else {}
            said = [f"✓ {texts.get(step['step'], step['step'])}"]
        if step["reason"]:
            said.append(say("reason", reason=reason_words(rule, step["reason"])))
        if step["to_role"] or step["to_unit"]:
            unit = console.unit_name(step["to_unit"]) if step["to_unit"] else ""
            whom = ", ".join(part for part in (console.role_name(step["to_role"]), unit) if part)
            said[-1] = f"{said[-1]} → {whom}"
        with box("case"):
            text("span", " · ".join(said))
            at = formats.moment(step["at"], console.clock.now())
            text("span", f"{at} · {console.role_name(step['role'])}", "soft")

    async def _send(self, asked: dict[str, object]) -> None:
        if self._alert is None:
            return
        acting = act(self._console, self._known, self._alert, asked)
        with self._dialogs:  # the button that was pressed may be gone by the time of the answer
            ui.notify(say("sending"), type="ongoing", timeout=1000)
            done = await told(self._console, self._known, self._notice, acting)
            if done is not None:
                ui.notify(done.said, type="positive" if done.done else "negative")
                self._alert = done.alert or self._alert
            self._shown = None  # also after a refusal: a ticked box must show what is
            await self.refresh()


def reason_words(rule: Rule | None, code: str) -> str:
    """The words of a reason code in its rule."""
    texts = {each.code: of(each.text) for each in rule.reasons} if rule else {}
    return texts.get(code, code)
