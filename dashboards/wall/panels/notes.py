"""What stands at the right of a panel's heading, from its hidden second query (`B`): the KPI behind the rows.

Its total (unless the rows carry one of their own), its change since yesterday, whether the rows can be
trusted, and whether the store knows anything at all: an empty list is good news only then.
"""

from dataclasses import dataclass

from dashboards.wall import words
from dashboards.wall.board import Panel
from dashboards.wall.panels.scene import Scene
from dashboards.wall.poller import PanelData
from ioc.messages import say


@dataclass(frozen=True, slots=True)
class Note:
    """What is said of a panel's rows as a whole."""

    text: str
    verdict: str
    nothing: str
    """What an empty list means here."""


def note(panel: Panel, data: PanelData, scene: Scene) -> Note:
    """The note of a panel, and how far its rows can be believed."""
    rows = data.tables.get("A")
    kpi = data.tables["B"].first() if "B" in data.tables else {}
    known = kpi.get("value") is not None
    parts = []
    if rows is not None and "total" in rows.columns:
        parts = (
            [say("wall.total", n=words.number(rows.first().get("total", 0)))] if known or rows.rows else []
        )
    elif known:
        parts = [say("wall.total", n=words.number(kpi["value"]))]
        if kpi.get("change") is not None:
            parts.append(words.signed(kpi["change"]))
    told = known if "B" in data.tables else scene.reach is not None
    nothing = panel.fieldConfig.defaults.noValue if told else say("wall.no_data")
    return Note(" · ".join(parts), str(kpi.get("verdict", "")), nothing)
