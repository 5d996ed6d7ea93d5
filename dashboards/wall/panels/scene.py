"""What every look shares: the instant, the state of the store, and the card around a panel."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from dashboards.wall import words
from dashboards.wall.board import Panel
from dashboards.wall.markup import Html, el
from dashboards.wall.poller import LOST_AFTER, Frame, PanelData

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


@dataclass(frozen=True, slots=True)
class Scene:
    frame: Frame
    now: datetime
    theme: str = "dark"

    @property
    def lost_since(self) -> datetime | None:
        return self.frame.lost_since(self.now)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A panel as HTML. `chart` are ECharts options for panels that have a chart below their heading."""

    html: Html
    tone: Tone = "info"
    chart: dict[str, Any] | None = None


def untrusted(panel: Panel, data: PanelData, scene: Scene, verdict: object = "") -> str:
    """Why these rows cannot be trusted, in words for the viewer; "" when they can."""
    if scene.lost_since is not None:
        return f"mất kết nối từ {words.clock(scene.lost_since)}"
    if data.error:
        return "không đọc được số liệu"
    if data.read_at is not None and scene.now - data.read_at > LOST_AFTER + timedelta(seconds=panel.every):
        return f"đọc lần cuối lúc {words.clock(data.read_at)}"
    return "nguồn im lặng" if verdict == "old" else ""


def elapsed(data: PanelData, scene: Scene) -> float:
    """Seconds since the rows were read: what durations in them have grown by."""
    return max((scene.now - data.read_at).total_seconds(), 0.0) if data.read_at else 0.0


def heading(panel: Panel, note: str = "", *, doubt: str = "") -> Html:
    """A panel's title, its note on the right, or the mark of old data instead of it."""
    right = old_tag() if doubt else el("small", "", note)
    return el("h2", "", el("span", "", panel.title), right)


def old_tag() -> Html:
    return el("span", "tag", words.OLD)


def empty(sentence: str) -> Html:
    """What stands in a panel without rows."""
    return el("p", "empty", sentence)
