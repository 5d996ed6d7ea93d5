"""`/console/orders`: tasks and corrections by urgency and unit; `/new`: asking for one."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response
from nicegui import ui

from dashboards.console.frame import Notice, box, button, text
from dashboards.console.office import OfficeRefused
from dashboards.console.orders import HOME, PAGES, Order, asking, offered, ordered, when
from dashboards.console.pages import opened, told
from dashboards.console.sessions import Visitor
from dashboards.console.state import Console
from ioc.clock import VIETNAM
from ioc.messages import formats, named, say
from ioc.orders import ABOUT, ASKING, CODES, Act, Declined, Kind

LOOK_EVERY_S = 10.0
ABOUTS = ("alert", "kpi", "case")
WINDOWS = ("ytd", "month", "week", "day")
DAYS = 7
"""How far ahead a deadline is offered."""
LEADERS = 5
"""Orders that a leader's page shows."""


def install(_: FastAPI, console: Console) -> None:
    @ui.page(HOME)
    async def orders(request: Request) -> Response | None:
        async def draw(known: Visitor, notice: Notice) -> None:
            await Listed(console, known, notice).begin()

        return await opened(console, request, PAGES, say("orders"), HOME, draw)

    @ui.page(f"{HOME}/new")
    async def new(request: Request, about: str = "", ref: str = "", unit: str = "") -> Response | None:
        async def draw(known: Visitor, notice: Notice) -> None:
            _form(console, known, notice, about, ref[:64], unit[:16])

        return await opened(console, request, PAGES, say("orders.new"), "", draw)


def may_ask(console: Console, known: Visitor, about: str, unit: str) -> list[Kind]:
    """What the viewer may ask for about something of a unit."""
    own, role = unit in console.mine(known), known.signed.role
    fits = (kind for kind in Kind if about in ABOUT[kind])
    return [kind for kind in fits if console.roles.may(role, ASKING[kind], own=own)]


def ask_link(console: Console, known: Visitor, about: str, ref: str, unit: str) -> None:
    """A link to the form, for who may ask."""
    for kind in may_ask(console, known, about, unit)[:1]:
        ui.link(say(f"orders.ask.{kind}"), asking(about, ref, unit)).classes("button")


async def standing(console: Console, known: Visitor, notice: Notice) -> None:
    """On a leader's page: what is ordered and not done, the most urgent first."""
    if not known.opens("orders"):
        return
    found = await told(console, known, notice, console.office.orders("GET", "", known.token))
    if found is None:
        return
    today = console.clock.now().astimezone(VIETNAM).date()
    rows = [each for each in ordered(map(Order.model_validate, found["orders"])) if not each.over]
    with box("card", "section"):
        text("h2", say("orders"))
        if not rows:
            text("p", say("orders.none"), "empty")
        for order in rows[:LEADERS]:
            with box(f"case decision {order.tone(today)}"):
                ui.link(order.name, order.target).classes("name")
                text("span", console.unit_name(order.unit), "soft")
                text("b", when(order.due), "time overdue" if order.late(today) else "time")
        ui.link(f"{say('orders.all')} ({len(rows)})", HOME).classes("more")


class Listed:
    """The list as one viewer sees it; drawn anew when something else is to be said."""

    def __init__(self, console: Console, known: Visitor, notice: Notice) -> None:
        self._console, self._known, self._notice = console, known, notice
        self._shown: object = None

    async def begin(self) -> None:
        text("p", say("orders.about"), "soft")
        self._body, self._talk = box("sheet"), box("")
        await self.refresh()
        ui.timer(LOOK_EVERY_S, self.refresh, immediate=False)

    async def refresh(self) -> None:
        """Ask again; what cannot be had leaves what stands there."""
        asked = self._console.office.orders("GET", "", self._known.token)
        found = await told(self._console, self._known, self._notice, asked)
        if found is None:
            return
        self._notice.show("")
        today = self._console.clock.now().astimezone(VIETNAM).date()
        if (found, today) == self._shown:
            return  # so that the focus stays where it is
        self._shown = (found, today)
        rows = ordered(map(Order.model_validate, found["orders"]))
        self._body.clear()
        with self._body:
            fixes = [each for each in rows if each.kind is Kind.correction]
            if self._known.opens("orders"):
                self._part(say("orders.tasks"), [each for each in rows if each not in fixes], today)
            if self._known.opens("corrections"):
                self._part(say("orders.fixes"), fixes, today)

    def _part(self, title: str, rows: list[Order], today: date) -> None:
        with box("card", "section"):
            text("h2", title)
            if not rows:
                text("p", say("orders.none"), "empty")
            for order in rows:
                self._order(order, today)

    def _order(self, order: Order, today: date) -> None:
        console, now = self._console, self._console.clock.now()
        with box(f"case order {order.tone(today)}"):
            with box("what"):
                if order.about != "case" or self._known.opens("console"):
                    ui.link(order.name, order.target).classes("name")
                else:
                    text("b", order.name, "name")
                what = "" if order.about == "alert" else f" · {order.ref}"
                text("span", f"{console.unit_name(order.unit)}{what}", "link")
                said = [console.role_name(order.asked_role), formats.moment(order.asked_at, now)]
                text("span", " · ".join(said), "soft")
                state = [named("order_state", order.state)]
                state += [named("order_declined", order.answer)] if order.answer else []
                state += [say("orders.event", id=order.event)] if order.event else []
                if order.due is not None:
                    state.append(say("orders.due", day=when(order.due)))
                late = order.late(today)
                text("b" if late else "span", " · ".join(state), "late" if late else "")
            with box("do"):
                own, signed = order.unit in console.mine(self._known), self._known.signed
                for act in offered(console.roles, signed.role, signed.account, order, own=own):
                    button(named("order_act", act), self._act(order, act), primary=act is not Act.withdraw)

    def _act(self, order: Order, act: Act) -> Callable[[], Awaitable[None]]:
        async def do() -> None:
            with self._talk:  # the line that was pressed may be gone by the time of the answer
                more = await _more(act)
                if more is None:
                    return
                body = {"act": act.value, "seen": order.seqno, **more}
                if await _sent(self._console, self._known, self._notice, f"/{order.id}/steps", body):
                    ui.notify(say("orders.done"), type="positive")
                self._shown = None
                await self.refresh()

        return do


