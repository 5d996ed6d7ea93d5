"""What was done with the centre: written once, before it takes effect, chained, and read by auditors."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from uuid import UUID, uuid4

from ioc.accounts import Deed, Shift
from ioc.audit_chain import COLUMNS, Line, before, linked
from storage.client import Store

TRAIL, SHIFTS = "ioc.audit_trail", "ioc.shifts"


class Pen:
    """Writes the lines of one process as one chain. Not thread-safe: whoever shares it takes turns.

    After a failure nobody knows whether the line was written, so the next one begins a chain of its own: it
    follows whatever the store holds then, and the line that was in doubt is the end of its chain or is not.
    """

    def __init__(self) -> None:
        self._last: tuple[UUID, int, str] | None = None

    def note(self, store: Store, tenant: str, deed: Deed) -> Line:
        """Write one line. Raises `StoreUnavailable`, `StoreRefused`; then what it tells of is not done."""
        if self._last is None:
            writer, seqno, after = uuid4(), 1, ends(store, tenant)
        else:
            writer, seqno, after = self._last[0], self._last[1] + 1, [self._last[2]]
        line = linked(tenant, deed, writer, seqno, after)
        self._last = None
        _insert(store, tenant, line)
        self._last = (writer, seqno, line.link)
        return line


def note(store: Store, tenant: str, deed: Deed) -> Line:
    """One line of who writes seldom: a chain of its own. Raises as `Pen.note`."""
    return Pen().note(store, tenant, deed)


def ends(store: Store, tenant: str) -> list[str]:
    """The links that no line follows; before the first line, the digest of those older than the chain."""
    rows = store.query(
        f"SELECT argMax(link, seqno) AS last FROM {TRAIL}"  # noqa: S608
        " WHERE tenant = %(tenant)s AND seqno > 0 GROUP BY writer HAVING last NOT IN"
        f" (SELECT arrayJoin(after) FROM {TRAIL} WHERE tenant = %(tenant)s AND seqno = 1) ORDER BY last",
        {"tenant": tenant},
    )
    found = [str(link) for (link,) in rows]
    return found or [before(tenant, _lines(store, tenant, "seqno = 0"))]


def chained(store: Store, tenant: str, since: datetime | None = None) -> Iterator[Line]:
    """All lines in the order of writer and number, or of each chain those from its first since then."""
    if since is None:
        yield from _lines(store, tenant, "1")
        return
    yield from _lines(
        store,
        tenant,
        "seqno > 0 AND (writer, seqno) IN (SELECT t.writer, t.seqno FROM ioc.audit_trail AS t INNER JOIN"
        " (SELECT writer, min(seqno) AS begin FROM ioc.audit_trail WHERE tenant = %(tenant)s AND seqno > 0"
        " AND at >= %(since)s GROUP BY writer) AS w ON w.writer = t.writer"
        " WHERE t.tenant = %(tenant)s AND t.seqno >= w.begin)",
        {"since": _text(since)},
    )


def count(store: Store, tenant: str, since: datetime) -> int:
    """Lines since then."""
    counting = f"SELECT count() FROM {TRAIL} WHERE tenant = %(tenant)s AND at >= %(since)s"  # noqa: S608
    return int(store.query(counting, {"tenant": tenant, "since": _text(since)})[0][0])


def trail(
    store: Store,
    tenant: str,
    since: datetime,
    until: datetime,
    *,
    account: str = "",
    about: str = "",
    limit: int = 200,
    after: tuple[datetime, UUID] | None = None,
) -> list[Line]:
    """What was done from `since` to before `until`, newest first; of one account, about one object.

    `after`: time and id of the line that was told last; only those behind it. A deed that was written again
    after a failure is one line.
    """
    # Of lines of one millisecond the greater id comes later: an order that holds from page to page.
    further = " AND (at < %(last)s OR at = %(last)s AND id > toUUID(%(id)s))" if after else ""
    rows = store.query(
        f"SELECT {COLUMNS} FROM {TRAIL}"  # noqa: S608
        f" WHERE tenant = %(tenant)s AND at >= %(since)s AND at < %(until)s{further}"
        " AND (%(account)s = '' OR account = %(account)s) AND (%(about)s = '' OR object = %(about)s)"
        " ORDER BY at DESC, id LIMIT 1 BY id LIMIT %(limit)s",
        {
            "tenant": tenant,
            "since": _text(since),
            "until": _text(until),
            "account": account,
            "about": about,
            "limit": limit,
            **({"last": _text(after[0]), "id": str(after[1])} if after else {}),
        },
    )
    return [Line.of(row) for row in rows]


def _insert(store: Store, tenant: str, line: Line) -> None:
    deed = line.deed
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
        "writer": line.writer,
        "seqno": line.seqno,
        "after": list(line.after),
        "link": line.link,
    }
    store.insert(TRAIL, list(row), [[value] for value in row.values()], token=line.link)


def _lines(
    store: Store, tenant: str, condition: str, given: Mapping[str, object] | None = None
) -> Iterator[Line]:
    rows = store.stream(
        f"SELECT {COLUMNS} FROM {TRAIL} WHERE tenant = %(tenant)s AND {condition}"  # noqa: S608
        " ORDER BY writer, seqno, at, id",
        {**(given or {}), "tenant": tenant},
    )
    return (Line.of(row) for row in rows)


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
