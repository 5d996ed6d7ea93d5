"""What every look shares: the instant, the state of the store, and the card around a panel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from dashboards.wall import words
from dashboards.wall.board import Panel
from dashboards.wall.links import address
from dashboards.wall.markup import Html, el, join
from dashboards.wall.poller import LOST_AFTER, Frame, PanelData
from ioc.clock import VIETNAM
from ioc.messages import say

Tone = Literal["good", "warn", "act", "info", "old", "none"]
"""good: at target · warn: near it · act: act now · info: data · old: not trusted · none: unknown."""

TONES: dict[str, Tone] = {
    "green": "good",
    "amber": "warn",
    "red": "act",
    "grey": "none",
    "none": "none",
    "old": "old",
}
"""What a verdict in the data means for the eye. An unknown word is never shown as good."""


COLUMN_PX, FRAME_PX = 79.3, 66
"""On a 1080p wall: a column of the grid, and what a card keeps for itself."""
TITLE_PX, NOTE_PX = 14.6, 13.0
"""Mean width of a sign in a heading and in its note; a heading longer than its card is set smaller."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a board is drawn from. `reach`: until when the values on it are known, if it says so."""

    frame: Frame
    now: datetime
    theme: str = "dark"
    variables: Mapping[str, str] = field(default_factory=dict)
    reach: datetime | None = None
    stopped_since: datetime | None = None
    """Since when no numbers are made any more, though the store answers; None while they are."""

    @property
    def lost_since(self) -> datetime | None:
        return self.frame.lost_since(self.now)

    def as_of(self, data: PanelData) -> str:
        """`lúc 10:42`: when a panel's rows were read, or what they were made from ended earlier."""
        known = [at for at in (data.read_at, self.reach) if at is not None]
        return say("wall.at", at=words.moment(min(known), self.now)) if data.read_at is not None else ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A panel as HTML. `chart` are ECharts options for panels that have a chart below their heading."""

    html: Html
    tone: Tone = "info"
    chart: dict[str, Any] | None = None


def untrusted(panel: Panel, data: PanelData, scene: Scene, verdict: object = "") -> str:
    """Why these rows cannot be trusted, in words for the viewer; "" when they can."""
    if scene.lost_since is not None:
        return say("doubt.lost", at=words.clock(scene.lost_since))
    if data.error:
        return say("doubt.unreadable")
    if scene.stopped_since is not None:
        return say("doubt.stopped", at=words.clock(scene.stopped_since))
    if data.read_at is not None and scene.now - data.read_at > LOST_AFTER + timedelta(seconds=panel.every):
        return say("doubt.last_read", at=words.clock(data.read_at))
    return say("doubt.silent") if verdict == "old" else ""


def elapsed(data: PanelData, scene: Scene) -> float:
    """Seconds since the rows were read: what durations in them have grown by."""
    return max((scene.now - data.read_at).total_seconds(), 0.0) if data.read_at else 0.0


def heading(panel: Panel, scene: Scene, data: PanelData, note: str = "", *, doubt: str = "") -> Html:
    """A panel's title, its note and as-of on the right, or the mark of old data instead of them."""
    said = say("wall.old") if doubt else note or scene.as_of(data)
    right = old_tag() if doubt else el("small", "", said)
    long = TITLE_PX * len(panel.title) + NOTE_PX * len(said) > panel.gridPos.w * COLUMN_PX - FRAME_PX
    return el("h2", "long" if long else "", title(panel, scene), right)


def title(panel: Panel, scene: Scene) -> Html:
    """The title, leading to where more is said if the panel leads anywhere."""
    for link in panel.links:
        if where := address(link.url, scene.variables):
            return el("span", "", el("a", "", panel.title, href=where, title=link.title))
    return el("span", "", panel.title)


def old_tag() -> Html:
    return el("span", "tag", say("wall.old"))


def empty(sentence: str) -> Html:
    """What stands in a panel without rows."""
    return el("p", "empty", sentence)


def waiting(panel: Panel, scene: Scene) -> Drawn:
    """A panel that was not read yet; when the store is lost, that is said instead."""
    lost = scene.lost_since is not None
    right = old_tag() if lost else el("small", "", "")
    sentence = say("wall.lost") if lost else say("wall.unread")
    return Drawn(join(el("h2", "", title(panel, scene), right), empty(sentence)), "old" if lost else "none")


def day(at: datetime) -> str:
    """`23/11`, Vietnamese date; a naive instant is Vietnamese already."""
    aware = at if at.tzinfo else at.replace(tzinfo=VIETNAM)
    return f"{aware.astimezone(VIETNAM):%d/%m}"