async def _more(act: Act) -> dict[str, str] | None:
    """What an answer needs beside itself; None: it was not meant."""
    if act not in (Act.accept, Act.decline):
        return {}
    with ui.dialog(value=True) as dialog, box("console dialog"):
        text("h2", named("order_act", act))
        if act is Act.accept:
            text("p", say("orders.accept_about"), "soft")
            field: Any = ui.input(say("orders.event_id")).props("outlined dark maxlength=64")
        else:
            reasons = {each.value: named("order_declined", each) for each in Declined}
            field = _choice(say("orders.why"), reasons, next(iter(reasons)))
        field.classes("choice")
        with box("do"):
            button(say("cancel"), dialog.close)
            button(say("confirm"), lambda: dialog.submit(True), primary=True)
    meant, value = await dialog, str(field.value or "").strip()
    dialog.delete()
    if not meant:
        return None
    return {"event" if act is Act.accept else "code": value}


async def _sent(console: Console, known: Visitor, notice: Notice, path: str, body: dict[str, Any]) -> bool:
    """Whether the gateway took it; why not is told to the viewer."""
    return bool(await told(console, known, notice, _asked(console, known, path, body)))


async def _asked(console: Console, known: Visitor, path: str, body: dict[str, Any]) -> bool:
    try:
        await console.office.orders("POST", path, known.token, json=body)
    except OfficeRefused as refused:
        if refused.ended or refused.status == 503:
            raise
        ui.notify(say("refused_because", reason=named("why", refused.code)), type="negative")
        return False
    return True


def _form(console: Console, known: Visitor, notice: Notice, about: str, ref: str, unit: str) -> None:
    """Ask for something about an alert, a number or a case."""
    kinds = may_ask(console, known, about, unit) if about in ABOUTS and ref else []
    if not kinds:
        text("p", say("orders.start"), "empty")
        return
    today = console.clock.now().astimezone(VIETNAM).date()
    kind_names = {each.value: named("order_kind", each) for each in kinds}
    with box("card", "section"):
        text("p", f"{named('order_about', about)} · {ref}", "link")
        with box("change"):
            what = _choice(say("orders.what"), kind_names, kinds[0].value)
            code = _choice(say("orders.code"), _codes(kinds[0]), CODES[kinds[0]][0])
            places = {each.code: each.name for each in console.catalogue.units.valid(today)}
            if not known.sees_all:
                places = {each: name for each, name in places.items() if each in console.mine(known)}
            place = _choice(say("orders.unit"), places, unit if unit in places else None)
            spans = {each: named("window", each) for each in WINDOWS}
            window = _choice(say("col.window"), spans, WINDOWS[0])
            window.set_visibility(about == "kpi")
            due = ui.input(say("orders.by"), value=(today + timedelta(days=DAYS)).isoformat())
            due.props("outlined dark stack-label type=date").classes("choice")
            due.set_visibility(kinds[0] is Kind.order)

        def other() -> None:
            kind = Kind(what.value)
            code.set_options(_codes(kind), value=CODES[kind][0])
            due.set_visibility(kind is Kind.order)

        async def send() -> None:
            wish: dict[str, Any] = {"kind": what.value, "about": about, "ref": ref, "unit": place.value or ""}
            wish |= {"code": code.value, "window": window.value if about == "kpi" else None}
            wish |= {"due": due.value if what.value == Kind.order else None}
            if await _sent(console, known, notice, "", wish):
                ui.navigate.to(HOME)

        what.on_value_change(other)
        with box("do"):
            button(say("orders.send"), send, primary=True)


def _codes(kind: Kind) -> dict[str, str]:
    return {each: named("order_code", each) for each in CODES[kind]}


def _choice(label: str, options: dict[str, str], value: str | None) -> ui.select:
    made = ui.select(options, label=label, value=value)
    return made.props("outlined dark options-dark").classes("choice")
