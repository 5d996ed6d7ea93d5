"""The form in which a change is proposed: what, from which number to which, from when, and why."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from nicegui import ui

from dashboards.console.frame import box, button, text
from dashboards.console.targets import Entry, names, part
from ioc.clock import VIETNAM, Clock
from ioc.decisions import What, Why
from ioc.messages import kept, named, of, say

Ask = Callable[[str, Mapping[str, Any] | None], Awaitable[bool]]


class Form:
    """One proposal; the gateway judges it."""

    def __init__(self, listed: Sequence[Entry], clock: Clock, ask: Ask) -> None:
        self._listed, self._clock, self._ask = names(listed), clock, ask
        self._numbers: dict[str, ui.number] = {}
        self._before: dict[str, float] = {}
        with box("card", "section"):
            text("h2", say("targets.propose"))
            text("p", say("targets.propose_about"), "soft")
            with box("changes"):
                kinds = {each.value: named("change_what", each.value) for each in What}
                self._what = _select(kinds, say("targets.what"), What.target.value)
                self._place = box("change")
                self._last = box("change")
            with self._last:
                self._from = _input(say("targets.valid_from"), self._tomorrow()).props("type=date")
                self._document = _input(say("targets.document"), "").props("maxlength=48")
                reasons = {"": say("no_reason")} | {
                    each.value: named("change_reason", each.value) for each in Why
                }
                self._reason = _select(reasons, say("targets.reason"), "")
            with box("do"):
                button(say("targets.send"), self._send, primary=True)
        self._what.on_value_change(kept(self._other))
        self._other()

    def _tomorrow(self) -> str:
        return (self._clock.now().astimezone(VIETNAM).date() + timedelta(days=1)).isoformat()

    def _other(self) -> None:
        """Another kind of change: what it can be about."""
        kind = What(self._what.value)
        lists = {What.target: "targets", What.weights: "weights", What.threshold: "limits"}
        fits = {
            each.id: of(each.name)
            for each in self._listed.values()
            if getattr(each, lists[kind]) or (kind is What.target and each.unit and not each.weights)
        }
        self._place.clear()
        with self._place:
            self._about = _select(fits, say("targets.what_of"), next(iter(fits), None), typed=True)
            self._fields = box("new")
        self._about.on_value_change(kept(self._numbered))
        self._numbered()

    def _numbered(self) -> None:
        """The numbers of what was chosen, as they are now."""
        entry, kind = self._listed.get(str(self._about.value)), What(self._what.value)
        self._fields.clear()
        self._numbers, self._before = {}, {}
        self._kind: ui.select | None = None
        if entry is None:
            return
        with self._fields:
            if kind is What.weights:
                with box("change"):
                    for each in entry.weights:
                        self._number(each.part, part(self._listed, each.part), each.points)
                return
            if kind is What.threshold:
                limits = {each.limit: named("limit", each.limit) for each in entry.limits}
                self._kind = _select(limits, say("targets.limit"), next(iter(limits)))
            elif entry.kinds:
                kinds = {"": say("targets.whole")} | {each: each for each in entry.kinds}
                self._kind = _select(kinds, say("col.kind"), "")
            self._number("value", say("targets.value"), None)

    def _number(self, name: str, label: str, value: float | None) -> None:
        made = ui.number(label, value=value, min=0).props("outlined dark").classes("choice")
        self._numbers[name] = made
        if value is not None:
            self._before[name] = value

    def wish(self) -> dict[str, Any]:
        """As the gateway takes it; of weights only those that are other ones."""
        kind = What(self._what.value)
        values = {name: each.value for name, each in self._numbers.items() if each.value is not None}
        made: dict[str, Any] = {
            "what": kind.value,
            "about": self._about.value,
            "valid_from": self._from.value,
        }
        if kind is What.weights:
            made["weights"] = {
                name: round(value) for name, value in values.items() if value != self._before.get(name)
            }
        else:
            made["value"] = values.get("value")
        if self._kind is not None:
            made["limit" if kind is What.threshold else "dim"] = self._kind.value
        document = str(self._document.value or "").strip()
        made |= {"document": document or None, "reason": self._reason.value or None}
        return made

    async def _send(self) -> None:
        if await self._ask("", self.wish()):
            self._document.value = ""
            self._numbered()


def _select(options: Mapping[str, str], label: str, value: str | None, *, typed: bool = False) -> ui.select:
    made = ui.select(dict(options), label=label, value=value, with_input=typed)
    return made.props("outlined dark options-dark").classes("choice")


def _input(label: str, value: str) -> ui.input:
    return ui.input(label, value=value).props("outlined dark stack-label").classes("choice")
