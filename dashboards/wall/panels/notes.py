"""What stands at the right of a panel's heading, from the panel's hidden second query (`B`).

Its columns: `total`, `change` since yesterday and `said` (words), each optional; `verdict` ("old" marks data
that are not fresh), `known` (0: the store has no word about this at all, so an empty list is not good news).
"""

from dataclasses import dataclass

from dashboards.wall import words
from dashboards.wall.board import Panel
from dashboards.wall.poller import PanelData


@dataclass(frozen=True, slots=True)
class Note:
    text: str
    verdict: str
    nothing: str
    """What an empty list means here."""


def note(panel: Panel, data: PanelData) -> Note:
    row = data.tables["B"].first() if "B" in data.tables else {}
    known = bool(row.get("known", row))
    parts = []
    if known and row.get("total") is not None:
        parts.append(f"tổng {words.number(row['total'])}")
    if known and row.get("change") is not None:
        parts.append(words.signed(row["change"]))
    if known and row.get("said"):
        parts.append(str(row["said"]))
    nothing = panel.fieldConfig.defaults.noValue if known else "Không có dữ liệu"
    return Note(" · ".join(parts), str(row.get("verdict", "")), nothing)
