"""A back office over a desk that only remembers."""

import json
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from argon2 import PasswordHasher

from ioc.accounts import Account, Deed, Kept, Session, Shift
from ioc.adoption import Batch
from ioc.alerts import Rules
from ioc.audit_chain import Line, Report
from ioc.clock import FixedClock
from ioc.decisions import Decision
from ioc.desk import Act, Place, Quarantined, Sieve, Stage
from ioc.errors import StoreUnavailable
from ioc.kpis import Kpis
from ioc.orders import Order
from ioc.passwords import Passwords
from ioc.reference import Catalogue
from ioc.roles import Roles
from producers.gateway.access import Keyring
from producers.gateway.app import create_app
from producers.gateway.office.acting import Office
from producers.gateway.office.decisions import DecisionDesk
from producers.gateway.office.ordering import OrderDesk
from producers.gateway.office.permitting import Permits
from producers.gateway.office.quarantine import QuarantineDesk
from producers.gateway.office.reporting import ReportDesk
from producers.gateway.office.routes import router
from producers.gateway.office.sessions import Sessions
from producers.gateway.office.sourcing import SourceDesk
from producers.gateway.outlet import Unpublished
from tests.unit.gateway.conftest import Memory

NOW = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)
CATALOGUE = Catalogue.load()
KPIS, RULES = Kpis.load(), Rules.load()
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
REF = "5f0e8f0a-1111-5222-8333-444455556666"
EDXML = "G09.902,2026/03/02,123/QĐ-BNV"
WORD = "mật khẩu đủ dài"


def alert(ref: str = REF, **changes: Any) -> dict[str, Any]:
    row = {"alert_ref": ref, "rule": "hoatoc_unassigned", "unit": "G09.902", "to_unit": "", "open": 1}
    return {**row, "severity": "critical", "status": "raised", "seqno": 1, **changes}


class FakeDesk:
    """What the store would hold."""

    def __init__(self) -> None:
        self.accounts: dict[str, Kept] = {}
        self.sessions: dict[str, tuple[Session, int]] = {}
        self.ended: set[str] = set()
        self.deeds: list[Deed] = []
        self.shifts: list[Shift] = []
        self.views: dict[UUID, Batch] = {}
        self.rows: dict[str, dict[str, Any]] = {REF: alert()}
        self.outcomes: dict[UUID, tuple[bool, str, str, int]] = {}
        self.down = False
        self.used = 0
        self.asked: list[tuple[Any, ...]] = []

    def account(self, name: str) -> Kept | None:
        self._up()
        return self.accounts.get(name)

    def keep(self, kept: Kept, at: datetime) -> Account:
        self._up()
        before = self.accounts.get(kept.account.name)
        account = replace(kept.account, version=before.account.version + 1 if before else 1)
        self.accounts[account.name] = Kept(account, kept.password_hash)
        return account

    def begin(self, session: Session) -> None:
        self._up()
        self.sessions[session.digest] = (session, session.account.version)

    def use(self, session: Session) -> None:
        self._up()
        self.used += 1
        self.sessions[session.digest] = (session, self.sessions[session.digest][1])

    def end(self, session: Session) -> None:
        self._up()
        self.ended.add(session.digest)

    def session(self, digest: str) -> Session | None:
        self._up()
        if digest not in self.sessions or digest in self.ended:
            return None
        session, version = self.sessions[digest]
        account = self.accounts[session.account.name].account
        if account.disabled or account.version != version:
            return None
        return replace(session, account=account)

    def note(self, deed: Deed) -> None:
        self._up()
        self.deeds.append(deed)

    def trail(
        self,
        since: datetime,
        until: datetime,
        account: str,
        about: str,
        limit: int,
        after: tuple[datetime, UUID] | None = None,
    ) -> list[Line]:
        self._up()
        found = [each for each in reversed(self.deeds) if since <= each.at <= until]
        if after is not None:
            found = found[[(each.at, each.id) for each in found].index(after) + 1 :]
        return [Line(each) for each in found if about in ("", each.object)][:limit]

    def chain(self, since: datetime) -> Report | None:
        self._up()
        return Report(lines=len(self.deeds))

    def add_views(self, batch: Batch) -> None:
        self._up()
        self.views.setdefault(batch.batch, batch)

    def hand_over(self, shift: Shift) -> None:
        self._up()
        self.shifts.append(shift)

    def last_shift(self) -> Shift | None:
        return self.shifts[-1] if self.shifts else None

    def alerts(self, status: str, units: Sequence[str] | None, limit: int) -> list[dict[str, Any]]:
        self._up()
        self.asked.append((status, units, limit))
        return [row for row in self.rows.values() if units is None or row["unit"] in units]

    def alert(self, ref: str) -> dict[str, Any] | None:
        self._up()
        return self.rows.get(ref)

    def standing(self) -> dict[str, int]:
        return {"open": len(self.rows), "critical": 1}

    def outcome(self, command: UUID) -> tuple[bool, str, str, int] | None:
        return self.outcomes.get(command)

    def _up(self) -> None:
        if self.down:
            raise StoreUnavailable("the store does not answer")

    def told(self) -> list[tuple[str, str, str]]:
        """(account, action, outcome) of every line of the trail."""
        return [(deed.account, deed.action, deed.outcome) for deed in self.deeds]


