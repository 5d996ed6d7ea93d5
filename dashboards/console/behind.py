"""What stands behind an alert: the cases that breach its rule now, or why none are shown."""

from collections.abc import Sequence

from nicegui import ui

from dashboards.console.frame import Notice, box, text
from dashboards.console.lists import Alert
from dashboards.console.pages import quoted, told
from dashboards.console.reading import MOST, Row, shows_cases
from dashboards.console.sessions import Visitor
from dashboards.console.state import Console
from ioc.alerts import Rule
from ioc.messages import formats, say

READ_EVERY_S = 15.0


def words(alert: Alert, rule: Rule | None, cases: Sequence[Row] | None, *, sees: bool) -> str:
    """What is said in place of cases; empty where they are listed. `cases`: None when they were not read.

    That there are none is only said of a list that was read: the alert may be closed upon it.
    """
    if rule is not None and rule.personal:
        return say("behind.personal")
    if rule is not None and rule.over == "values":
        return say("behind.values")
    if rule is None or not shows_cases(rule):
        return say("behind.sources")
    if not sees:
        return say("behind.role", n=formats.number(alert.breaches))
    if cases is None:
        return say("behind.unread", n=formats.number(alert.breaches))
    return "" if cases else say("behind.none")


class Behind:
    """The card of one alert's cases as one viewer sees it; drawn anew when something else is to be said."""

    def __init__(self, console: Console, known: Visitor, notice: Notice) -> None:
        self._console, self._known, self._notice = console, known, notice
        self._cases: list[Row] | None = None
        self._due = 0.0
        self._shown: object = None

    def place(self) -> None:
        """Stand here, empty until the next `show`."""
        self._body = box("card", "section")
        self._due, self._shown = 0.0, None

    async def show(self, alert: Alert, rule: Rule | None) -> bool:
        """Read again if that is due, and tell; False when it could not be read."""
        listed = rule is not None and shows_cases(rule) and self._known.sees_cases
        clock = self._console.clock
        if listed and rule is not None and clock.monotonic() >= self._due:
            asked = self._console.reading.behind(rule, self._console.answers_for(alert.unit))
            self._cases = await told(self._console, self._known, self._notice, asked)
            # What failed is asked for again at the next look.
            self._due = clock.monotonic() + READ_EVERY_S if self._cases is not None else 0.0
        # Ages are told in minutes: within one, nothing else is to be said of the same list.
        shown = (self._cases, alert.breaches, clock.now().replace(second=0, microsecond=0))
        if shown != self._shown:
            self._shown = shown
            self._body.clear()
            with self._body:
                self._draw(alert, rule)
        return not listed or self._cases is not None

    def _draw(self, alert: Alert, rule: Rule | None) -> None:
        text("h2", say("behind"))
        if alert.kpi:
            unit = alert.unit or self._console.tenant
            ui.link(say("evidence"), f"/leader/evidence/{alert.kpi}/{unit}").classes("evidence")
        if said := words(alert, rule, self._cases, sees=self._known.sees_cases):
            text("p", said, "empty")
            return
        now, cases = self._console.clock.now(), self._cases or []
        for case in cases:
            with box("case"):
                ui.link(case["subject"], f"/console/case/{quoted(case['subject'])}")
                text("span", say("since", age=formats.age((now - case["since"]).total_seconds())), "soft")
        if len(cases) >= MOST:
            text("p", say("behind.first", n=MOST), "soft")
