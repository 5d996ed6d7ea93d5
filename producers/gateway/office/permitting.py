"""What an account may see and do, by its role and its unit; that it may not is written down."""

from typing import NoReturn

from ioc.accounts import Account
from ioc.clock import VIETNAM, Clock
from ioc.roles import Roles
from ioc.units import Units
from producers.gateway.office.sessions import Sessions
from producers.gateway.problems import Problem

FORBIDDEN = {
    "role": "the role of this account may not do that",
    "unit": "the role of this account may do that in its own unit only",
    "status": "the role of this account may do that in other states of an alert only",
}


class Permits:
    """The rules of roles.yaml for whoever asks; all desks of the office share them."""

    def __init__(self, *, roles: Roles, units: Units, sessions: Sessions, clock: Clock) -> None:
        self.roles = roles
        self._units = units
        self._sessions = sessions
        self._clock = clock

    def mine(self, account: Account) -> tuple[str, ...]:
        """The account's unit and everything beneath it today."""
        today = self._clock.now().astimezone(VIETNAM).date()
        return (account.unit, *self._units.under(account.unit, today))

    def sees(self, account: Account, page: str, *, own: bool) -> bool:
        """Whether what a page shows of the own unit, or of another, is for this account."""
        return self.roles.sees(account.role, page, own=own)

    async def see(self, account: Account, named: str, *pages: str, about: str = "") -> None:
        """Only who sees one of these pages, at least of the own unit. Raises `Problem` 403."""
        if not any(self.sees(account, page, own=True) for page in pages):
            await self.refuse(account, f"see_{named}", about, "role")

    async def allow(
        self,
        account: Account,
        action: str,
        about: str,
        *,
        own: bool,
        status: str | None = None,
        noted: str = "",
    ) -> None:
        """Only who may do this to something of the own unit, or of another (`own` False).

        `noted`: what a refusal is written down as, when it is not the action. Raises `Problem` 403.
        """
        against = self.roles.refusal(account.role, action, own=own, status=status)
        if against is not None:
            await self.refuse(account, noted or action, about, against)

    async def refuse(self, account: Account, action: str, about: str, against: str) -> NoReturn:
        """Write a refusal down and raise it: `Problem` 403."""
        await self._sessions.note(account, action, about, "refused", f"reason={against}")
        raise Problem(f"{against}_not_allowed", FORBIDDEN[against])
