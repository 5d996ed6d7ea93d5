"""The ledger on the real engine: tokens, bisection, lookups, gaps, expiry."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ioc.clock import SystemClock
from ioc.errors import StoreRefused
from ioc.reference import Catalogue
from ioc.settings import ClickHouse
from ioc.topics import ARCHIVES, HR, TASKS, Topic
from storage import expiry, ledger
from storage.client import Store
from storage.ledger import COLUMNS, COUNTED, REJECTED, SUPPRESSED, Log
from streams.land import lane as lanes
from streams.land.block import Block
from streams.land.epoch import Epoch
from streams.land.filter import IdentityFilter
from streams.land.judge import Row, identity_hash, settle
from streams.land.lane import Lane
from streams.land.resume import Stop
from streams.land.shared import Shared
from streams.land.stops import note
from streams.land.thread import StoreThread, Writer

pytestmark = pytest.mark.engine

RULES = Catalogue.load().rules("G09")
LOGGED = int(datetime(2026, 11, 20, tzinfo=UTC).timestamp() * 1000)


def row(offset: int, name: str, *, subject: str = "s", content: bytes = b"1", logged_ms: int = LOGGED) -> Row:
    identity = ("urn:ioc:G09:vxp", name)
    head = (offset, logged_ms, "", "", identity_hash(*identity), "G09", *identity, "t", subject)
    data = '{"tên":"Hà Nội"}'.encode()
    return Row(*head, LOGGED, LOGGED, "G09.01", 2**63, "", content.ljust(32, b"\0"), data, "", b"{}")


def place(topic: Topic = TASKS) -> Log:
    return Log(topic, uuid4(), 0)


def block(log: Log, rows: Sequence[Row]) -> Block:
    return Block.of(log, "cluster", rows, settle(rows, {}))


def insert(store: Store, made: Block, *, token: str | None = None) -> None:
    store.insert(made.log.table, COLUMNS, made.columns("r1"), token=token or made.token)


def test_a_block_is_read_back_as_it_was_judged(store: Store) -> None:
    log = place()
    insert(store, block(log, [row(0, "a"), row(1, "a"), row(2, "a", content=b"2"), row(3, "b")]))
    rows = store.query(
        "SELECT offset, verdict, reason, id, time, seqno, hex(fingerprint), data, logged_at, id_hash,"
        " cityHash64(concat(source, char(0), id)) FROM ioc.events WHERE topic_id = %(t)s ORDER BY offset",
        {"t": str(log.topic_id)},
    )
    at = datetime(2026, 11, 20, tzinfo=UTC)
    assert [r[:3] for r in rows] == [
        (0, "counted", ""),
        (1, "suppressed", ""),
        (2, "conflict", "duplicate_conflict"),
        (3, "counted", ""),
    ]
    assert rows[0][3:9] == ("a", at, 2**63, b"1".ljust(32, b"\0").hex().upper(), '{"tên":"Hà Nội"}', at)
    assert all(r[9] == r[10] for r in rows)


def test_the_same_token_counts_once_and_another_does_not(store: Store) -> None:
    log = place()
    made = block(log, [row(0, "a"), row(1, "b")])
    columns = made.columns("r1")
    for _ in range(3):
        store.insert(log.table, COLUMNS, columns, token=made.token)
    assert ledger.extent(store, log) == (0, 2)
    assert _count(store, log) == 2
    insert(store, made, token=f"{made.token}/other")
    assert _count(store, log) == 4


def test_what_landing_asks(store: Store) -> None:
    log = place()
    assert ledger.extent(store, log) is None
    names = [f"id-{n}" for n in range(300)]
    insert(store, block(log, [row(n, name) for n, name in enumerate(names)]))
    assert ledger.present(store, log, 290, 310) == frozenset(range(290, 300))
    known = IdentityFilter()
    known.load(ledger.identities(store, log, 0, 200), 200)
    hashes = [identity_hash("urn:ioc:G09:vxp", name) for name in names]
    assert known.maybe(hashes) == set(hashes[:200])
    found = ledger.known(store, log, hashes, 250)
    assert found == {("urn:ioc:G09:vxp", name): b"1".ljust(32, b"\0") for name in names[:250]}
    assert ledger.known(store, Log(TASKS, log.topic_id, 1), hashes, 250) == {}


def test_what_is_set_aside_is_known_to_be(store: Store) -> None:
    log = place()
    rows = [row(n, f"e{n}") for n in range(6)]
    for n in (1, 4):
        rows[n] = rows[n]._replace(reason="crash_loop")
    insert(store, block(log, [*rows[:5], rows[5]._replace(reason="schema")]))
    assert ledger.set_aside(store, log, 0, 6) == {1, 4}
    assert ledger.set_aside(store, log, 2, 4) == frozenset()


def test_gaps_are_named(store: Store) -> None:
    log = place()
    insert(store, block(log, [row(n, f"{n}") for n in (5, 6, 9, 12, 13)]))
    assert ledger.gaps(store, log) == [(7, 8), (10, 11)]
    store.execute("OPTIMIZE TABLE ioc.events_tasks FINAL")
    assert ledger.gaps(store, log) == [(7, 8), (10, 11)]
    missing = store.query(
        "SELECT missing FROM ioc_read.ledger_gaps WHERE log = %(t)s", {"t": str(log.topic_id)}
    )
    assert missing == [(4,)]


def test_expired_rows_leave_their_counts(store: Store) -> None:
    log = place(HR)
    today = datetime(2026, 11, 20, 12, tzinfo=UTC)
    old = int((today - timedelta(days=91)).timestamp() * 1000)
    kept = int((today - timedelta(days=89)).timestamp() * 1000)
    insert(store, block(log, [row(0, "a", logged_ms=old), row(1, "a", logged_ms=old)]))
    insert(store, block(log, [row(2, "b", logged_ms=kept)]))
    before = _verdicts(store, log)
    assert expiry.expire(store, today)
    assert _count(store, log) == 1
    assert _verdicts(store, log) == before == {"counted": 2, "suppressed": 1}
    assert ledger.extent(store, log) == (0, 3)
    assert ledger.gaps(store, log) == []
    assert expiry.expire(store, today) == []


@pytest.mark.parametrize(
    ("topic", "today", "oldest"),
    [
        (HR, datetime(2026, 3, 1, tzinfo=UTC), 20251201),
        (TASKS, datetime(2026, 3, 1, tzinfo=UTC), 202402),
        (TASKS, datetime(2026, 1, 31, tzinfo=UTC), 202312),
    ],
)
def test_what_is_kept(topic: Topic, today: datetime, oldest: int) -> None:
    assert expiry.oldest_kept(topic, today.date()) == oldest


def test_a_partition_that_stands_still_is_shown_until_it_goes_on(store: Store, reading: Store) -> None:
    log = Log(ARCHIVES, UUID(int=5), 0)
    now = datetime(2026, 11, 20, tzinfo=UTC)
    mine = "SELECT reason, first, last FROM ioc_read.landing_stops WHERE topic = 'ioc.archives'"
    note(store, log, Stop("records are gone", 5, 9, "retention"), now)
    assert reading.query(mine) == [("records are gone", 5, 9)]
    note(store, log, None, now + timedelta(seconds=1))
    assert reading.query(mine) == []


class Commits:
    """The group, as far as a lane commits to it."""

    def __init__(self) -> None:
        self.made: list[tuple[int, str]] = []

    async def commit(self, offsets: dict[Any, Any]) -> None:
        self.made += [(entry.offset, entry.metadata) for entry in offsets.values()]


def land(settings: ClickHouse, log: Log, rows: list[Row]) -> Commits:
    """Land one gathered block through a real lane."""

    async def run() -> Commits:
        consumer = Commits()
        shared = Shared(
            consumer=consumer,
            writer=Writer(settings),
            asking=StoreThread(settings, "test"),
            rules=RULES,
            cluster_id="cluster",
            clock=SystemClock(),
        )
        lane = Lane(shared, Epoch(consumer), log, "tp", IdentityFilter())
        try:
            await lane.drive(lane.machine.land(rows))
        finally:
            shared.writer.close()
            shared.asking.close()
        return consumer

    return asyncio.run(run())


def test_a_row_that_the_store_refuses_is_found_and_quarantined(migrated: ClickHouse, store: Store) -> None:
    log = place(ARCHIVES)
    store.execute("ALTER TABLE ioc.events_archives ADD CONSTRAINT no_poison CHECK subject != 'poison'")
    try:
        rows = [row(n, f"id-{n}", subject="poison" if n in (3, 8) else "s") for n in range(11)]
        rows[9] = row(9, "id-8")  # the poisoned one comes back corrected in the same block
        commits = land(migrated, log, rows)
    finally:
        store.execute("ALTER TABLE ioc.events_archives DROP CONSTRAINT no_poison")
    found = store.query(
        "SELECT offset, toInt8(verdict), reason FROM ioc.events_archives"
        " WHERE topic_id = %(t)s ORDER BY offset",
        {"t": str(log.topic_id)},
    )
    assert found == [
        (n, REJECTED if n in (3, 8) else COUNTED, "store_refused" if n in (3, 8) else "") for n in range(11)
    ]
    planned = {offset for offset, metadata in commits.made if metadata}
    assert planned == {0, 3, 4, 8, 9}, "cut around the rows that the store blamed, not in halves"


def test_a_duplicate_of_the_ledger_is_suppressed_after_a_restart(migrated: ClickHouse, store: Store) -> None:
    log = place(ARCHIVES)
    land(migrated, log, [row(0, "a"), row(1, "b")])
    known = IdentityFilter()
    known.load(ledger.identities(store, log, 0, 2), 2)
    assert known.maybe([row(2, "a").id_hash])
    lookup = ledger.known(store, log, [row(2, "a").id_hash], 2)
    assert settle([row(2, "a")], lookup) == [SUPPRESSED]


def test_a_refusal_of_the_store_itself_is_no_content(migrated: ClickHouse) -> None:
    store = Store(migrated)
    with pytest.raises(StoreRefused) as refused:
        store.insert("ioc.no_such_table", ["a"], [[1]])
    store.close()
    assert refused.value.code not in lanes.CONTENT_CODES


def _verdicts(store: Store, log: Log) -> dict[str, int]:
    found: Counter[str] = Counter()
    for _, topic_id, _, verdict, _, records, _, _ in ledger.totals(store):
        if topic_id == log.topic_id:
            found[verdict] += records
    return dict(found)


def _count(store: Store, log: Log) -> int:
    rows = store.query(f"SELECT count() FROM {log.table} WHERE topic_id = %(t)s", {"t": str(log.topic_id)})
    return int(rows[0][0])
