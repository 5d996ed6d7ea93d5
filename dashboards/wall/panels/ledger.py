"""The ledger: every record received is counted, suppressed, in conflict, rejected or in flight."""

from typing import Any

from dashboards.wall import words
from dashboards.wall.board import Panel
from dashboards.wall.markup import Html, el, join
from dashboards.wall.panels.scene import Drawn, Scene, empty, heading, title, untrusted
from dashboards.wall.poller import PanelData

PARTS = (("counted", "đếm"), ("suppressed", "trùng"), ("conflict", "mâu thuẫn"), ("rejected", "cách ly"),
         ("lost", "mất"), ("in_flight", "đang xử lý"))  # fmt: skip


def draw(panel: Panel, data: PanelData, scene: Scene) -> Drawn:
    row = data.tables["A"].first() if "A" in data.tables else {}
    doubt = untrusted(panel, data, scene)
    if not row:
        return Drawn(
            join(heading(panel, scene, data, doubt=doubt), empty("Không có dữ liệu")),
            "old" if doubt else "none",
        )
    balanced = balances(row)
    right = "" if doubt else el("small", "word", "✓ khớp" if balanced else _mismatch(row))
    head = heading(panel, scene, data, doubt=doubt) if doubt else el("h2", "", title(panel, scene), right)
    return Drawn(join(head, _sentence(row)), "old" if doubt else ("good" if balanced else "act"))


def balances(row: dict[str, Any]) -> bool:
    """Received = the sum of its parts, nothing missing between them, no log standing still."""
    added = sum(row[name] for name, _ in PARTS)
    return bool(row["received"] == added and not row["missing"] and not row["stopped"])


def _mismatch(row: dict[str, Any]) -> str:
    if row["missing"]:
        return f"▼ thiếu {words.number(row['missing'])} bản ghi"
    if row["stopped"]:
        return f"▼ {words.number(row['stopped'])} phần đang dừng"
    return f"▼ lệch {words.signed(row['received'] - sum(row[name] for name, _ in PARTS))}"


def _sentence(row: dict[str, Any]) -> Html:
    parts = [_count("+ " if at else "= ", row[name], word) for at, (name, word) in enumerate(PARTS)
             if row[name] or name != "lost"]  # fmt: skip
    said = [_count("", row["received"], "nhận"), *parts]
    return el("p", "ledger", *(join(one, Html(" ")) for one in said))


def _count(sign: str, value: int, word: str) -> Html:
    return el("span", "count", sign, el("b", "", words.number(value)), f" {word}")
