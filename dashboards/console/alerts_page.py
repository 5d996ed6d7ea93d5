"""`/console`: open alerts, the most urgent first or by unit, kept up to date while one looks."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from fastapi.responses import Response
from nicegui import ui

from dashboards.console.acting import act, wish
from dashboards.console.frame import Notice, box, button, text
from dashboards.console.lists import TONE, Alert, Entry, by_unit, ordered
from dashboards.console.pages import opened, told
from dashboards.console.permitted import offered
from dashboards.console.sessions import Visitor
from dashboards.console.state import Console
from ioc.messages import formats, kept, named, say

LOOK_EVERY_S = 1.0
"""For an urgent document seconds count; those who look are the few on duty."""
Act = Callable[[Alert], Awaitable[None]]


def install(_: FastAPI, console: Console) -> None:
    @ui.page("/console")
    async def alerts(request: Request) -> Response | None:
        async def draw(known: Visitor, notice: Notice) -> None:
            await Listing(console, known, notice).begin()

        return await opened(console, request, ("console",), say("alerts"), "/console", draw)


class Line:
    """One alert on one page; only its words change until its state does."""

    def __init__(self, console: Console, known: Visitor, entry: Entry, acknowledge: Act) -> None:
        alert = entry.alert
        self._console = console
        tone = TONE.get(alert.severity, "soft")
        with box(f"alert {tone}", "article"):
            with box("what"):
                text("span", named("severity", alert.severity), "severity")
                ui.link(alert.name, f"/console/alert/{alert.alert_ref}").classes("name")
                text("span", console.unit_name(alert.unit), "unit soft")
            with box("how"):
                self._time = text("b", "", "time")
                text("span", self._standing(alert), "soft")
            with box("do"):
                own = console.owns(known, alert)
                if "acknowledge" in offered(console.roles, known.signed.role, alert, own=own):
                    button(say("action.acknowledge"), lambda: acknowledge(alert), primary=True)
                ui.link(say("open"), f"/console/alert/{alert.alert_ref}").classes("button")

    def _standing(self, alert: Alert) -> str:
        said = [named("status", alert.status)]
        if alert.breaches:
            said.append(say("cases", n=formats.number(alert.breaches)))
        whom = self._console.unit_name(alert.to_unit) if alert.to_unit else ""
        return " · ".join([*said, *([say("assigned_to", whom=whom)] if whom else [])])

    def tell(self, entry: Entry) -> None:
        now = self._console.clock.now()
        self._time.set_text(self._console.time(entry))
        self._time.classes(replace="time overdue" if entry.overdue(now) else "time")


class Listing:
    """The list of one viewer."""

    def __init__(self, console: Console, known: Visitor, notice: Notice) -> None:
        self._console, self._known, self._notice = console, known, notice
        self._entries: list[Entry] = []
        self._lines: dict[str, Line] = {}
        self._shown: object = None
        self._units = False

    async def begin(self) -> None:
        with box("tools"):
            self._count = text("span", say("wait"), "soft")
            self._toggle = (
                ui.toggle(
                    {False: say("alerts.urgency"), True: say("alerts.unit")},
                    value=False,
                    on_change=kept(self._sort),
                )
                .props("no-caps unelevated toggle-color=none")
                .classes("toggle")
            )
        self._list = box("alerts")
        await self.refresh()
        ui.timer(LOOK_EVERY_S, self.refresh, immediate=False)

    def _sort(self) -> None:
        self._units = bool(self._toggle.value)
        self._draw()

    async def refresh(self) -> None:
        """Ask again; what cannot be had leaves the old list, greyed."""
        console, known = self._console, self._known
        found = await told(console, known, self._notice, console.office.alerts(known.token))
        self._list.classes(remove="old") if found is not None else self._list.classes(add="old")
        if found is None:
            return
        self._notice.show("")
        self._entries = [console.entry(Alert.model_validate(each)) for each in found]
        self._draw()

    def _draw(self) -> None:
        now = self._console.clock.now()
        groups = by_unit(self._entries, now) if self._units else [("", ordered(self._entries, now))]
        # Built anew only when an alert came, went or changed: the focus stays where it is.
        order = [(unit, [(e.alert.alert_ref, e.alert.seqno) for e in group]) for unit, group in groups]
        if (self._units, order) != self._shown:
            self._shown = (self._units, order)
            self._build(groups)
        for entry in self._entries:
            self._lines[entry.alert.alert_ref].tell(entry)
        overdue = sum(entry.overdue(now) for entry in self._entries)
        self._count.set_text(
            say("alerts.count", n=formats.number(len(self._entries)), overdue=formats.number(overdue))
        )

    def _build(self, groups: list[tuple[str, list[Entry]]]) -> None:
        self._list.clear()
        self._lines = {}
        with self._list:
            if not self._entries:
                text("p", say("alerts.none"), "empty")
            for unit, group in groups:
                if self._units:
                    text("h2", self._console.unit_name(unit))
                for entry in group:
                    line = Line(self._console, self._known, entry, self._acknowledge)
                    self._lines[entry.alert.alert_ref] = line

    async def _acknowledge(self, alert: Alert) -> None:
        asked = act(self._console, self._known, alert, wish(alert, "acknowledge"))
        with self._list:  # the line that was pressed may be gone by the time of the answer
            ui.notify(say("sending"), type="ongoing", timeout=1000)
            done = await told(self._console, self._known, self._notice, asked)
            if done is not None:
                ui.notify(done.said, type="positive" if done.done else "negative")
            await self.refresh()
