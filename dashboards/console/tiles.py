"""One indicator as leaders see it: number, aim, trend up to now and forecast to the deadline."""

from collections.abc import Sequence

from nicegui import ui

from dashboards.console.frame import box, text
from dashboards.console.leading import Item, shown, sketch, track
from dashboards.console.state import Console
from dashboards.wall.markup import Html
from ioc.clock import VIETNAM
from ioc.messages import formats, named, say

TONES = {"red": "act", "off_pace": "warn", "stale": "old"}


class Tiles:
    """The indicators of one unit."""

    def __init__(self, console: Console, unit: str) -> None:
        self._console, self._unit = console, unit

    def tile(self, item: Item, days: Sequence[float]) -> None:
        """A tile; `days`: what was shown of it lately, oldest first."""
        with box(f"tile {TONES[item.verdict]}", "article"):
            with box("tilehead"):
                ui.link(item.name, f"/leader/evidence/{item.kpi}/{self._unit}").classes("name")
                text("span", say(f"leader.{item.verdict}"), "word")
            with box("figures"):
                text("b", shown(item.value, item.measure), "value")
                text("span", self._aim(item), "soft")
            self._bar(item)
            self._trend(item, days)
            text("p", self._ahead(item), "soft")
            text("p", self._basis(item), "soft basis")

    def old(self, item: Item) -> None:
        """What is not known any more takes one line: its number is none to act upon."""
        since = (
            formats.moment(item.stale_since, self._console.clock.now())
            if item.stale_since
            else formats.NO_DATA
        )
        with box("case stale"):
            ui.link(item.name, f"/leader/evidence/{item.kpi}/{self._unit}").classes("name")
            text("span", f"{say('leader.stale')} · {since}", "soft")

    def _aim(self, item: Item) -> str:
        if item.target is None:
            return ""
        said = say("leader.target", target=shown(item.target, item.measure))
        if item.deadline is None:
            return said
        today = self._console.clock.now().astimezone(VIETNAM).date()
        key = "leader.by" if item.deadline >= today else "leader.overdue_target"
        return f"{said} {say(key, day=f'{item.deadline:%d/%m/%Y}')}"

    def _bar(self, item: Item) -> None:
        places = track(item)
        if places is None:
            return
        with box("track").props("aria-hidden=true"):
            box("fill", "i").style(f"width: {places.value}%")
            if places.low is not None and places.high is not None:
                width = max(places.high - places.low, 0.8)
                box("ahead", "s").style(f"left: {places.low}%; width: {width}%")
            if places.target is not None:
                box("aim", "u").style(f"left: {places.target}%")

    def _trend(self, item: Item, days: Sequence[float]) -> None:
        """The last days as a line, then where the forecast leads; nothing to see in fewer than two days."""
        lines = sketch(item, days)
        if lines is None:
            return
        # Made of numbers only: nothing from the store is markup here.
        band = f'<polygon class="band" points="{lines.band}"/>' if lines.band else ""
        ahead = f'<polyline class="ahead" points="{lines.ahead}"/>' if lines.ahead else ""
        aim = f'<line class="aim" x1="0" x2="100" y1="{lines.aim}" y2="{lines.aim}"/>' if lines.aim else ""
        drawing = f'{aim}{band}<polyline class="past" points="{lines.past}"/>{ahead}'
        frame = '<svg viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true">'
        ui.html(Html(f"{frame}{drawing}</svg>"), sanitize=False).classes("trend")

    def _ahead(self, item: Item) -> str:
        """Where it leads to by its deadline."""
        if item.expected is None:
            return say("leader.no_forecast") if item.status == "too_little_data" else ""
        numbers = {name: shown(getattr(item, name), item.measure) for name in ("expected", "low", "high")}
        said = say("leader.expected", **numbers)
        today = self._console.clock.now().astimezone(VIETNAM).date()
        if item.deadline is not None and item.deadline >= today:
            said = f"{said}, {say('leader.days_left', n=formats.number((item.deadline - today).days))}"
        return said

    def _basis(self, item: Item) -> str:
        now = self._console.clock.now()
        said = [named("window", item.window), say("leader.cases", n=formats.number(item.cases))]
        if item.verdict == "stale" and item.stale_since:
            said.append(f"{say('leader.stale')}: {formats.moment(item.stale_since, now)}")
        elif item.as_of:
            said.append(say("as_of", at=formats.moment(item.as_of, now)))
        return " · ".join(said)
