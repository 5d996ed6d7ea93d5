"""Approving a report: somebody who may says that this very file is what the meeting gets.

What was approved stands in the audit trail and nowhere else: a line that is chained, and can only be followed
by another.
"""

import re
from datetime import timedelta
from pathlib import PurePath
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ioc.accounts import Account, Deed, Session
from ioc.clock import Clock
from producers.gateway.office.desk import Desk, Row
from producers.gateway.office.permitting import Permits
from producers.gateway.office.sessions import Sessions, stored
from producers.gateway.problems import Problem

PAGE, ACTION = "briefing", "approve_report"
KEPT = timedelta(days=3 * 366)
MOST = 200
DIGEST = re.compile(r"sha256=([0-9a-f]{64})")


class Approval(BaseModel):
    """The SHA-256 of the file that was read, in hexadecimal."""

    model_config = ConfigDict(extra="forbid")

    digest: str = Field(pattern=r"^[0-9a-f]{64}$")


class ReportDesk:
    """Reports by name: `2026-W47/G09.pdf`, of the week and for the unit."""

    def __init__(self, *, desk: Desk, sessions: Sessions, permits: Permits, clock: Clock) -> None:
        self._desk = desk
        self._sessions = sessions
        self._permits = permits
        self._clock = clock

    async def approval(self, session: Session, report: str) -> Row | None:
        """Who approved it last, when, and which file; None: nobody. Raises `Problem` 403, 404."""
        await self._seen(session.account, report)
        now = self._clock.now()
        # To the end of this millisecond: the line that was written a moment ago is one of them.
        until = now + timedelta(milliseconds=1)
        for line in await stored(self._desk.trail, now - KEPT, until, "", report, MOST):
            if line.deed.action == ACTION and line.deed.outcome == "done":
                return _told(line.deed)
        return None

    async def approve(self, session: Session, report: str, approval: Approval) -> Row:
        """Say so. Raises `Problem` 403, 404."""
        account = session.account
        own = await self._seen(account, report)
        await self._permits.allow(account, ACTION, report, own=own)
        await self._sessions.note(account, ACTION, report, "done", f"sha256={approval.digest}")
        at = self._clock.now()
        return {"role": account.role, "account": account.name, "at": at, "digest": approval.digest}

    async def _seen(self, account: Account, report: str) -> bool:
        """Whether it is of the account's own units. Raises `Problem` 403; 404 for those of others."""
        await self._permits.see(account, "reports", PAGE, about=report)
        own = PurePath(report).stem in self._permits.mine(account)
        if not self._permits.sees(account, PAGE, own=own):
            raise Problem("not_found", "there is no such report")
        return own


def _told(deed: Deed) -> dict[str, Any]:
    found = next((said[1] for each in deed.detail if (said := DIGEST.fullmatch(each))), "")
    return {"role": deed.role, "account": deed.account, "at": deed.at, "digest": found}
