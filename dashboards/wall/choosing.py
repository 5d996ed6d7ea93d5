"""What a viewer chooses on a board: asked for by the address, held against the list, offered on the page."""

from collections.abc import Callable, Mapping, Sequence

from dashboards.wall.board import Board
from dashboards.wall.choices import Choice, Variable
from dashboards.wall.markup import Html, el, join
from ioc.errors import IocError
from ioc.messages import say

Choices = Sequence[Choice]
Known = Callable[[Variable], Choices | None]
"""The list of a variable, or None while it has not been read."""


class NotOffered(IocError):
    """The address asks for a unit or a period that the board does not offer."""


class NotKnownYet(IocError):
    """What the address asks for cannot be held against a list that nobody could read."""


def variables(board: Board) -> list[Variable]:
    """Those that a viewer may choose."""
    return [one for one in board.templating.list if one.type != "constant"]


def checked(board: Board, query: Mapping[str, str], known: Known) -> dict[str, str]:
    """What the address chooses, without what the board shows anyway. Raises `NotOffered`, `NotKnownYet`."""
    chosen = {}
    for one in variables(board):
        asked = query.get(one.name, one.value)
        if asked == one.value:
            continue
        offered = known(one)
        named = (one.label or one.name).lower()
        if offered is None:
            raise NotKnownYet(say("address.unchecked", name=named, asked=asked))
        if asked not in {choice.value for choice in offered}:
            raise NotOffered(
                say("address.not_offered", name=named, asked=asked, board=board.title) + _some(offered)
            )
        chosen[one.name] = asked
    return chosen


def _some(offered: Choices, most: int = 6) -> str:
    listed = ", ".join(f"{one.value} ({one.text})" for one in offered[:most])
    more = ", …" if len(offered) > most else ""
    return say("address.offered", listed=listed + more) if offered else ""


def kept(board: Board, chosen: Mapping[str, str]) -> dict[str, str]:
    """Of what was chosen on another board, what this one offers too.

    Lists of the board's own are looked at; a list that is read is the same on all boards.
    """
    return {
        one.name: chosen[one.name]
        for one in variables(board)
        if chosen.get(one.name, one.value) != one.value
        and (one.type == "query" or chosen[one.name] in {choice.value for choice in one.options})
    }


def form(board: Board, chosen: Mapping[str, str], known: Known, others: Mapping[str, str]) -> Html:
    """A small form, and the same in words for a screen that nobody can reach. "": nothing to choose.

    `others`: what else the address asks for, kept when something is chosen.
    """
    fields, said = [], []
    for one in variables(board):
        value = chosen.get(one.name, one.value)
        offered = known(one) or [one.current] if one.current else known(one) or []
        options = [
            el(
                "option",
                "",
                choice.text,
                value=choice.value,
                selected="selected" if choice.value == value else "",
            )
            for choice in offered
        ]
        said += [choice.text for choice in offered if choice.value == value]
        # The page of the new choice is another address: a form sends there without any script of ours.
        chooser = el("select", "", *options, name=one.name, onchange="this.form.requestSubmit()")
        fields.append(el("label", "", el("span", "", one.label or one.name), chooser))
    if not fields:
        return Html("")
    names = {one.name for one in variables(board)}
    hidden = [
        Html(str(el("input", "", type="hidden", name=name, value=value)).removesuffix("</input>"))
        for name, value in others.items()
        if name not in names
    ]
    return join(
        el("form", "", *fields, *hidden, method="get", action=f"/wall/{board.uid}"),
        el("p", "chosen", " · ".join(said)),
    )
