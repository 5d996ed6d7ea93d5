"""A lane: one partition, for as long as it is ours. One block of it is under way at a time."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from aiokafka import TopicPartition
from aiokafka import errors as kafka

from ioc import failpoints
from ioc.contracts import Reason
from ioc.errors import StoreRefused, StoreUnavailable
from storage import ledger, losses
from storage.client import Store
from storage.ledger import REJECTED, Log
from streams.land.block import MAX_BYTES, MAX_ROWS, Block, expiry_unit
from streams.land.epoch import Epoch, EpochEnded, Stopped
from streams.land.filter import IdentityFilter
from streams.land.judge import Row, read_all, refused_row, settle, suspects
from streams.land.plan import Plan, checksum
from streams.land.resume import Committed, Held, KafkaLog, Start, Stop, planned, resume
from streams.land.shared import Shared

CHUNK = 500
"""Records read between two looks at the event loop: a few milliseconds."""
PLAN_FRESH_S = 2.0
IDLE_S = 1.0
GATHER_S = 0.25

CONTENT_CODES = frozenset(
    {6, 25, 26, 27, 33, 38, 41, 53, 69, 70, 72, 117, 131, 321, 349, 407, 441, 467, 469, 691}
)
"""Codes by which the store refuses what a row holds. Any other refusal (a missing table, no access) is
about the store itself: bisecting would quarantine every event for the fault of one deployment."""

T = TypeVar("T")


class Lane:
    """Lands one partition within one epoch."""

    def __init__(
        self, shared: Shared, epoch: Epoch, log: Log, partition: TopicPartition, known: IdentityFilter
    ) -> None:
        self._shared = shared
        self._consumer = shared.consumer
        self._epoch = epoch
        self._log = log
        self._tp = partition
        self._filter = known
        self._unit_of = expiry_unit(log.topic)
        self._landing: asyncio.Task[None] | None = None
        self._planned_at = 0.0
        self._landed: int | None = None
        """Offset behind the last landed row, while it is not committed without a plan."""

    async def run(self) -> None:
        """Resume, then land block after block. Raises `EpochEnded`, `Stopped`."""
        await self._begin()
        try:
            while True:
                await self._gather()
        finally:
            if self._landing is not None:
                self._landing.cancel()

    # Beginning

    async def _begin(self) -> None:
        committed = await self._epoch.committed(self._tp)
        start = await self._decide(committed)
        if start.redo is not None:
            await self._redo(start.redo, start.missing)
        await self._fill_filter(start.offset)
        self._epoch.check()
        self._consumer.seek(self._tp, start.offset)
        self._consumer.resume(self._tp)
        if committed != Committed(start.offset):
            self._landed = start.offset

    async def _decide(self, committed: Committed | None) -> Start:
        first = await self._consumer.beginning_offsets([self._tp])
        end = await self._consumer.end_offsets([self._tp])
        plan = planned(committed)
        await self._confirmed()
        extent = await self._ask(lambda store: ledger.extent(store, self._log))
        here: frozenset[int] = frozenset()
        if isinstance(plan, Plan):
            here = await self._present(plan)
        log = KafkaLog(self._log.topic_id, first[self._tp], end[self._tp])
        given_up = await self._ask(lambda store: losses.orders(store, self._log))
        decision = resume(committed, log, Held(extent[1] if extent else None, here), given_up)
        if isinstance(decision, Stop):
            raise Stopped(decision)
        return decision

    async def _confirmed(self) -> None:
        """Nothing of an earlier log of this partition is unaccounted for, or it is told before we go on."""
        left = await self._ask(lambda store: losses.unconfirmed(store, self._log))
        if left is not None:
            raise Stopped(Stop(left.reason, left.first, left.last, "recreated", left.log.topic_id))

    async def _present(self, plan: Plan) -> frozenset[int]:
        return await self._ask(lambda store: ledger.present(store, self._log, plan.first, plan.last))

    async def _fill_filter(self, below: int) -> None:
        if self._filter.upto > below:
            self._filter.forget()
        since = self._filter.upto
        packed = await self._ask(lambda store: list(ledger.identities(store, self._log, since, below)))
        self._filter.load(packed, below)

    async def _redo(self, plan: Plan, missing: frozenset[int] | None) -> None:
        """Make the planned block again, byte for byte the same, and insert it or what is missing of it."""
        await self._fill_filter(plan.first)
        self._consumer.seek(self._tp, plan.first)
        self._consumer.resume(self._tp)
        records: list[Any] = []
        while not records or records[-1].offset < plan.last:
            room = plan.last - (records[-1].offset if records else plan.first - 1)
            records += await self._fetch(min(room, MAX_ROWS), IDLE_S)
            self._epoch.check()
        if len(records) != plan.count or checksum(record.value for record in records) != plan.checksum:
            raise Stopped(
                Stop(
                    "the records of a planned block are not the ones it was made of",
                    plan.first,
                    plan.last,
                    "changed",
                )
            )
        rows = await self._read(records)
        await self._land(rows, only=missing)
        if len(await self._present(plan)) < plan.count:
            raise Stopped(Stop("the store took a block without keeping it", plan.first, plan.last, "changed"))

    # Gathering and reading

    async def _gather(self) -> None:
        """Read the next block while the one before it is being inserted, then begin to land it."""
        records = await self._first_records()
        room = self._shared.room
        await room.acquire()
        try:
            rows = await self._block_of(records)
            await self._finished()
        except BaseException:
            room.release()
            raise
        self._landing = asyncio.create_task(self._land_one(rows))
        self._landing.add_done_callback(lambda _: room.release())
        self._landing.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def _block_of(self, records: list[Any]) -> list[Row]:
        """The rows of a block: what is there, and more while the writer is busy anyway."""
        rows: list[Row] = []
        size = 0
        began = self._shared.clock.monotonic()
        while records:
            failpoints.hit("C1")
            rows += await self._read(records)
            size += sum(len(record.value or b"") for record in records)
            if self._cut(rows) or len(rows) >= MAX_ROWS or size >= MAX_BYTES:
                break
            late = self._shared.clock.monotonic() - began >= GATHER_S
            idle = self._shared.writer.free and (self._landing is None or self._landing.done())
            records = await self._fetch(MAX_ROWS - len(rows), 0.0 if idle or late else 0.05)
        return rows

    async def _first_records(self) -> list[Any]:
        """Wait for records; commit behind the last block when none come for a while."""
        while True:
            records = await self._fetch(MAX_ROWS, IDLE_S)
            if records:
                return records
            self._epoch.check()
            if self._landing is not None and self._landing.done():
                await self._finished()
            if self._landed is not None and self._landing is None:
                await self._epoch.commit(self._tp, self._landed, "")
                self._landed = None
                failpoints.hit("C7")

    async def _fetch(self, limit: int, seconds: float) -> list[Any]:
        try:
            found = await self._consumer.getmany(self._tp, timeout_ms=int(seconds * 1000), max_records=limit)
        except kafka.OffsetOutOfRangeError as error:
            first = (await self._consumer.beginning_offsets([self._tp]))[self._tp]
            at = self._filter.upto
            stop = Stop("Kafka no longer has the next records", at, max(at, first - 1), "retention")
            raise Stopped(stop) from error
        except kafka.IllegalStateError as error:
            raise EpochEnded from error
        return list(found.get(self._tp, ()))

    async def _read(self, records: Sequence[Any]) -> list[Row]:
        rows: list[Row] = []
        rules, topic = self._shared.rules, self._log.topic.name
        for at in range(0, len(records), CHUNK):
            rows += read_all(records[at : at + CHUNK], rules, topic)
            await asyncio.sleep(0)
        return rows

    def _cut(self, rows: list[Row]) -> bool:
        """End the block where the store's partition ends, so that its INSERT is one part: all or nothing."""
        unit = self._unit_of(rows[0].logged_at)
        if self._unit_of(rows[-1].logged_at) == unit:
            return False
        for at, row in enumerate(rows):
            if self._unit_of(row.logged_at) != unit:
                self._consumer.seek(self._tp, row.offset)
                del rows[at:]
                return True
        return False

    # Landing

    async def _finished(self) -> None:
        """Wait for the block before this one."""
        if self._landing is not None:
            landing, self._landing = self._landing, None
            await landing

    async def _land_one(self, rows: list[Row]) -> None:
        await self._land(rows)
        self._landed = rows[-1].offset + 1

    async def _land(self, rows: Sequence[Row], only: frozenset[int] | None = None) -> None:
        """Judge, plan and insert; a block refused for its content is halved until the one row is found."""
        block = await self._judged(rows)
        try:
            await self._insert(block, only)
        except StoreRefused as error:
            if len(rows) == 1:
                await self._quarantine(rows[0], error)
                return
            middle = len(rows) // 2
            await self._land(rows[:middle], only)
            await self._land(rows[middle:], only)
            return
        self._filter.mark(block.counted(), block.plan.last + 1)
        failpoints.hit("C2")

    async def _judged(self, rows: Sequence[Row]) -> Block:
        maybe = self._filter.maybe([row.id_hash for row in rows])
        asked = suspects(rows, maybe) if maybe else []
        first = rows[0].offset
        known = await self._ask(lambda store: ledger.known(store, self._log, asked, first)) if asked else {}
        return Block.of(self._log, self._shared.cluster_id, rows, settle(rows, known))

    async def _quarantine(self, row: Row, error: StoreRefused) -> None:
        refused = refused_row(
            row.offset, row.logged_at, row.value, Reason.store_refused, "", self._shared.rules
        )
        block = await self._judged([refused])
        try:
            await self._insert(block, None)
        except StoreRefused:
            stop = Stop(f"the store refuses this record: {error}", row.offset, row.offset, "refused")
            raise Stopped(stop) from error
        self._filter.mark((), row.offset + 1)

    async def _insert(self, block: Block, only: frozenset[int] | None) -> None:
        """Plan, then insert until the store has it. Raises `StoreRefused` for its content only."""
        columns = block.columns(self._shared.rules.version, only)
        if not columns[0]:
            return
        token = block.token if only is None else f"{block.token}/rest"
        await self._plan(block.plan)
        failpoints.hit("C4")

        async def before() -> None:
            self._epoch.check()
            if self._shared.clock.monotonic() - self._planned_at > PLAN_FRESH_S:
                await self._plan(block.plan)

        while True:
            try:
                await self._shared.writer.insert(self._log.table, columns, token, before)
                break
            except StoreUnavailable as error:
                await self._shared.store_failed(error, self._epoch)
            except StoreRefused as error:
                if error.code in CONTENT_CODES:
                    raise
                await self._shared.store_failed(error, self._epoch)
        self._shared.health.up()
        if REJECTED in block.verdicts:
            failpoints.hit("C3")
        failpoints.hit("C6")

    async def _plan(self, plan: Plan) -> None:
        await self._epoch.commit(self._tp, plan.first, plan.metadata)
        self._planned_at = self._shared.clock.monotonic()

    async def _ask(self, work: Callable[[Store], T]) -> T:
        """Ask the ledger until it answers."""
        while True:
            self._epoch.check()
            try:
                answer = await self._shared.asking.run(work)
            except (StoreUnavailable, StoreRefused) as error:
                await self._shared.store_failed(error, self._epoch)
            else:
                self._shared.health.up()
                return answer
