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

LATE_AFTER = timedelta(seconds=30)
"""A store whose last finished tick is older than this is no longer being updated."""


def draw(panel: Panel, data: PanelData, scene: Scene) -> Drawn:
    row = data.tables["A"].first() if "A" in data.tables else {}
    as_of = row.get("as_of")
    reach = f"dữ liệu đến {words.clock(as_of)}" if as_of else "chưa có dữ liệu"
    tone: Tone
    if scene.lost_since is not None:
        tone, state, reach = "act", f"▼ {words.LOST}", f"đọc lần cuối {words.clock(scene.lost_since)}"
    elif untrusted(panel, data, scene):
        tone, state = "act", "▼ Không đọc được"
    elif as_of is None:
        tone, state = "none", "◇ Đang chờ dữ liệu"
    elif scene.now - as_of > LATE_AFTER:
        tone, state = "warn", "▲ Ngừng cập nhật"
    elif not row.get("live", 1):
        tone, state = "warn", "▲ Đang tính lại"
    else:
        tone, state = "good", "● Đang cập nhật"
    frozen = el(
        "div",
        "frozen",
        el("b", "", "MÀN HÌNH MẤT KẾT NỐI"),
        el("span", "", f"Số liệu dừng lúc {words.clock(scene.now)}"),
    )
    now = el("div", "clock", el("b", "", words.clock(scene.now)), el("small", "", words.day(scene.now)))
    known = el("div", "reach", el("b", "", state), el("small", "", reach))
    return Drawn(join(now, known, frozen), tone)
