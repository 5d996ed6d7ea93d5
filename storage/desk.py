"""The back office's side of the store: one connection, shared by the gateway's threads one call at a time."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from ioc.accounts import Account, Deed, Kept, Session, Shift
from ioc.adoption import Batch
from ioc.audit_chain import Line, Report, verify
from ioc.settings import ClickHouse
from storage import accounts, adoption, alerts, audit_trail
from storage.client import Store

TIMEOUT_S = 10.0
CHECKED_AT_MOST = 20_000
"""Lines of the trail that are verified beside requests: some tenths of a second."""
T = TypeVar("T")
LISTED = (
    *("alert_ref", "rule", "name_vi", "name_en", "kpi", "unit", "severity", "status", "seqno", "open"),
    *("owner", "to_unit", "escalated", "breaches", "raised_at", "acknowledged_at", "changed_at"),
    *("changed_by", "shelved_until", "ended_at", "reason", "steps"),
)
_STATUS = {"open": "open = 1", "closed": "open = 0", "all": "1"}
_COUNTS = {
    "open": "1",
    "unacknowledged": "isNull(acknowledged_at)",
    "critical": "severity = 'critical'",
    "escalated": "status = 'escalated'",
    "shelved": "status = 'shelved'",
}


class Shared:
    """One connection for many threads: one call at a time."""

    def __init__(self, settings: ClickHouse, tenant: str, connect: Callable[..., Store] = Store) -> None:
        self._settings = settings
        self._tenant = tenant
        self._connect = connect
        self._store: Store | None = None
        self._lock = threading.Lock()

    def close(self) -> None:
        with self._lock:
            if self._store is not None:
                self._store.close()
                self._store = None

    def _do(self, call: Callable[[Store], T]) -> T:
        with self._lock:
            if self._store is None:
                self._store = self._connect(self._settings, timeout=TIMEOUT_S)
            return call(self._store)


class StoredDesk(Shared):
    """As `producers.gateway.office.desk.Desk`. Its lines of the trail are one chain."""

    def __init__(self, settings: ClickHouse, tenant: str, connect: Callable[..., Store] = Store) -> None:
        super().__init__(settings, tenant, connect)
        self._pen = audit_trail.Pen()

    def account(self, name: str) -> Kept | None:
        return self._do(lambda store: accounts.find(store, self._tenant, name))

    def keep(self, kept: Kept, at: datetime) -> Account:
        return self._do(lambda store: accounts.keep(store, self._tenant, kept, at))

    def begin(self, session: Session) -> None:
        self._do(lambda store: accounts.begin(store, self._tenant, session))

    def use(self, session: Session) -> None:
        self._do(lambda store: accounts.use(store, self._tenant, session))

    def end(self, session: Session) -> None:
        self._do(lambda store: accounts.end(store, self._tenant, session))

    def session(self, digest: str) -> Session | None:
        return self._do(lambda store: accounts.session(store, self._tenant, digest))

    def note(self, deed: Deed) -> None:
        self._do(lambda store: self._pen.note(store, self._tenant, deed))

    def chain(self, since: datetime) -> Report | None:
        tenant = self._tenant
        if self._do(lambda store: audit_trail.count(store, tenant, since)) > CHECKED_AT_MOST:
            return None
        lines = self._do(lambda store: list(audit_trail.chained(store, tenant, since)))
        return verify(tenant, lines, whole=False)

    def trail(
        self,
        since: datetime,
        until: datetime,
        account: str,
        about: str,
        limit: int,
        after: tuple[datetime, UUID] | None = None,
    ) -> list[Line]:
        return self._do(
            lambda store: audit_trail.trail(
                store, self._tenant, since, until, account=account, about=about, limit=limit, after=after
            )
        )

    def add_views(self, batch: Batch) -> None:
        self._do(lambda store: adoption.add(store, self._tenant, batch))

    def hand_over(self, shift: Shift) -> None:
        self._do(lambda store: audit_trail.hand_over(store, self._tenant, shift))

    def last_shift(self) -> Shift | None:
        return self._do(lambda store: audit_trail.last_shift(store, self._tenant))

    def alerts(self, status: str, units: Sequence[str] | None, limit: int) -> list[dict[str, Any]]:
        """The gravest first, then the oldest, as a list is worked through."""
        rows = self._query(
            f"SELECT {', '.join(LISTED)} FROM ioc_read.alerts"  # noqa: S608
            f" WHERE {_STATUS[status]} AND (%(all)s OR has(%(units)s, unit) OR has(%(units)s, to_unit))"
            " ORDER BY open DESC, rank, raised_at, alert_ref LIMIT %(limit)s",
            # Never an empty list: it would have no type.
            {"all": int(units is None), "units": list(units or ()) or ["-"], "limit": limit},
        )
        return [dict(zip(LISTED, row, strict=True)) for row in rows]

    def alert(self, ref: str) -> dict[str, Any] | None:
        rows = self._query(
            f"SELECT {', '.join(LISTED)} FROM ioc_read.alerts WHERE alert_ref = %(ref)s",  # noqa: S608
            {"ref": ref},
        )
        if not rows:
            return None
        found = dict(zip(LISTED, rows[0], strict=True))
        # What was just done to it is in the ledger before its case says so.
        status, seqno = self._do(lambda store: alerts.latest(store, ref)) or (found["status"], found["seqno"])
        return found if seqno <= found["seqno"] else {**found, "status": status, "seqno": seqno}

    def standing(self) -> dict[str, int]:
        """Open alerts, and how many of them are what."""
        counts = ", ".join(f"countIf({condition})" for condition in _COUNTS.values())
        (row,) = self._query(f"SELECT {counts} FROM ioc_read.alerts WHERE open = 1", {})  # noqa: S608
        return dict(zip(_COUNTS, (int(each) for each in row), strict=True))

    def outcome(self, command: UUID) -> tuple[bool, str, str, int] | None:
        """(accepted, reason, status, seqno) of a command; None as long as it is not answered."""
        return self._do(lambda store: alerts.outcome(store, command))

    def _query(self, sql: str, parameters: dict[str, object]) -> list[tuple[Any, ...]]:
        return self._do(lambda store: store.query(sql, parameters))