def refused(offset: int, **changes: Any) -> Quarantined:
    """A record in quarantine."""
    plain = Quarantined(
        "events_documents", UUID(int=7), 0, offset, NOW, "rejected", "unknown_unit", "/orgunit",
        "urn:ioc:G09:qlvb", "vn.gov.ioc.document.received.v1", "", "G09.17", "{}", "v1",
    )  # fmt: skip
    return replace(plain, **changes)


class FakeRefused:
    """What the store would hold for the quarantine desk."""

    def __init__(self) -> None:
        self.records: dict[str, Quarantined] = {}
        self.kept: dict[UUID, Act] = {}
        self.asked: list[Sieve] = []

    def has(self, *records: Quarantined) -> list[str]:
        self.records |= {str(each.place): each for each in records}
        return [str(each.place) for each in records]

    def listed(self, sieve: Sieve, limit: int) -> list[Quarantined]:
        self.asked.append(sieve)
        fits = [
            each
            for each in self.records.values()
            if sieve.reason in ("", each.reason) and sieve.state in ("", each.state)
        ]
        return fits[:limit]

    def grouped(self, by: str, sieve: Sieve) -> list[dict[str, Any]]:
        self.asked.append(sieve)
        return [{"by": by, "records": len(self.records)}]

    def at(self, places: Sequence[Place]) -> list[Quarantined]:
        return [self.records[str(each)] for each in places if str(each) in self.records]

    def conflict(self, place: Place) -> dict[str, Any] | None:
        return {"fingerprint": "aa", "counted": {"id": "ioc.documents/0/1", "fingerprint": "bb"}}

    def moved_to(self, place: Place) -> Place | None:
        return Place("ioc.documents", 0, 99)

    def about(self, place: Place) -> list[Act]:
        return [act for act in self.kept.values() if place in act.records]

    def act(self, act: UUID) -> Act | None:
        return self.kept.get(act)

    def acts(self, stage: Stage) -> list[Act]:
        return [act for act in self.kept.values() if act.stage is stage]

    def keep(self, act: Act, at: datetime) -> None:
        self.kept[act.id] = act

    def mark(self, act: Act, state: str, records: Iterable[Place], at: datetime) -> None:
        for each in records:
            self.records[str(each)] = replace(self.records[str(each)], state=state)


class FakeDecisions:
    """What the store would hold of decisions."""

    def __init__(self) -> None:
        self.kept: dict[UUID, Decision] = {}

    def listed(self) -> list[Decision]:
        return [*self.kept.values()]

    def find(self, decision: UUID) -> Decision | None:
        return self.kept.get(decision)

    def keep(self, decision: Decision, at: datetime) -> None:
        self.kept[decision.id] = decision


class FakeOrders:
    """What the store would hold of orders. `quicker`: another's step takes the number first."""

    def __init__(self) -> None:
        self.kept: dict[UUID, Order] = {}
        self.quicker = False

    def listed(self) -> list[Order]:
        return [*self.kept.values()]

    def find(self, order: UUID) -> Order | None:
        return self.kept.get(order)

    def keep(self, order: Order) -> bool:
        if self.quicker:
            return False
        self.kept[order.id] = order
        return True

    def units_of(self, subject: str) -> set[str]:
        return {"CV-902": {"G09.902"}, EDXML: {"G09.902"}, "CV-905": {"G09.905"}}.get(subject, set())

    def corrects(self, event: str) -> bool:
        return event == "evt-correcting"


class FakeStanding:
    """What the store would say of source systems."""

    def standing(self, codes: list[str]) -> list[dict[str, Any]]:
        return [{"system_code": code, "state": "live", "counted": 7} for code in codes]

    def refused(self, code: str) -> list[dict[str, Any]]:
        return [{"place": "door", "reason": "schema", "records": 2}]


