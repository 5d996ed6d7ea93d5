"""The ledger: its columns, what landing asks it, and what is counted of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from ioc.contracts import Reason
from ioc.topics import Topic
from storage.client import Store

COUNTED, SUPPRESSED, CONFLICT, REJECTED = 1, 2, 3, 4
VERDICTS = {COUNTED: "counted", SUPPRESSED: "suppressed", CONFLICT: "conflict", REJECTED: "rejected"}

COLUMNS = (
    *("topic_id", "partition", "offset", "logged_at", "verdict", "reason", "field", "id_hash"),
    *("tenant", "source", "id", "type", "subject", "time", "producedat", "orgunit", "seqno"),
    *("correctionof", "data", "masked", "fingerprint", "rules"),
)

BY_ID_SETTINGS = {
    "min_table_rows_to_use_projection_index": 0,
    "max_projection_rows_to_use_projection_index": 10**9,
}
_LOOKUP = 1000
"""Hashes asked for in one query."""


def table(topic: Topic) -> str:
    """The full name of the table a topic's records land in."""
    return f"ioc.{topic.ledger}"


@dataclass(frozen=True, slots=True)
class Log:
    """One partition of one topic: where its rows are."""

    topic: Topic
    topic_id: UUID
    partition: int

    @property
    def table(self) -> str:
        return table(self.topic)

    @property
    def params(self) -> dict[str, object]:
        return {"t": str(self.topic_id), "p": self.partition}


_MINE = "topic_id = %(t)s AND partition = %(p)s"


def extent(store: Store, log: Log) -> tuple[int, int] | None:
    """(first offset, last offset + 1) that the ledger holds, held or gave up; None when it is empty."""
    rows = store.query(
        f"SELECT min(first), max(last) + 1, count() FROM ("  # noqa: S608 (names are ours)
        f" SELECT min(offset) AS first, max(offset) AS last FROM {log.table} WHERE {_MINE} HAVING count() > 0"
        f" UNION ALL SELECT first, last FROM ioc.ledger_expired FINAL WHERE {_MINE}"
        f" UNION ALL SELECT first, last FROM ioc.ledger_lost FINAL WHERE {_MINE})",
        log.params,
    )
    first, following, found = rows[0]
    return (int(first), int(following)) if found else None


def present(store: Store, log: Log, first: int, last: int) -> frozenset[int]:
    """Which offsets of first … last have a row."""
    found = store.columns(
        f"SELECT offset FROM {log.table} WHERE {_MINE} AND offset BETWEEN %(a)s AND %(b)s",  # noqa: S608
        {**log.params, "a": first, "b": last},
    )
    return frozenset(found[0]) if found else frozenset()


def set_aside(store: Store, log: Log, first: int, below: int) -> frozenset[int]:
    """Offsets from `first` up to `below` of records that nobody read, because it killed whoever tried."""
    found = store.columns(
        f"SELECT offset FROM {log.table} WHERE {_MINE} AND offset >= %(a)s AND offset < %(b)s"  # noqa: S608
        " AND reason = %(r)s",
        {**log.params, "a": first, "b": below, "r": Reason.crash_loop.value},
    )
    return frozenset(found[0]) if found else frozenset()


def identities(store: Store, log: Log, since: int, below: int) -> Iterator[bytes]:
    """Hashes of the identities counted from offset `since` up to `below`: chunks of little-endian uint64."""
    rows = store.stream(
        f"SELECT arrayStringConcat(groupArray(hex(reinterpretAsFixedString(id_hash)))) FROM {log.table}"  # noqa: S608
        f" WHERE {_MINE} AND offset >= %(a)s AND offset < %(b)s AND verdict = 'counted'"
        f" GROUP BY intDiv(offset, 262144)",
        {**log.params, "a": since, "b": below},
    )
    for (packed,) in rows:
        yield bytes.fromhex(packed)


def known(store: Store, log: Log, hashes: Sequence[int], below: int) -> dict[tuple[str, str], bytes]:
    """(source, id) → fingerprint of the counted rows below offset `below` that have one of these hashes."""
    found: dict[tuple[str, str], bytes] = {}
    for at in range(0, len(hashes), _LOOKUP):
        some = ",".join(map(str, hashes[at : at + _LOOKUP]))
        rows = store.query(
            f"SELECT source, id, hex(fingerprint) FROM {log.table} WHERE {_MINE}"  # noqa: S608
            f" AND offset < %(b)s AND verdict = 'counted' AND id_hash IN ({some})",
            {**log.params, "b": below},
            BY_ID_SETTINGS,
        )
        found.update({(source, id_): bytes.fromhex(print_) for source, id_, print_ in rows})
    return found


class Total(NamedTuple):
    """Records of one log with one verdict, expired ones included. `own`: the centre's canaries."""

    topic: str
    topic_id: UUID
    partition: int
    verdict: str
    own: bool
    records: int
    first: int
    last: int


def totals(store: Store) -> list[Total]:
    """Everything that the ledger holds or has held, by log and verdict."""
    rows = store.query(
        "SELECT topic, topic_id, partition, verdict, own, records, first, last FROM ioc.ledger_totals"
    )
    return [Total(t, i, int(p), v, bool(o), int(n), int(a), int(b)) for t, i, p, v, o, n, a, b in rows]


def gaps(store: Store, log: Log) -> list[tuple[int, int]]:
    """Ranges of offsets, ends included, that lie between rows of a log and have none."""
    rows = store.query(
        "SELECT a, b FROM ("  # noqa: S608
        " SELECT toInt64(first) AS off, toInt64(last) AS upto,"
        "  lagInFrame(upto, 1, off - 1) OVER (ORDER BY off ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
        "  AS before, before + 1 AS a, off - 1 AS b"
        f" FROM (SELECT offset AS first, offset AS last FROM {log.table} WHERE {_MINE}"
        f"  UNION ALL SELECT first, last FROM ioc.ledger_expired FINAL WHERE {_MINE}"
        f"  UNION ALL SELECT first, last FROM ioc.ledger_lost FINAL WHERE {_MINE})"
        ") WHERE off > before + 1 ORDER BY a",
        log.params,
    )
    return [(int(a), int(b)) for a, b in rows]
