"""What was done with the centre: written once, before it takes effect, and read by auditors."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from ioc.accounts import Deed, Shift
from storage.client import Store

TRAIL, SHIFTS = "ioc.audit_trail", "ioc.shifts"
MOST = 1000
"""Rows of one answer."""


def note(store: Store, tenant: str, deed: Deed) -> None:
    """Write one line. Sent again after a failure it is still one line."""
    row: Mapping[str, object] = {
        "tenant": tenant,
        "at": deed.at,
        "id": deed.id,
        "account": deed.account,
        "role": deed.role,
        "action": deed.action,
        "object": deed.object,
        "outcome": deed.outcome,
        "detail": list(deed.detail),
    }
    store.insert(TRAIL, list(row), [[value] for value in row.values()], token=str(deed.id))


def trail(
    store: Store,
    tenant: str,
    since: datetime,
    until: datetime,
    *,
    account: str = "",
    about: str = "",
    limit: int = 200,
) -> list[Deed]:
    """What was done from `since` to before `until`, newest first; of one account, about one object."""
    rows = store.query(
        "SELECT id, at, account, role, action, object, outcome, detail FROM ioc_read.audit_trail"
        " WHERE tenant = %(tenant)s AND at >= %(since)s AND at < %(until)s"
        " AND (%(account)s = '' OR account = %(account)s) AND (%(about)s = '' OR object = %(about)s)"
        " ORDER BY at DESC, id LIMIT %(limit)s",
        {
            "tenant": tenant,
            "since": _text(since),
            "until": _text(until),
            "account": account,
            "about": about,
            "limit": min(limit, MOST),
        },
    )
    return [
        Deed(UUID(str(id_)), _utc(at), who, role, action, object_, outcome, tuple(detail))
        for id_, at, who, role, action, object_, outcome, detail in rows
    ]


def hand_over(store: Store, tenant: str, shift: Shift) -> None:
    """Write a hand-over; again after a failure, it is still one."""
    row: Mapping[str, object] = {
        "tenant": tenant,
        "handed_at": shift.handed_at,
        "id": shift.id,
        "account": shift.account,
        "role": shift.role,
        "counts": dict(shift.counts),
        "notes": list(shift.notes),
    }
    store.insert(SHIFTS, list(row), [[value] for value in row.values()], token=str(shift.id))


def last_shift(store: Store, tenant: str) -> Shift | None:
    """The last hand-over; None before the first."""
    rows = store.query(
        f"SELECT id, handed_at, account, role, counts, notes FROM {SHIFTS}"  # noqa: S608
        " WHERE tenant = %(tenant)s ORDER BY handed_at DESC, id LIMIT 1",
        {"tenant": tenant},
    )
    for id_, at, account, role, counts, notes in rows:
        return Shift(UUID(str(id_)), _utc(at), account, role, dict(counts), tuple(notes))
    return None


def _text(at: datetime) -> str:
    """As a literal of DateTime64(3): the driver writes instants without their milliseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def _utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