class Bench:
    """The application with its desk, its clock, what it sent to Kafka, and a client."""

    def __init__(self, folder: Path) -> None:
        self.desk = FakeDesk()
        self.refused = FakeRefused()
        self.decided = FakeDecisions()
        self.clock = FixedClock(NOW)
        self.passwords = Passwords(CHEAP)
        self.sent: list[dict[str, Any]] = []
        self.kafka_down = False
        self.orders = FakeOrders()
        self.standing = FakeStanding()
        self.rotated: list[str] = []
        self.keys_closed = False
        self.outlet = Memory()
        self.folder = folder
        self.client: httpx.AsyncClient

    def permits(self, sessions: Sessions) -> Permits:
        return Permits(roles=Roles.load(), units=CATALOGUE.units, sessions=sessions, clock=self.clock)

    def office(self, sessions: Sessions | None = None) -> Office:
        sessions = sessions or Sessions(self.desk, self.clock, self.passwords)
        return Office(
            desk=self.desk,
            sessions=sessions,
            send=self._send,
            permits=self.permits(sessions),
            units=CATALOGUE.units,
            clock=self.clock,
        )

    def app(self) -> Any:
        sessions = Sessions(self.desk, self.clock, self.passwords)
        office, permits = self.office(sessions), self.permits(sessions)
        quarantine = QuarantineDesk(
            refused=self.refused,
            sessions=sessions,
            permits=permits,
            units=CATALOGUE.units,
            sources=CATALOGUE.sources,
            tenant="G09",
            clock=self.clock,
        )
        decisions = DecisionDesk(
            kept=self.decided,
            sessions=sessions,
            permits=permits,
            kpis=KPIS,
            rules=RULES,
            clock=self.clock,
        )
        sources = SourceDesk(
            standing=self.standing,
            sessions=sessions,
            permits=permits,
            units=CATALOGUE.units,
            sources=CATALOGUE.sources,
            rules=CATALOGUE.rules("G09"),
            rotate=self._rotate,
            clock=self.clock,
        )
        orders = OrderDesk(
            orders=self.orders,
            desk=self.desk,
            sessions=sessions,
            permits=permits,
            units=CATALOGUE.units,
            kpis=KPIS,
            clock=self.clock,
        )
        reports = ReportDesk(desk=self.desk, sessions=sessions, permits=permits, clock=self.clock)
        desks = (office, sessions, self.desk, quarantine, decisions, sources, orders, reports)
        credentials = self.folder / "credentials.json"
        credentials.write_text('{"sources": {"qlvb": {"key": "key-of-qlvb"}}}', encoding="utf-8")
        return create_app(
            rules=CATALOGUE.rules("G09"),
            keyring=Keyring(credentials, self.clock),
            outlet=self.outlet,
            clock=self.clock,
            own_unit="G09.919",
            doors=[lambda _: router(*desks)],
        )

    def _rotate(self, code: str) -> str:
        if self.keys_closed:
            raise PermissionError("read-only")
        self.rotated.append(code)
        return f"new-key-of-{code}"

    async def _send(self, command: bytes) -> None:
        if self.kafka_down:
            raise Unpublished("Kafka did not acknowledge the command")
        self.sent.append(json.loads(command))

    def has(self, name: str, role: str, unit: str = "G09", **more: Any) -> None:
        """An account with the password `WORD`."""
        kept = Kept(Account(name, role, unit, **more), self.passwords.hash(WORD))
        self.desk.keep(kept, NOW)

    async def sign_in(self, name: str, password: str = WORD, **headers: str) -> httpx.Response:
        return await self.client.post(
            "/office/session", json={"account": name, "password": password}, headers=headers
        )

    async def token(self, name: str) -> dict[str, str]:
        """The header of a new session."""
        answer = await self.sign_in(name)
        assert answer.status_code == 201, answer.text
        return {"Authorization": f"Bearer {answer.json()['token']}"}

    async def ask(self, header: dict[str, str], action: str, ref: str = REF, **more: Any) -> httpx.Response:
        body = {"action": action, "seen": {"status": "raised", "seqno": 1}, **more}
        return await self.client.post(f"/office/alerts/{ref}/actions", json=body, headers=header)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Bench]:
    bench = Bench(folder)
    app = bench.app()
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True, client=("10.0.0.7", 4000))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://gateway") as client,
    ):
        bench.client = client
        yield bench
