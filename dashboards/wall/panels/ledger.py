"""The ledger: every record received is counted, suppressed, in conflict, rejected or in flight."""

from typing import Any

from dashboards.wall import words
from dashboards.wall.board import Panel
from dashboards.wall.markup import Html, el, join
from dashboards.wall.panels.scene import Drawn, Scene, empty, heading, title, untrusted
from dashboards.wall.poller import PanelData
from ioc.messages import say

PARTS = ("counted", "suppressed", "conflict", "rejected", "lost", "in_flight")


def draw(panel: Panel, data: PanelData, scene: Scene) -> Drawn:
    row = data.tables["A"].first() if "A" in data.tables else {}
    doubt = untrusted(panel, data, scene)
    if not row:
        return Drawn(
            join(heading(panel, scene, data, doubt=doubt), empty(say("wall.no_data"))),
            "old" if doubt else "none",
        )
    balanced = balances(row)
    right = "" if doubt else el("small", "word", say("ledger.balanced") if balanced else _mismatch(row))
    head = heading(panel, scene, data, doubt=doubt) if doubt else el("h2", "", title(panel, scene), right)
    return Drawn(join(head, _sentence(row)), "old" if doubt else ("good" if balanced else "act"))


def balances(row: dict[str, Any]) -> bool:
    """Received = the sum of its parts, nothing missing between them, no log standing still."""
    added = sum(row[name] for name in PARTS)
    return bool(row["received"] == added and not row["missing"] and not row["stopped"])


def _mismatch(row: dict[str, Any]) -> str:
    if row["missing"]:
        return say("ledger.missing", n=words.number(row["missing"]))
    if row["stopped"]:
        return say("ledger.stopped", n=words.number(row["stopped"]))
    return say("ledger.off", n=words.signed(row["received"] - sum(row[name] for name in PARTS)))


def _sentence(row: dict[str, Any]) -> Html:
    parts = [_count("+ " if at else "= ", row, name) for at, name in enumerate(PARTS)
             if row[name] or name != "lost"]  # fmt: skip
    said = [_count("", row, "received"), *parts]
    return el("p", "ledger", *(join(one, Html(" ")) for one in said))


def _count(sign: str, row: dict[str, Any], name: str) -> Html:
    return el("span", "count", sign, el("b", "", words.number(row[name])), f" {say(f'ledger.{name}')}")
