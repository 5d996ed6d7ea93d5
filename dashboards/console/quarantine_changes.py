"""The changes of codes tried on refused records: a field, what stood there, what shall stand there."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from nicegui import ui

from dashboards.console.frame import box, text
from dashboards.console.quarantined import Record, value_at
from dashboards.console.state import Console
from ioc.contracts.mending import UNIT, Mend, NotMendable, parse
from ioc.messages import kept, say

MOST = 5
"""Changes of one act on this page; the gateway takes more."""
T = TypeVar("T", ui.select, ui.input)


class Changes:
    """The rows of one form; an empty row changes nothing, so records may be tried as they are."""

    def __init__(
        self,
        console: Console,
        fields: Sequence[str],
        wrong: str,
        found: Sequence[Record],
        changed: Callable[[], None],
    ) -> None:
        self._fields, self._wrong, self._found, self._changed = list(fields), wrong, found, changed
        today = console.clock.now().date()
        self._units = {
            unit.code: f"{unit.code} · {unit.name}" for unit in console.catalogue.units.valid(today)
        }
        self._rows: list[Row] = []
        text("h2", say("quarantine.changes"))
        text("p", say("quarantine.changes_about"), "soft")
        self._place = box("changes")
        self.add()

    def add(self) -> None:
        """One more empty row."""
        if len(self._rows) < MOST:
            with self._place:
                self._rows.append(Row(self._fields, self._wrong, self._found, self._units, self._changed))

    def mends(self) -> list[str] | None:
        """As the gateway takes them; None: one is no change, which is said."""
        try:
            return [str(each) for each in (row.mend() for row in self._rows) if each is not None]
        except NotMendable:
            ui.notify(say("quarantine.no_code"), type="negative")
            return None


class Row:
    """One change. Of units the new one is chosen from the catalogue; other codes are written."""

    def __init__(
        self,
        fields: Sequence[str],
        wrong: str,
        found: Sequence[Record],
        units: dict[str, str],
        changed: Callable[[], None],
    ) -> None:
        self._found, self._units, self._changed = found, units, kept(changed)
        with box("change"):
            self._field = _plain(ui.select(list(fields), label=say("quarantine.change_field"), value=wrong))
            self._field.on_value_change(kept(self._other))
            self._old = _plain(ui.input(say("quarantine.old"), on_change=self._changed))
            self._place = box("new")
        self._other()

    def _other(self) -> None:
        """Another field: what stood there, and where the new value comes from."""
        self._old.value = self._before()
        self._place.clear()
        with self._place:
            self._new: ui.select | ui.input
            if self._field.value == UNIT:
                choice = ui.select(
                    self._units, label=say("quarantine.new"), with_input=True, clearable=True,
                    on_change=self._changed,
                )  # fmt: skip
                self._new = _plain(choice)
            else:
                self._new = _plain(ui.input(say("quarantine.new"), on_change=self._changed))

    def _before(self) -> str:
        """The code that stands there in all of them; empty when they differ or it was not kept."""
        if self._field.value != UNIT:
            return ""
        seen = {value_at(each.masked, f"/{UNIT}") for each in self._found}
        only = seen.pop() if len(seen) == 1 else ""
        return "" if "(" in only else only

    def mend(self) -> Mend | None:
        """The change; None: this row says nothing. Raises `NotMendable`."""
        new, old = str(self._new.value or "").strip(), str(self._old.value or "").strip()
        if not new:
            return None
        return parse(f"{self._field.value}:{old}={new}" if old else f"{self._field.value}={new}")


def _plain(made: T) -> T:
    made.props("outlined dark").classes("choice")
    if isinstance(made, ui.select):
        made.props("options-dark")
    return made
