"""`/console/alert/REF`: one alert, what can be done about it, its procedure, its cases and its history."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import Response
from nicegui import ui

from dashboards.console.acting import act, wish
from dashboards.console.asking import Asking
from dashboards.console.frame import Notice, box, button, text
from dashboards.console.lists import TONE, Alert
from dashboards.console.orders_page import ask_link
from dashboards.console.pages import opened, told
from dashboards.console.permitted import may_step, offered
from dashboards.console.reading import MOST, Row, shows_cases
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

    async def begin(self) -> None:
        if self._known.opens("console"):
            ui.link(say("back"), "/console").classes("back")
        self._body, self._dialogs = box("sheet"), box("")
        with self._body:
            text("p", say("wait"), "empty")
        await self.refresh()
        ui.timer(LOOK_EVERY_S, self.refresh, immediate=False)

    async def refresh(self) -> None:
        """Ask again; draw anew if it changed."""
        mine = await told(self._console, self._known, self._notice, self._mine())
        if mine is None:
            return
        self._notice.show("")
        if not mine:
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
        self._alert = read
        if shown != self._shown:
            self._shown = shown
            await self._draw(self._alert)
        self._tell(self._alert)

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

    async def _draw(self, alert: Alert) -> None:
        console, rule = self._console, self._console.rules.get(alert.rule)
        history, cases = await self._read(alert, rule)
        self._body.clear()
        with self._body:
            self._head(alert, rule)
            self._actions(alert, rule)
            ask_link(console, self._known, "alert", alert.alert_ref, alert.to_unit or alert.unit)
            with box("columns"):
                with box("card", "section"):
                    self._procedure(alert, rule)
                with box("card", "section"):
                    self._behind(alert, rule, cases)
                with box("card", "section"):
                    text("h2", say("history"))
                    for step in history:
                        self._step(step, rule)
        ui.page_title(f"{alert.name} · {console.unit_name(alert.unit)}")

    async def _read(self, alert: Alert, rule: Rule | None) -> tuple[list[Row], list[Row]]:
        ask = self._console.reading
        told_ = await told(self._console, self._known, self._notice, ask.alert_history(alert.alert_ref))
        cases: list[Row] | None = []
        if rule is not None and self._known.sees_cases:
            cases = await told(self._console, self._known, self._notice, ask.behind(rule, alert.unit))
        return told_ or [], cases or []

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

    def _behind(self, alert: Alert, rule: Rule | None, cases: list[Row]) -> None:
        text("h2", say("behind"))
        if alert.kpi:
            unit = alert.unit or self._console.tenant
            ui.link(say("evidence"), f"/leader/evidence/{alert.kpi}/{unit}").classes("evidence")
        if rule is not None and rule.personal:
            text("p", say("behind.personal"), "empty")
        elif rule is not None and rule.over == "values":
            text("p", say("behind.values"), "empty")
        elif rule is None or not shows_cases(rule):
            text("p", say("behind.sources"), "empty")
        elif not cases:
            text("p", say("behind.none"), "empty")
        now = self._console.clock.now()
        for case in cases:
            with box("case"):
                ui.link(case["subject"], f"/console/case/{quoted(case['subject'])}")
                text("span", say("since", age=formats.age((now - case["since"]).total_seconds())), "soft")
        if len(cases) >= MOST:
            text("p", say("behind.first", n=MOST), "soft")

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


def quoted(subject: str) -> str:
    """A subject as one part of an address."""
    return quote(subject, safe="")
