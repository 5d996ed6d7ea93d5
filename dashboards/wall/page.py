"""A page of the wall: what its address asks for, and the viewer behind it."""

from collections.abc import Mapping
from pathlib import Path

from nicegui import Client, ui

from dashboards.wall.choosing import checked, variables
from dashboards.wall.house import House
from dashboards.wall.hub import Hub
from dashboards.wall.poller import NOTHING_CHOSEN
from dashboards.wall.rotation import seconds
from dashboards.wall.screens import Screens
from dashboards.wall.shared import Shared
from dashboards.wall.viewer import THEMES, Viewer, Wish
from ioc.clock import Clock
from ioc.errors import IocError
from ioc.messages import language, say

HERE = Path(__file__).parent
STYLES = tuple(HERE / name for name in ("wall.css", "room.css", "frame.css"))
SCRIPT = HERE / "frame.js"
REMEMBERED = "ioc-theme"
"""The cookie in which a browser keeps its theme; nobody else reads it."""


class NotUnderstood(IocError):
    """The address asks for what a wall cannot do."""


async def chosen(screens: Screens, uid: str, query: Mapping[str, str]) -> dict[str, str]:
    """What an address chooses on its board. Raises `NotOffered`, `NotKnownYet`."""
    board = screens.said(uid).board
    for one in variables(board):
        if query.get(one.name, one.value) != one.value:
            await screens.listed(one)
    return checked(board, query, screens.lists.of)


def wish(
    uid: str,
    query: Mapping[str, str],
    cookies: Mapping[str, str],
    chosen: Mapping[str, str] = NOTHING_CHOSEN,
) -> Wish:
    """What an address asks for. Raises `NotUnderstood` with the sentence that the viewer is shown."""
    theme = query.get("theme") or cookies.get(REMEMBERED, "")
    dwell = seconds(query["rotate"]) if "rotate" in query else 0.0
    if dwell is None:
        raise NotUnderstood(say("address.rotate", asked=query["rotate"]))
    if query.get("theme", THEMES[0]) not in THEMES:
        raise NotUnderstood(say("address.theme", asked=query["theme"]))
    return Wish(uid, theme if theme in THEMES else THEMES[0], dwell, chosen, dict(query))


def build(
    screens: Screens, shared: Shared, house: House, hub: Hub, clock: Clock, client: Client, asked: Wish
) -> None:
    """The elements of one viewer's page; call inside a NiceGUI page function."""
    ui.query("html").props(f"lang={language()}")
    ui.page_title(screens.said(asked.uid).title)
    for style in STYLES:
        ui.add_css(style)
    ui.add_head_html(f"<script>{SCRIPT.read_text(encoding='utf-8')}</script>")
    viewer = Viewer(screens, shared, house, clock, client, asked)
    ui.on("wall_key", lambda event: viewer.pressed(str(event.args)))
    page = id(viewer)

    def came() -> None:
        viewer.came()
        hub.join(page, viewer.refresh)

    def left() -> None:
        hub.leave(page)
        viewer.left()

    client.on_connect(came)
    client.on_disconnect(left)
    client.on_delete(left)
