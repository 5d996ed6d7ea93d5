"""Tasks, comments and corrections: who may ask, who answers, and that nobody overwrites anybody."""

from collections.abc import Container
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID, uuid4

from ioc.accounts import Session
from ioc.clock import VIETNAM, Clock
from ioc.orders import AHEAD, ANSWERING, ASKING, About, Act, Kind, Order, Step, Wish
from ioc.units import Units
from producers.gateway.office.desk import Desk
from producers.gateway.office.permitting import Permits
from producers.gateway.office.sessions import Sessions, stored
from producers.gateway.problems import Problem

Row = dict[str, Any]
PAGES = {Kind.order: "orders", Kind.comment: "orders", Kind.correction: "corrections"}
"""The page of roles.yaml on which each kind is seen."""
KEPT = timedelta(days=30)
"""How long what is over stays in the list."""


class Orders(Protocol):
    """The store's side; may be called from any thread. Everything raises `StoreUnavailable`."""

    def listed(self) -> list[Order]:
        """All, the newest first."""

    def find(self, order: UUID) -> Order | None:
        """One."""

    def keep(self, order: Order) -> bool:
        """Write its last step; False when somebody else's has that number already."""

    def units_of(self, subject: str) -> set[str]:
        """The units that the events of a case speak of; none when there is no such case."""

    def corrects(self, event: str) -> bool:
        """Whether a counted event of this id corrects another."""


class OrderDesk:
    """What one account may see, ask and answer."""

    def __init__(
        self,
        *,
        orders: Orders,
        desk: Desk,
        sessions: Sessions,
        permits: Permits,
        units: Units,
        kpis: Container[str],
        clock: Clock,
    ) -> None:
        self._orders = orders
        self._desk = desk
        self._sessions = sessions
        self._permits = permits
        self._units = units
        self._kpis = kpis
        self._clock = clock

    async def listed(self, session: Session) -> list[Row]:
        """What the account may see: open, or over since a month. Raises `Problem` 403."""
        await self._permits.see(session.account, "orders", *PAGES.values())
        mine, since = self._permits.mine(session.account), self._clock.now() - KEPT
        found = await stored(self._orders.listed)
        seen = [each for each in found if self._sees(session, each, mine)]
        return [told(each) for each in seen if not each.over or (each.at or each.asked_at) >= since]

    async def ask(self, session: Session, wish: Wish) -> Row:
        """Ask for it. Raises `Problem` 403, 404 for what it is about, 409, 422."""
        account, now = session.account, self._clock.now()
        mine = self._permits.mine(account)
        await self._permits.allow(account, ASKING[wish.kind], "", own=wish.unit in mine)
        await self._check(session, wish, mine)
        made = Order(uuid4(), wish, account.name, account.role, now, uuid4(), 1, account=account.name,
                     role=account.role, at=now)  # fmt: skip
        await self._keep(session, f"ask_{wish.kind}", made)
        return told(made)

    async def step(self, session: Session, order: UUID, step: Step) -> Row:
        """Answer it, or take it back. Raises `Problem` 403, 404, 409, 422."""
        found = await stored(self._orders.find, order)
        account = session.account
        mine = self._permits.mine(account)
        if found is None or not self._sees(session, found, mine):
            raise Problem("not_found", "there is no such order")
        wish = found.wish
        if step.act is Act.withdraw:
            await self._permits.allow(account, ASKING[wish.kind], str(order), own=wish.unit in mine)
            if account.name != found.asked_by:
                await self._permits.refuse(account, f"withdraw_{wish.kind}", str(order), "role")
        else:
            await self._permits.allow(account, ANSWERING[wish.kind], str(order), own=wish.unit in mine)
        after = found.after(step, uuid4(), account.name, account.role, self._clock.now())
        if after is None:
            raise Problem("stale", f"it is {found.state.value}, step {found.seqno}: look at it again")
        if step.event and not await stored(self._orders.corrects, step.event):
            raise Problem("schema", "/event: expected the id of a counted event that corrects another")
        await self._keep(session, f"{step.act}_{wish.kind}", after)
        return told(after)

    async def _keep(self, session: Session, action: str, order: Order) -> None:
        """The line, then the step. Raises `Problem` 409 when somebody was quicker."""
        await self._sessions.note(session.account, action, str(order.id), "done", *order.said())
        if not await stored(self._orders.keep, order):
            said = (*order.said(), "reason=stale")
            await self._sessions.note(session.account, action, str(order.id), "failed", *said)
            raise Problem("stale", "somebody else was quicker: look at it again")

    async def _check(self, session: Session, wish: Wish, mine: tuple[str, ...]) -> None:
        """What it is about exists, and is the account's to speak of. Raises `Problem` 404, 422."""
        if wish.unit not in self._units.codes:
            raise Problem("schema", "/unit: expected the code of a unit of the catalogue")
        today = self._clock.now().astimezone(VIETNAM).date()
        if wish.due is not None and not today <= wish.due <= today + AHEAD:
            raise Problem("schema", "/due: expected a day from today on, at most a year ahead")
        match wish.about:
            case About.kpi:
                there = wish.ref in self._kpis
            case About.alert:
                there = await stored(self._desk.alert, wish.ref) is not None
            case About.case:
                there = bool({*mine} & await stored(self._orders.units_of, wish.ref))
        if not there:
            raise Problem("not_found", "there is nothing of this name that it could be about")

    def _sees(self, session: Session, order: Order, mine: tuple[str, ...]) -> bool:
        page = PAGES[order.wish.kind]
        return self._permits.sees(session.account, page, own=order.wish.unit in mine)


def told(order: Order) -> Row:
    """As it is answered."""
    asked = {"asked_by": order.asked_by, "asked_role": order.asked_role, "asked_at": order.asked_at}
    step = {"seqno": order.seqno, "state": order.state, "role": order.role, "at": order.at}
    answer = {"event": order.event, "answer": order.answer, "over": order.over}
    return {"id": order.id, **order.wish.model_dump(), **asked, **step, **answer}
