"""The dialog in front of an action that needs to know more: to whom, why, for how long."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from dashboards.console.acting import SHELVES, until, wish
from dashboards.console.frame import box, button, text
from dashboards.console.lists import Alert
from dashboards.console.state import Console
from ioc.alerts import Rule
from ioc.messages import of, say

Seen = Callable[[], Alert]
"""The alert as it stands on the page."""
Send = Callable[[dict[str, object]], Awaitable[None]]
AT_ONCE = frozenset({"acknowledge"})
RECEIVING = ("truong_ca_ioc", "truc_ca_ioc", "chanh_van_phong", "thu_truong_don_vi", "chuyen_vien", "van_thu",
             "mot_cua", "publisher_owner", "data_steward", "lanh_dao_bo")  # fmt: skip
"""Roles that alerts are given to; the others do no work on them."""


class Asking:
    """One action of one alert. `where`: what outlives the button, for the alert may change meanwhile."""

    def __init__(
        self, console: Console, seen: Seen, rule: Rule | None, action: str, send: Send, where: ui.element
    ) -> None:
        self._console, self._seen, self._rule, self._action, self._send = console, seen, rule, action, send
        self._where = where
        self._chosen: dict[str, ui.select] = {}

    async def begin(self) -> None:
        """Do it, or ask first."""
        self._alert = self._seen()
        if self._action in AT_ONCE:
            await self._send(wish(self._alert, self._action))
            return
        with self._where, ui.dialog(value=True) as dialog, box("console dialog"):
            text("h2", say(f"action.{self._action}"))
            text("p", say(f"ask.{self._action}"), "soft")
            self._fields()
            with box("do"):
                button(say("cancel"), dialog.close)
                button(say("confirm"), lambda: dialog.submit(True), primary=True)
        if await dialog:
            values = {name: str(chosen.value) for name, chosen in self._chosen.items() if chosen.value}
            minutes = values.pop("minutes", "")
            if minutes:
                values["until"] = until(self._console, int(minutes))
            await self._send(wish(self._alert, self._action, **values))
        dialog.delete()

    def _fields(self) -> None:
        match self._action:
            case "assign":
                self._choose("to_unit", self._units(), self._alert.unit)
                self._choose("to_role", self._roles(), "thu_truong_don_vi")
            case "escalate":
                self._choose("to_role", {"": say("next_level"), **self._roles()}, "")
            case "explain":
                reasons = self._reasons()
                self._choose("reason_code", reasons, next(iter(reasons), ""))
            case "resolve" | "close":
                self._choose("reason_code", {"": say("no_reason"), **self._reasons()}, "")
            case "shelve":
                lengths = self._lengths()
                self._choose("minutes", lengths, next(iter(lengths), ""))
                self._choose("reason_code", {"": say("no_reason"), **self._reasons()}, "")

    def _choose(self, name: str, options: dict[str, str], value: str) -> None:
        label = say("ask.shelve") if name == "minutes" else say(name)
        chosen = ui.select(options, label=label, value=value if value in options else None)
        self._chosen[name] = chosen.props("outlined dark options-dark").classes("choice")

    def _roles(self) -> dict[str, str]:
        return {role: self._console.role_name(role) for role in RECEIVING if role in self._console.roles}

    def _units(self) -> dict[str, str]:
        units = self._console.catalogue.units.valid(self._console.clock.now().date())
        return {unit.code: unit.name for unit in units}

    def _reasons(self) -> dict[str, str]:
        return {each.code: of(each.text) for each in self._rule.reasons} if self._rule else {}

    def _lengths(self) -> dict[str, str]:
        longest = self._rule.shelve_max_minutes if self._rule else SHELVES[1]
        # The server's clock may be a little behind ours: never ask for the very last minute.
        offered = [n for n in SHELVES if n < longest] or [longest - 1]
        return {str(n): length(n) for n in offered}


def length(minutes: int) -> str:
    """A time to put something aside for: `15 phút`, `4 giờ`, `1 ngày`."""
    for size, key in ((1440, "days"), (60, "hours")):
        if minutes % size == 0:
            return say(key, n=minutes // size)
    return say("minutes", n=minutes)
