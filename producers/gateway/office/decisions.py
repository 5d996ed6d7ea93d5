"""Targets, weights and thresholds: one account proposes a change, another one approves it.

Nothing happens here but writing down: the reducer takes over what two persons decided, and values follow from
the day from which it holds.
"""

import asyncio
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID, uuid4

from ioc.accounts import Account, Session
from ioc.alerts import Rules
from ioc.clock import VIETNAM, Clock
from ioc.deciding import NotDecidable, checked
from ioc.decision_documents import Row, held, told
from ioc.decisions import Change, Decision, Stage, until
from ioc.kpis import Kpis
from producers.gateway.office.decided import Kept
from producers.gateway.office.permitting import Permits
from producers.gateway.office.sessions import Sessions, stored
from producers.gateway.problems import Problem

PAGES = ("configuration", "kpis")
"""Either of these pages of roles.yaml shows what holds and what is decided."""


class DecisionDesk:
    """What one account may see and decide."""

    def __init__(
        self, *, kept: Kept, sessions: Sessions, permits: Permits, kpis: Kpis, rules: Rules, clock: Clock
    ) -> None:
        self._kept = kept
        self._sessions = sessions
        self._permits = permits
        self._kpis = kpis
        self._rules = rules.about(kpis)
        self._clock = clock
        # Two persons may press at once: what one of them did is seen before the other's is judged.
        self._one_by_one = asyncio.Lock()

    async def decisions(self, session: Session) -> list[Row]:
        """All decisions, the newest first. Raises `Problem` 403."""
        await self._permits.see(session.account, "targets", *PAGES)
        return [told(each, self._clock.now()) for each in reversed(await stored(self._kept.listed))]

    async def holding(self, session: Session, on: date | None) -> Row:
        """Targets, weights and thresholds that hold on a day, by default today. Raises `Problem` 403."""
        await self._permits.see(session.account, "targets", *PAGES)
        day = on or self._today()
        return held(self._kpis, self._rules, await stored(self._kept.listed), day)

    async def propose(self, session: Session, change: Change) -> Row:
        """Write a proposal down. Raises `Problem` 403, 409, 422."""
        await self._allow(session, "propose_change", "")
        account, now = session.account, self._clock.now()
        async with self._one_by_one:
            known = [each.as_of(now) for each in await stored(self._kept.listed)]
            meant, before = self._checked(change, known)
            waiting = (each for each in known if each.stage is Stage.proposed)
            if any(each.change.place == meant.place for each in waiting):
                raise Problem("not_open", "a proposal about the same waits already: approve or withdraw it")
            last = until(now, meant.valid_from)
            made = Decision(uuid4(), meant, account.name, account.role, now, last, before=before)
            await self._sessions.note(account, "propose_change", str(made.id), "done", *made.said())
            await stored(self._kept.keep, made, now)
        return told(made, now)

    async def approve(self, session: Session, decision: UUID) -> Row:
        """The second person's word. Raises `Problem` 403, 404, 409, 422."""
        await self._allow(session, "approve_change", str(decision))
        account, now = session.account, self._clock.now()
        async with self._one_by_one:
            found = await self._waiting(decision)
            if account.name == found.account:
                said = ["reason=same_account"]
                await self._sessions.note(account, "approve_change", str(found.id), "refused", *said)
                raise Problem("second_account", "another account than the one that proposed must approve")
            # The catalogue or another decision may have changed since it was proposed.
            self._checked(found.change, await stored(self._kept.listed))
            await self._sessions.note(account, "approve_change", str(found.id), "done", *found.said())
            return await self._ended(found, Stage.approved, account, now)

    async def withdraw(self, session: Session, decision: UUID) -> Row:
        """The proposer takes a proposal back. Raises `Problem` 403, 404, 409."""
        await self._allow(session, "propose_change", str(decision))
        account, now = session.account, self._clock.now()
        async with self._one_by_one:
            found = await self._waiting(decision)
            if account.name != found.account:
                said = ["reason=other_account"]
                await self._sessions.note(account, "withdraw_change", str(found.id), "refused", *said)
                raise Problem("role_not_allowed", "expected the account that proposed it")
            await self._sessions.note(account, "withdraw_change", str(found.id), "done")
            return await self._ended(found, Stage.withdrawn, account, now)

    async def _ended(self, found: Decision, stage: Stage, account: Account, now: datetime) -> Row:
        ended = replace(found, stage=stage, ended_by=account.name, ended_role=account.role, ended_at=now)
        await stored(self._kept.keep, ended, now)
        return told(ended, now)

    def _checked(self, change: Change, known: list[Decision]) -> tuple[Change, dict[str, float]]:
        try:
            return checked(change, self._kpis, self._rules, known, self._today())
        except NotDecidable as error:
            raise Problem("not_decidable", str(error)) from None

    async def _waiting(self, decision: UUID) -> Decision:
        found = await stored(self._kept.find, decision)
        if found is None:
            raise Problem("not_found", "there is no such decision")
        found = found.as_of(self._clock.now())
        if found.stage is not Stage.proposed:
            raise Problem("not_awaiting", f"this is {found.stage.value}; nothing waits for a second person")
        return found

    async def _allow(self, session: Session, action: str, about: str) -> None:
        # What the whole centre is measured by belongs to no unit: only who may everywhere may.
        await self._permits.allow(session.account, action, about, own=False)

    def _today(self) -> date:
        return self._clock.now().astimezone(VIETNAM).date()
