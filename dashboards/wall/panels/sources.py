"""What can be trusted: each source, when it was last heard, and whether that is as it should be."""

from typing import Any

from dashboards.wall import words
from dashboards.wall.board import Panel
from dashboards.wall.markup import Html, el, join
from dashboards.wall.panels.scene import Drawn, Scene, Tone, elapsed, empty, heading, untrusted
from dashboards.wall.poller import PanelData
from ioc.messages import say

MOST = 5
STATES: dict[str, Tone] = {"live": "good", "late": "warn", "silent": "old", "never": "old"}
SIGNS = {"live": "●", "late": "◆"}


def draw(panel: Panel, data: PanelData, scene: Scene) -> Drawn:
    rows = data.tables["A"].records() if "A" in data.tables else []
    doubt = untrusted(panel, data, scene)
    late = elapsed(data, scene)
    note = _rest([str(row.get("state")) for row in rows[MOST:]])
    shown = [_source(row, late, doubt) for row in rows[:MOST]]
    body = el("div", "sources", *shown) if rows else empty(say("wall.no_data"))
    return Drawn(join(heading(panel, scene, data, note, doubt=doubt), body), "old" if doubt else "info")


def _rest(states: list[str]) -> str:
    """What is to be said of sources that are not shown; those in trouble come first, so mostly nothing."""
    bad = sum(state != "live" for state in states)
    if bad:
        return say("sources.rest_bad", n=len(states), bad=bad)
    return say("sources.rest", n=len(states)) if states else say("sources.last")


def _source(row: dict[str, Any], late: float, doubt: str) -> Html:
    """Ages go on growing while nothing can be read, and nothing is called live then."""
    state = str(row.get("state"))
    seconds = row.get("age_s")
    if state not in STATES or seconds is None:
        state = "never"
    if doubt and state != "never":
        state = "silent"
    return el(
        "div",
        f"source {STATES[state]}",
        el("b", "", str(row["name"]), title=str(row["name"])),
        el("span", "", _told(state, seconds, late)),
    )


def _told(state: str, seconds: float | None, late: float) -> str:
    if state == "never" or seconds is None:
        return say("sources.unheard")
    age = words.age(seconds + late)
    return f"{SIGNS[state]} {age}" if state in SIGNS else say("sources.quiet", age=age)
