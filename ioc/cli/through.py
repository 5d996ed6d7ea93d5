"""Acting on an alert through the gateway, as the console does: same routes, same roles, same audit trail."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from ioc.cli.output import fail
from ioc.cli.tickets import Ticket, address

if TYPE_CHECKING:
    from dashboards.console.office import Office
    from ioc.settings import Settings

VISIBLE_S = 10.0
LOOK_EVERY_S = 0.1
MOST = 1000
T = TypeVar("T")
Work = Callable[["Office", str], Awaitable[T]]


def act(
    settings: "Settings", who: Ticket, ref: str, action: str, more: Mapping[str, object]
) -> dict[str, Any]:
    """What became of it: `accepted`, `reason`, `status`, `seqno`, `alert_ref`, `command_id`, `account`.

    The state that is sent as seen is the one at this moment. Leaves with 1 when there is no such alert, when
    the gateway cannot be reached or takes nobody of that name, and when nobody answers.
    """
    return in_session(settings, who, lambda office, token: _acted(office, token, who, ref, action, more))


async def _acted(
    office: "Office", token: str, who: Ticket, ref: str, action: str, more: Mapping[str, object]
) -> dict[str, Any]:
    from dashboards.console.office import OfficeRefused

    alert = await _named(office, token, ref)
    seen = {"status": alert["status"], "seqno": alert["seqno"]}
    told = {"alert_ref": alert["alert_ref"], "account": who.account, "command_id": None}
    try:
        answer = await office.act(token, alert["alert_ref"], {"action": action, "seen": seen, **more})
    except OfficeRefused as refused:
        if refused.ended:
            raise
        return {**told, "accepted": False, "reason": refused.code, **seen}
    if answer is None:
        sent = f"alert {alert['alert_ref']}: {action} was sent, but not answered"
        fail(f"{sent}; is the reducer running? (`ioc status`)")
    if answer["accepted"]:
        await _visible(office, token, alert["alert_ref"], answer["seqno"])
    return {**told, **answer}


async def _named(office: "Office", token: str, ref: str) -> dict[str, Any]:
    """The alert whose reference begins so, among those that the account sees."""
    found = [each for each in await office.alerts(token, "all", MOST) if each["alert_ref"].startswith(ref)]
    exact = [each for each in found if each["alert_ref"] == ref] or found
    if len(exact) != 1:
        what = "does not exist" if not found else f"is not one alert but {len(found)}"
        fail(f"alert {ref} {what}; `ioc alerts list --all` shows all")
    # The list may be a moment old; one alert is told as the ledger last heard of it.
    return await office.alert(token, exact[0]["alert_ref"]) or exact[0]


async def _visible(office: "Office", token: str, ref: str, seqno: int) -> None:
    """Wait until the step can be read, so that who looks next sees it; not longer than a moment."""
    with suppress(TimeoutError):
        async with asyncio.timeout(VISIBLE_S):
            while True:
                found = await office.alert(token, ref)
                if found is not None and found["seqno"] >= seqno:
                    return
                await asyncio.sleep(LOOK_EVERY_S)


def sign_in(settings: "Settings", who: Ticket) -> dict[str, Any]:
    """What the gateway says of the new session, its token too. Leaves with 1 when it is refused."""

    async def signed(office: "Office") -> dict[str, Any]:
        return await office.sign_in(who.account, who.password, "")

    return _asked(settings, who, signed)


def sign_out(settings: "Settings", who: Ticket) -> None:
    """End a session that was kept; one that has ended by itself is no error."""

    async def signed(office: "Office") -> None:
        from dashboards.console.office import OfficeRefused

        with suppress(OfficeRefused):
            await office.sign_out(who.token)

    _asked(settings, who, signed)


def in_session(settings: "Settings", who: Ticket, work: Work[T]) -> T:
    """Work with a session: the one that is open, else one of its own that ends with it."""

    async def done(office: "Office") -> T:
        token = who.token or str((await office.sign_in(who.account, who.password, ""))["token"])
        try:
            return await work(office, token)
        finally:
            if not who.token:
                await office.sign_out(token)

    return _asked(settings, who, done)


def _asked(settings: "Settings", who: Ticket, work: Callable[["Office"], Awaitable[T]]) -> T:
    """Run with a client of the gateway, its refusals as one sentence."""
    from dashboards.console.office import Office, OfficeLost, OfficeRefused

    async def run() -> T:
        office = Office(settings.gateway)
        try:
            return await work(office)
        finally:
            await office.close()

    try:
        return asyncio.run(run())
    except OfficeLost:
        fail(f"the gateway at {address(settings)} does not answer: nothing was done (`ioc status`)")
    except OfficeRefused as refused:
        fail(f"account {who.account}: {_why(refused.code, kept=bool(who.token))}")


def _why(code: str, *, kept: bool) -> str:
    if code == "bad_credential" and kept:
        return "its session has ended; sign in again with `ioc alerts sign-in`"
    return {
        "bad_credential": "the gateway does not know it with this password, or it is disabled",
        "too_many_attempts": "too many attempts; wait a moment",
        "store_unavailable": "the store does not answer; nothing was done, try again",
        "password_change_needed": "its password was issued; change it at /console/password first",
        "role_not_allowed": "its role may not do that",
    }.get(code, f"the gateway refused ({code})")
