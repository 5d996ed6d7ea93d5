"""An operator's action: asked of the back office, and what became of it in words."""

from datetime import timedelta
from typing import NamedTuple

from dashboards.console.lists import Alert
from dashboards.console.office import OfficeLost, OfficeRefused
from dashboards.console.sessions import Visitor
from dashboards.console.state import Console
from ioc.messages import named, say

SHELVES = (15, 60, 240, 1440, 2880)
"""Minutes that shelving is offered for, as far as the rule allows."""


def wish(
    alert: Alert,
    action: str,
    *,
    to_role: str = "",
    to_unit: str = "",
    reason_code: str = "",
    step: str = "",
    until: str = "",
) -> dict[str, object]:
    """What is asked, with the state that was seen: somebody else may have been quicker."""
    more = {"to_role": to_role, "to_unit": to_unit, "reason_code": reason_code, "step": step, "until": until}
    given = {name: value for name, value in more.items() if value}
    return {"action": action, "seen": {"status": alert.status, "seqno": alert.seqno}, **given}


def until(console: Console, minutes: int) -> str:
    """The instant some minutes from now."""
    return (console.clock.now() + timedelta(minutes=minutes)).isoformat(timespec="seconds")


class Done(NamedTuple):
    """Whether it was done, what to tell the operator, and the alert as it is after it, if it was."""

    done: bool
    said: str
    alert: Alert | None = None


async def act(console: Console, visitor: Visitor, alert: Alert, asked: dict[str, object]) -> Done:
    """Ask, and wait for the answer. Raises `OfficeRefused` when the session is over."""
    try:
        answer = await console.office.act(visitor.token, alert.alert_ref, asked)
    except OfficeLost:
        return Done(False, say("office_lost"))
    except OfficeRefused as refused:
        if refused.ended:
            raise
        return Done(False, say("refused_because", reason=reason(refused.code)))
    if answer is None:
        return Done(False, say("no_answer"))
    if not answer["accepted"]:
        return Done(False, say("refused_because", reason=reason(str(answer["reason"]))))
    # The list may be read a moment before the change is in it: what was answered counts until then.
    now = alert.model_copy(update={"status": str(answer["status"]), "seqno": int(answer["seqno"])})
    return Done(True, say("accepted", action=say(f"action.{asked['action']}").lower()), now)


def reason(code: str) -> str:
    """Why it was refused, in words; a code without words is shown itself."""
    return named("why", code)
