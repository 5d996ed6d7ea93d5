"""What all pages of the console share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dashboards.console.counting import Counting
from dashboards.console.lists import Alert, Entry, due, time_words
from dashboards.console.office import Office, OfficeLost, OfficeRefused
from dashboards.console.reading import Reading
from dashboards.console.sessions import Sessions, Visitor
from ioc.alerts import Rules
from ioc.clock import VIETNAM, Clock
from ioc.messages import of, say
from ioc.peers import Proxies
from ioc.reference import Catalogue
from ioc.roles import Roles

BELIEVED_S = 5.0
"""So long a session counts as one without asking the gateway: after that a disabled account is out."""
GRACE_S = 60.0
"""So long it does while the gateway is away: a wall must not go dark because a gateway starts again."""


@dataclass
class Console:
    """The parts, made once by `app.install`. `briefs`: where documents for leaders are laid down."""

    office: Office
    sessions: Sessions
    reading: Reading
    catalogue: Catalogue
    rules: Rules
    roles: Roles
    clock: Clock
    tenant: str
    briefs: Path
    counting: Counting | None = None
    proxies: Proxies = field(default_factory=Proxies)

    @property
    def role_names(self) -> Mapping[str, str]:
        return {role.id: of(role.name) for role in self.roles.values()} | {"watch": say("centre")}

    def role_name(self, code: str) -> str:
        return self.role_names.get(code, code)

    def unit_name(self, code: str) -> str:
        """The unit's name; what belongs to no unit concerns the whole system."""
        if not code:
            return say("no_unit")
        return self.catalogue.units.get(code).name if code in self.catalogue.units.codes else code

    def answers_for(self, code: str) -> list[str]:
        """Codes whose cases a unit's alerts are about today: its own, and those of units merged into it."""
        units, today = self.catalogue.units, self.catalogue.calendar.local_date(self.clock.now())
        taken = {each for each in units.codes if units.successor(each, today) == code}
        return sorted({code} | taken)

    def place(self, code: str) -> str:
        """The unit's name, or that it is the whole ministry."""
        return say("leader.totals") if code == self.tenant else self.unit_name(code)

    async def confirm(self, visitor: Visitor) -> bool:
        """True, or it raises: `OfficeRefused` for who is not signed in any more, `OfficeLost`.

        For everything that is read from the store itself: only the gateway knows who was disabled, was given
        another password or has signed out elsewhere.
        """
        if self.sessions.find(visitor.key) is None:
            raise OfficeRefused(401, "bad_credential")
        if self.sessions.confirmed(visitor.key, BELIEVED_S):
            return True
        try:
            await self.office.me(visitor.token)
        except (OfficeLost, OfficeRefused) as error:
            away = isinstance(error, OfficeLost) or error.status == 503
            if away and self.sessions.confirmed(visitor.key, GRACE_S):
                return True
            raise
        self.sessions.confirm(visitor.key)
        return True

    def mine(self, visitor: Visitor) -> tuple[str, ...]:
        """The visitor's unit and everything beneath it today."""
        today = self.clock.now().astimezone(VIETNAM).date()
        return (visitor.signed.unit, *self.catalogue.units.under(visitor.signed.unit, today))

    def within(self, visitor: Visitor) -> Sequence[str] | None:
        """The units it sees in detail; None: all."""
        return None if visitor.sees_all else self.mine(visitor)

    def owns(self, visitor: Visitor, alert: Alert) -> bool:
        mine = self.mine(visitor)
        return alert.unit in mine or alert.to_unit in mine

    def time(self, entry: Entry) -> str:
        """Time left or overdue, in words."""
        return time_words(entry, self.clock.now(), self.role_names, self.catalogue.calendar)

    def entry(self, alert: Alert) -> Entry:
        return Entry(alert, due(alert, self.rules.get(alert.rule), self.catalogue.calendar))
