"""From a wish to a command: may this account, is it written down, then onto ioc.control.

Whether the alert's state allows it is not decided here: watch, the only writer of transitions, accepts or
refuses the command against the state it finds.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from ioc.accounts import Account, Session, Shift
from ioc.clock import Clock
from ioc.commands import NotACommand, build, encode
from ioc.contracts.fields import stamp
from ioc.roles import FILE
from ioc.units import Units
from producers.gateway.office.audited import Cursor, chain, following, line
from producers.gateway.office.bodies import HandOver, Wish
from producers.gateway.office.desk import Desk, Row, Send
from producers.gateway.office.permitting import Permits
from producers.gateway.office.sessions import Sessions, stored
from producers.gateway.outlet import Unpublished
from producers.gateway.problems import Problem

AT_MOST = 1000
READING = timedelta(days=1)
"""The longest that the pages of one reading may take: the time that was asked for runs on meanwhile."""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Office:
    """What one account may see and ask for."""

    def __init__(
        self, *, desk: Desk, sessions: Sessions, send: Send, permits: Permits, units: Units, clock: Clock
    ) -> None:
        self._desk = desk
        self._sessions = sessions
        self._send = send
        self.roles = permits.roles
        self._permits = permits
        self._units = units
        self.clock = clock

    async def note_roles(self) -> None:
        """Write down that other rights are in force than when that was last written. Raises `Problem` 503."""
        said = f"version={self.roles.version}"
        last = await stored(self._desk.trail, LONG_AGO, self.clock.now(), "", FILE, 1)
        if not last or said not in last[0].deed.detail:
            await self._sessions.note(None, "load_roles", FILE, "done", said)

    async def tell_roles(self) -> None:
        """The same as work beside the requests: once, again until the store answers."""
        await self.note_roles()
        await asyncio.Event().wait()

    async def alerts(self, session: Session, status: str, limit: int) -> list[Row]:
        """The alerts that the account may see. Raises `Problem` 403."""
        await self._permits.see(session.account, "alerts", "alerts")
        return await stored(self._desk.alerts, status, self._within(session.account), min(limit, AT_MOST))

    async def alert(self, session: Session, ref: str) -> Row:
        """One alert that the account may see. Raises `Problem` 403, 404 also for those of others."""
        await self._permits.see(session.account, "alerts", "alerts")
        found, within = await stored(self._desk.alert, ref), self._within(session.account)
        if found is None or (within is not None and not {found["unit"], found["to_unit"]} & {*within}):
            raise Problem("not_found", "there is no such alert")
        return found

    async def ask(self, session: Session, ref: str, wish: Wish) -> UUID:
        """Send what is wished as a command and return its id.

        Raises `Problem` 403 for what the account may not do, 404, 422, 503.
        """
        account = session.account
        alert = await stored(self._desk.alert, ref)
        if alert is None:
            raise Problem("not_found", "there is no such alert")
        mine = self._permits.mine(account)
        own = alert["unit"] in mine or alert.get("to_unit") in mine
        await self._permits.allow(account, wish.action, ref, own=own, status=wish.seen.status)
        if not self._permits.sees(account, "alerts", own=own):
            await self._permits.refuse(account, wish.action, ref, "unit")
        self._check_recipient(wish)
        wanted = wish.model_dump(include={"to_role", "to_unit", "reason_code", "step", "until"})
        given: dict[str, Any] = {name: value for name, value in wanted.items() if value is not None}
        command_id, now = uuid4(), self.clock.now()
        try:
            command = build(
                ref,
                wish.action,
                role=account.role,
                actor=account.name,
                seen=wish.seen,
                at=now,
                id=command_id,
                **given,
            )
        except NotACommand as error:
            raise Problem("schema", str(error)) from None
        said = [f"command={command_id}", f"seen={wish.seen.status}.{wish.seen.seqno}"]
        said += [f"{name}={value}" for name, value in given.items()]
        await self._sessions.note(account, wish.action, ref, "done", *said)
        try:
            await self._send(encode(command))
        except Unpublished:
            await self._sessions.note(account, wish.action, ref, "failed", *said)
            raise Problem("broker_unavailable", "Kafka did not acknowledge the command; ask again") from None
        return command_id

    async def hand_over(self, session: Session, body: HandOver) -> Shift:
        """Close a shift with what stands open. Raises `Problem` 403, 422."""
        account = session.account
        await self._permits.allow(account, "hand_over", "", own=True)
        if strangers := [note for note in body.notes if note not in self.roles.notes]:
            place = f"/notes/{body.notes.index(strangers[0])}"
            raise Problem("schema", f"{place}: expected one of {', '.join(self.roles.notes)}")
        counts = await stored(self._desk.standing)
        shift = Shift(uuid4(), self.clock.now(), account.name, account.role, counts, body.notes)
        said = [f"{name}={count}" for name, count in counts.items()]
        said += [f"note={note}" for note in body.notes]
        await self._sessions.note(account, "hand_over", str(shift.id), "done", *said)
        await stored(self._desk.hand_over, shift)
        return shift

    async def last_shift(self, session: Session) -> Shift | None:
        """The last hand-over, for who sees the console. Raises `Problem` 403."""
        await self._permits.see(session.account, "console", "console")
        return await stored(self._desk.last_shift)

    async def trail(
        self, session: Session, days: int, account: str, about: str, limit: int, after: str = ""
    ) -> Row:
        """The audit trail of the last days; that it was read stands in it. Raises `Problem` 403, 422.

        `{deeds, next, chain}`: the lines, where they go on, and whether the chain of all lines of these days
        holds; that is looked at once, with the first of them.
        """
        await self._permits.allow(session.account, "read_audit", "", own=True)
        until, limit, said = self.clock.now(), min(limit, AT_MOST), [f"days={days}"]
        since, place = until - timedelta(days=days), None
        if after:
            cursor = _cursor(after, since)
            since, place = cursor.since, (cursor.at, cursor.id)
            said.append(f"after={stamp(cursor.at)}")
        await self._sessions.note(session.account, "read_audit", "", "done", *said)
        found = await stored(self._desk.trail, since, until, account, about, limit + 1, place)
        return {
            "deeds": [line(each) for each in found[:limit]],
            "next": following(found, limit, since),
            "chain": None if after else chain(await stored(self._desk.chain, since)),
        }

    def _check_recipient(self, wish: Wish) -> None:
        if wish.to_unit is not None and wish.to_unit not in self._units.codes:
            raise Problem("schema", "/to_unit: expected the code of a unit of the catalogue")
        if wish.to_role is not None and wish.to_role not in self.roles:
            raise Problem("schema", f"/to_role: expected one of {', '.join(self.roles)}")

    def _within(self, account: Account) -> tuple[str, ...] | None:
        """The units whose alerts it sees; None: all."""
        return None if self._permits.sees(account, "alerts", own=False) else self._permits.mine(account)


def _cursor(text: str, since: datetime) -> Cursor:
    """Where a reading goes on that began not long ago. Raises `Problem` 422."""
    try:
        cursor = Cursor.read(text)
    except ValueError:
        cursor = None
    if cursor is None or not since - READING <= cursor.since <= since:
        raise Problem("schema", "/after: expected `next` of an answer for the same days, of today")
    return cursor
