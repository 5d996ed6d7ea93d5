"""Top right: the clock, and how far the data reach.

The clock is drawn here, on the server, each second: if it stops, the page itself has stopped, and the notice
over it (shown by CSS unless a newer clock replaces it) says so.
"""

from datetime import timedelta

from dashboards.wall import words
from dashboards.wall.board import Panel
from dashboards.wall.markup import el, join
from dashboards.wall.panels.scene import Drawn, Scene, Tone, untrusted
from dashboards.wall.poller import PanelData
from ioc.messages import say

LATE_AFTER = timedelta(seconds=30)
"""A store whose last finished tick is older than this is no longer being updated."""


def draw(panel: Panel, data: PanelData, scene: Scene) -> Drawn:
    row = data.tables["A"].first() if "A" in data.tables else {}
    as_of = row.get("as_of")
    reach = say("wall.reach", at=words.clock(as_of)) if as_of else say("wall.no_reach")
    tone: Tone
    if scene.lost_since is not None:
        tone, state, reach = (
            "act",
            f"▼ {say('wall.lost')}",
            say("wall.last_read", at=words.clock(scene.lost_since)),
        )
    elif untrusted(panel, data, scene):
        tone, state = "act", say("wall.unreadable")
    elif as_of is None:
        tone, state = "none", say("wall.awaited")
    elif scene.now - as_of > LATE_AFTER:
        tone, state = "act", say("wall.stopped")
    elif not row.get("live", 1):
        tone, state = "warn", say("wall.recounting")
    else:
        tone, state = "good", say("wall.updating")
    frozen = el(
        "div",
        "frozen",
        el("b", "", say("wall.frozen")),
        el("span", "", say("wall.frozen_at", at=words.clock(scene.now))),
    )
    now = el("div", "clock", el("b", "", words.clock(scene.now)), el("small", "", words.day(scene.now)))
    known = el("div", "reach", el("b", "", state), el("small", "", reach))
    return Drawn(join(now, known, frozen), tone)
