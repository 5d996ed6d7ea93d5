"""Tasks, comments and corrections as the back office tells them, and what a viewer may do: pure."""

from collections.abc import Iterable
from datetime import date
from urllib.parse import quote, urlencode

from pydantic import AwareDatetime, BaseModel, ConfigDict

from ioc.messages import formats, named
from ioc.orders import ANSWERING, NEXT, Act, Kind, State
from ioc.roles import Roles

HOME = "/console/orders"
PAGES = ("orders", "corrections")
"""Entries of roles.yaml that open the list."""


class Order(BaseModel):
    """One of them as it stands."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    kind: Kind
    about: str
    ref: str
    window: str | None = None
    unit: str
    code: str
    due: date | None = None
    asked_by: str
    asked_role: str
    asked_at: AwareDatetime
    seqno: int
    state: State
    role: str = ""
    at: AwareDatetime | None = None
    event: str = ""
    answer: str = ""
    over: bool = False

    @property
    def name(self) -> str:
        """`Giao việc: xử lý dứt điểm`."""
        return f"{named('order_kind', self.kind)}: {named('order_code', self.code)}"

    @property
    def target(self) -> str:
        """The page of what it is about."""
        match self.about:
            case "alert":
                return f"/console/alert/{self.ref}"
            case "kpi":
                return f"/leader/evidence/{self.ref}/{self.unit}"
        return f"/console/case/{quote(self.ref)}"

    def late(self, today: date) -> bool:
        return self.due is not None and not self.over and self.due < today

    def tone(self, today: date) -> str:
        if self.over:
            return "soft"
        return "act" if self.late(today) else "warn" if self.due == today else ""


def ordered(orders: Iterable[Order]) -> list[Order]:
    """The most urgent first: what is open by its day, then by unit; what is over last, the newest first."""
    found = list(orders)
    standing = sorted(
        (each for each in found if not each.over),
        key=lambda each: (each.due or date.max, each.unit, each.asked_at),
    )
    return standing + sorted((each for each in found if each.over), key=_ended, reverse=True)


def _ended(order: Order) -> AwareDatetime:
    return order.at or order.asked_at


def offered(roles: Roles, role: str, account: str, order: Order, *, own: bool) -> tuple[Act, ...]:
    """The acts to show as buttons; the gateway decides again."""
    possible = NEXT.get((order.kind, order.state), {})
    answers = roles.may(role, ANSWERING[order.kind], own=own)
    mine = order.asked_by == account
    return tuple(act for act in possible if (mine if act is Act.withdraw else answers))


def asking(about: str, ref: str, unit: str) -> str:
    """The address of the form about something."""
    return f"{HOME}/new?{urlencode({'about': about, 'ref': ref, 'unit': unit})}"


def when(day: date | None) -> str:
    """A deadline in words; a dash where there is none."""
    return day.strftime("%d/%m/%Y") if day else formats.NO_DATA
