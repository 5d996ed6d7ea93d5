"""An act of the quarantine desk: asked of the back office, and what became of it in words."""

from collections.abc import Awaitable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from dashboards.console.acting import reason
from dashboards.console.office import OfficeLost, OfficeRefused
from dashboards.console.quarantined import DeskAct, tally
from dashboards.console.sessions import Visitor
from dashboards.console.state import Console
from ioc.desk import Stage
from ioc.messages import named, say

DONE_S = 90.0
"""A thousand records are read from Kafka one by one."""


class Done(NamedTuple):
    """Whether it was done, what to tell, and the act as it is now, if there is one."""

    done: bool
    said: str
    act: DeskAct | None = None


async def ask(console: Console, known: Visitor, wish: Mapping[str, Any]) -> Done:
    """Ask for a dry run, a replay or a discard and wait. Raises `OfficeRefused` when the session is over."""
    return await _done(console, known, console.office.desk("POST", "/acts", known.token, json=dict(wish)))


async def words(console: Console, known: Visitor, act: str, word: str) -> Done:
    """The second account's word about an act: `confirm` or `decline`. Raises as `ask`."""
    path = f"/acts/{quote(act, safe='')}/{word}"
    return await _done(console, known, console.office.desk("POST", path, known.token))


async def _done(console: Console, known: Visitor, asking: Awaitable[dict[str, Any]]) -> Done:
    try:
        act = await console.office.desk_done(known.token, await asking, DONE_S)
    except OfficeLost:
        return Done(False, say("office_lost"))
    except OfficeRefused as refused:
        if refused.ended:
            raise
        gone = say("quarantine.gone") if refused.code == "not_found" else reason(refused.code)
        return Done(False, say("refused_because", reason=gone))
    if act is None:
        return Done(False, say("no_answer"))
    made = DeskAct.model_validate(act)
    return Done(made.stage != Stage.failed, _said(made), made)


def _said(act: DeskAct) -> str:
    kind = named("desk", act.kind)
    if act.stage == Stage.done:
        return f"{kind}: {tally(act)}"
    return f"{kind}: {named('stage', act.stage)}"
