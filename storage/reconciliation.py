"""What came in against what became of it: by topic, by source, and how fresh it is. Bounded at any size.

Topics are answered from the projection `totals_apart`, sources from `by_source`: a few rows a part and hour.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from storage.client import Store
from storage.ledger import BY_ID_SETTINGS

_LOOKUP = 1_000
"""Identities asked for in one query."""


@dataclass(frozen=True, slots=True)
class TopicAccount:
    """One topic: received = counted + suppressed + conflict + rejected + lost + in flight, or it is wrong.

    `missing`: holes between records of the ledger. `unconfirmed`: records of a log that is gone which never
    reached the ledger. `waiting_since`: since when the oldest record in flight waits.
    """

    topic: str
    received: int
    counted: int
    suppressed: int
    conflict: int
    rejected: int
    lost: int
    in_flight: int
    missing: int
    unconfirmed: int
    stopped: int
    waiting_since: datetime | None
    told_at: datetime | None
    wrong: bool

    def waiting_s(self, now: datetime) -> float:
        """Age of the oldest record that waits, in seconds; 0 when none does."""
        since = self.waiting_since
        return max((now - _utc(since)).total_seconds(), 0.0) if since is not None else 0.0

    def document(self, now: datetime) -> dict[str, Any]:
        return {**asdict(self), "waiting_s": round(self.waiting_s(now), 3)}


@dataclass(frozen=True, slots=True)
class SourceAccount:
    """One source as of its last heartbeat. `corrected`: rejected first, counted later under the same id.

    `refused`: at the door, or by landing because the source may not say that.
    `unexplained` = sent - counted - rejected + corrected; `wrong` when refusals at the door and what is in
    flight cannot be the reason, or when more arrived than is said to be sent.
    """

    system_code: str
    said_at: datetime
    since: datetime
    sent: int
    counted: int
    rejected: int
    refused: int
    corrected: int
    unexplained: int
    wrong: bool

    def document(self) -> dict[str, Any]:
        return asdict(self)


def topics(store: Store) -> list[TopicAccount]:
    """Every topic that the ledger or landing knows, by name."""
    rows = store.query(
        "SELECT topic, received, counted, suppressed, conflict, rejected, lost, in_flight, missing,"
        " unconfirmed, stopped, waiting_since, told_at, wrong FROM ioc_read.reconciliation ORDER BY topic"
    )
    return [TopicAccount(*(*row[:-1], bool(row[-1]))) for row in rows]


def sources(store: Store, tenant: str) -> list[SourceAccount]:
    """Every source that spoke within two days, exactly: what came back corrected is looked up by its id."""
    rows = store.query(
        "SELECT system_code, said_at, since, sent, counted, rejected, refused, flying, judged"
        " FROM ioc_read.source_reconciliation ORDER BY system_code"
    )
    found = []
    for code, said_at, since, sent, counted, rejected, refused, flying, judged in rows:
        corrected = _corrected(store, f"urn:ioc:{tenant}:{code}", since, said_at) if rejected else 0
        unexplained = sent - counted - rejected + corrected
        wrong = bool(judged) and (unexplained < 0 or unexplained > refused + flying)
        account = (sent, counted, rejected, refused, corrected, unexplained, wrong)
        found.append(SourceAccount(code, said_at, since, *account))
    return found


def newest_canaries(store: Store) -> list[tuple[str, int, int, int, int]]:
    """(topic, age in seconds, milliseconds to Kafka, to the ledger, to the values) of each topic's newest."""
    rows = store.query(
        "SELECT topic, age_s, to_kafka_ms, to_ledger_ms, to_value_ms FROM ioc_read.canaries ORDER BY topic"
    )
    return [(topic, int(age), int(a), int(b), int(c)) for topic, age, a, b, c in rows]


def freshness(store: Store) -> list[tuple[int, int]]:
    """(milliseconds from Kafka to the values, records) of the last ten minutes."""
    rows = store.query(
        "SELECT milliseconds, sum(records) FROM ioc_read.freshness"
        " WHERE minute >= now() - INTERVAL 10 MINUTE GROUP BY milliseconds ORDER BY milliseconds"
    )
    return [(int(ms), int(records)) for ms, records in rows]


def _corrected(store: Store, source: str, since: datetime, until: datetime) -> int:
    """How many of its rejected identities were counted as well."""
    found = store.query(
        "SELECT cityHash64(concat(source, char(0), id)) FROM ioc.events WHERE verdict = 'rejected'"
        " AND reason != 'unauthorised_source' AND source = %(source)s AND id != ''"
        " AND logged_at >= %(since)s AND logged_at <= %(until)s"
        " GROUP BY source, id",
        {"source": source, "since": since, "until": until},
    )
    return sum(_counted(store, some) for some in _lots([int(row[0]) for row in found]))


def _counted(store: Store, hashes: list[int]) -> int:
    rows = store.query(
        "SELECT uniqExact(id_hash) FROM ioc.events WHERE verdict = 'counted'"  # noqa: S608 (numbers)
        f" AND id_hash IN ({','.join(map(str, hashes))})",
        settings=BY_ID_SETTINGS,
    )
    return int(rows[0][0])


def _lots(hashes: list[int]) -> Iterable[list[int]]:
    return (hashes[at : at + _LOOKUP] for at in range(0, len(hashes), _LOOKUP))


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
