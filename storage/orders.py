"""Tasks, comments and corrections: every step is a row, and of two steps of one number only one is kept."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from ioc.orders import Order, State, Wish
from storage.client import Store
from storage.desk import Shared

TABLE = "ioc.orders"
MOST = 1000
"""Of one answer, the newest."""
_COLUMNS = (
    *("id", "kind", "about", "ref", "window", "unit", "code", "due", "asked_by", "asked_role", "asked_at"),
    *("step", "seqno", "state", "account", "role", "at", "event", "answer"),
)


class StoredOrders(Shared):
    """As `producers.gateway.office.ordering.Orders`."""

    def listed(self) -> list[Order]:
        return self._do(lambda store: _asked(store, self._tenant, "1", {}))

    def find(self, order: UUID) -> Order | None:
        found = self._do(lambda store: _asked(store, self._tenant, "id = %(id)s", {"id": str(order)}))
        return found[0] if found else None

    def keep(self, order: Order) -> bool:
        return self._do(lambda store: keep(store, self._tenant, order))

    def units_of(self, subject: str) -> set[str]:
        rows = self._do(
            lambda store: store.query(
                "SELECT DISTINCT unit FROM ioc_read.case_events"
                " WHERE tenant = %(tenant)s AND subject = %(subject)s LIMIT 100",
                {"tenant": self._tenant, "subject": subject},
            )
        )
        return {str(unit) for (unit,) in rows}

    def corrects(self, event: str) -> bool:
        rows = self._do(
            lambda store: store.query(
                "SELECT 1 FROM ioc_read.case_events"
                " WHERE tenant = %(tenant)s AND id = %(id)s AND correctionof != '' LIMIT 1",
                {"tenant": self._tenant, "id": event},
            )
        )
        return bool(rows)


def keep(store: Store, tenant: str, order: Order) -> bool:
    """Write a step; False when another one has its number already. Sent again it is still one step."""
    row: dict[str, object] = {
        "tenant": tenant,
        **{name: getattr(order.wish, name) for name in ("ref", "unit", "code", "due")},
        "kind": order.wish.kind.value,
        "about": order.wish.about.value,
        "window": order.wish.window or "",
        **{name: getattr(order, name) for name in ("id", "step", "seqno", "asked_by", "asked_role")},
        **{name: getattr(order, name) for name in ("asked_at", "account", "role", "event", "answer")},
        "state": order.state.value,
        "at": order.at or order.asked_at,
    }
    token = f"order/{tenant}/{order.id}/{order.seqno}"
    store.insert(TABLE, list(row), [[value] for value in row.values()], token=token)
    rows = store.query(
        f"SELECT step FROM {TABLE} WHERE tenant = %(tenant)s AND id = %(id)s AND seqno = %(seqno)s",  # noqa: S608
        {"tenant": tenant, "id": str(order.id), "seqno": order.seqno},
    )
    return [str(step) for (step,) in rows] == [str(order.step)]


def _asked(store: Store, tenant: str, condition: str, given: dict[str, object]) -> list[Order]:
    """The last step of each, the newest first."""
    rows = store.query(
        f"SELECT * FROM (SELECT {', '.join(_COLUMNS)} FROM {TABLE}"  # noqa: S608 (conditions are ours)
        f" WHERE tenant = %(tenant)s AND {condition} ORDER BY id, seqno DESC LIMIT 1 BY id)"
        f" ORDER BY asked_at DESC, id LIMIT {MOST}",
        {**given, "tenant": tenant},
    )
    return [_order(row) for row in rows]


def _order(row: Sequence[Any]) -> Order:
    named = dict(zip(_COLUMNS, row, strict=True))
    fields = ("kind", "about", "ref", "unit", "code", "due")
    wish = Wish(**{name: named.pop(name) for name in fields}, window=named.pop("window") or None)
    for name in ("asked_at", "at"):
        named[name] = _utc(named[name])
    for name in ("id", "step"):
        named[name] = UUID(str(named[name]))
    named["state"] = State(named["state"])
    return Order(wish=wish, **named)


def _utc(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
