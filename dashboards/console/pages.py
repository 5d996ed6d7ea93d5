"""How a page comes to be: who may open it, what is asked for it, and what is said when that is not there."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import Response
from nicegui import ui
from nicegui.client import ClientConnectionTimeout

from dashboards.console.frame import Notice, frame, text
from dashboards.console.office import OfficeLost, OfficeRefused
from dashboards.console.sessions import Visitor
from dashboards.console.signing import PASSWORD, to_password, to_sign_in, visitor
from dashboards.console.state import Console
from ioc.errors import StoreRefused, StoreUnavailable
from ioc.messages import say

CONNECTED_WITHIN_S = 30.0
AGAIN_S = 5.0
"""A page that could not be drawn because the gateway is away is asked for again."""
T = TypeVar("T")
Cell = str | Callable[[], object]
"""Text, or what draws the cell's content."""
Draw = Callable[[Visitor, Notice], Awaitable[None]]


async def opened(
    console: Console, request: Request, needed: tuple[str, ...], title: str, here: str, draw: Draw
) -> Response | None:
    """Draw a page for who may see it; lead everybody else to the sign-in form, or say why not."""
    known = visitor(console, request)
    if known is None:
        return to_sign_in(request.url.path)
    if known.signed.must_change:
        return to_password()
    with frame(known, title, here) as notice:
        if not known.opens(*needed):
            text("p", say("forbidden", role=known.role_name), "empty")
            return None
        waiting = text("p", say("wait"), "empty").props("role=status")
        # The frame goes out at once; what must be asked for follows when the page is there to show it.
        try:
            await ui.context.client.connected(timeout=CONNECTED_WITHIN_S)
        except ClientConnectionTimeout:
            return None
        if await told(console, known, notice, console.confirm(known)):
            await draw(known, notice)
        elif console.sessions.find(known.key) is not None:
            ui.timer(AGAIN_S, ui.navigate.reload, once=True)
        waiting.delete()
    return None


async def told(console: Console, known: Visitor, notice: Notice, asked: Awaitable[T]) -> T | None:
    """The answer; None when there is none, which then stands above the page."""
    try:
        found = await asked
    except OfficeLost:
        notice.show(say("office_lost"))
    except OfficeRefused as refused:
        if refused.ended:
            console.sessions.close(known.key)
            ui.navigate.to("/console/sign-in?why=ended")
        elif refused.code == "password_change_needed":
            ui.navigate.to(PASSWORD)
        elif refused.status == 503:
            notice.show(say("store_lost"))
        else:
            notice.show(say("refused", code=refused.code))
    except StoreUnavailable:
        notice.show(say("store_lost"))
    except StoreRefused as error:
        notice.show(say("refused", code=str(error.code)))
    else:
        return found
    return None


def table(
    columns: Sequence[str], rows: Sequence[Sequence[Cell]], classes: str = "", stale: Sequence[bool] = ()
) -> ui.element:
    """A table that becomes a list of cards on a phone; a cell is text unless it is drawn.

    `stale`: for each row, whether it is hatched as old; none are when it is left out.
    """
    with ui.element("table").classes(f"table {classes}") as made:
        with ui.element("thead"), ui.element("tr"):
            for name in columns:
                text("th", name).props("scope=col")
        with ui.element("tbody"):
            for row, old in zip(rows, stale or [False] * len(rows), strict=True):
                with ui.element("tr").classes("stale" if old else ""):
                    for name, cell in zip(columns, row, strict=True):
                        shown = text("td", cell if isinstance(cell, str) else "")
                        shown.props["data-name"] = name
                        if not isinstance(cell, str):
                            with shown:
                                cell()
    return made


def quoted(subject: str) -> str:
    """A subject as one part of an address."""
    return quote(subject, safe="")
