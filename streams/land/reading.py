"""The records of one partition as blocks of rows: the next one is read while the last one is inserted."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiokafka import TopicPartition
from aiokafka import errors as kafka

from ioc import failpoints
from storage.ledger import Log
from streams.land.actions import Gone
from streams.land.block import MAX_BYTES, MAX_ROWS, expiry_unit
from streams.land.epoch import Epoch, EpochEnded
from streams.land.judge import Row
from streams.land.marks import opened
from streams.land.resume import Stopped
from streams.land.shared import Shared
from streams.land.wary import Wary

CHUNK = 500
"""Records read between two looks at the event loop: a few milliseconds."""
IDLE_S = 1.0
GATHER_S = 0.25


class Reading:
    """Reads one partition within one epoch."""

    def __init__(self, shared: Shared, epoch: Epoch, log: Log, partition: TopicPartition) -> None:
        self._shared = shared
        self._consumer = shared.consumer
        self._epoch = epoch
        self._log = log
        self._tp = partition
        self._marks = opened(shared.marks, log)
        self._wary = Wary(self._marks, shared.rules, log.topic.name)
        self._unit_of = expiry_unit(log.topic)
        self._ahead: asyncio.Task[list[Row]] | None = None
        self._rooms = 0
        """Blocks of ours in memory: one being read, one being inserted."""
        self._handed_out = False
        """Whether one is being inserted."""
        self._awaited = False
        """Whether the next one is waited for."""

    async def ends(self) -> tuple[int, int]:
        """The log's first offset, and the one behind its last."""
        first = await self._consumer.beginning_offsets([self._tp])
        end = await self._consumer.end_offsets([self._tp])
        return first[self._tp], end[self._tp]

    def seek(self, offset: int) -> None:
        """Read on from here; all before it has landed."""
        self._marks.landed(offset)
        self._consumer.seek(self._tp, offset)
        self._consumer.resume(self._tp)

    async def again(self, first: int, last: int) -> list[Row] | Gone:
        """The records first … last. Raises `EpochEnded`, `Stopped`."""
        self.seek(first)
        records: list[Any] = []
        try:
            while not records or records[-1].offset < last:
                room = last - (records[-1].offset if records else first - 1)
                records += await self._fetch(min(room, MAX_ROWS), IDLE_S)
                self._epoch.check()
        except kafka.OffsetOutOfRangeError:
            return await self._gone()
        rows: list[Row] = []
        try:
            await self._read(records, rows)
        except Stopped as stopped:
            raise self._tried_again(stopped) from None
        return rows

    async def next(self) -> list[Row] | Gone | None:
        """The next block; None when none has come for a while. The one before it is over and done with.

        Raises `EpochEnded`, `Stopped`.
        """
        if self._handed_out:
            self._handed_out = False
            self._leave_room()
        ahead = self._ahead = self._ahead or self._begin_block()
        self._awaited = True
        await asyncio.wait({ahead}, timeout=IDLE_S)
        self._awaited = False
        if not ahead.done():
            return None
        self._ahead = None
        try:
            rows = ahead.result()
        except kafka.OffsetOutOfRangeError:
            return await self._gone()
        self._handed_out = True
        self._ahead = self._begin_block()
        return rows

    def close(self) -> None:
        """Read no more."""
        if self._ahead is not None:
            self._ahead.cancel()
        while self._rooms:
            self._leave_room()
        self._marks.close()

    # One block

    def _begin_block(self) -> asyncio.Task[list[Row]]:
        task = asyncio.create_task(self._block())
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return task

    async def _block(self) -> list[Row]:
        """The rows of a block: what is there, and more while the writer is busy anyway."""
        records: list[Any] = []
        while not records:
            records = await self._fetch(MAX_ROWS, IDLE_S)
            self._epoch.check()
        await self._shared.room.acquire()
        self._rooms += 1
        rows: list[Row] = []
        size = 0
        began = self._shared.clock.monotonic()
        while records:
            failpoints.hit("C1")
            try:
                await self._read(records, rows)
            except Stopped as stopped:
                if not rows:
                    raise self._tried_again(stopped) from None
                self._consumer.seek(self._tp, stopped.stop.first)  # first what is before it
                self._cut(rows)
                break
            size += sum(len(record.value or b"") for record in records)
            if self._cut(rows) or len(rows) >= MAX_ROWS or size >= MAX_BYTES:
                break
            late = self._shared.clock.monotonic() - began >= GATHER_S
            idle = self._awaited and self._shared.writer.free
            records = await self._fetch(MAX_ROWS - len(rows), 0.0 if idle or late else 0.05)
        return rows

    def _leave_room(self) -> None:
        self._rooms -= 1
        self._shared.room.release()

    async def _fetch(self, limit: int, seconds: float) -> list[Any]:
        """Raises `OffsetOutOfRangeError` when Kafka no longer has them, `EpochEnded`."""
        try:
            found = await self._consumer.getmany(self._tp, timeout_ms=int(seconds * 1000), max_records=limit)
        except kafka.IllegalStateError as error:
            raise EpochEnded from error
        return list(found.get(self._tp, ()))

    async def _gone(self) -> Gone:
        return Gone((await self.ends())[0])

    async def _read(self, records: Sequence[Any], into: list[Row]) -> None:
        """Raises `Stopped`."""
        for at in range(0, len(records), CHUNK):
            chunk = records[at : at + CHUNK]
            await self._wary.tried(chunk)
            self._wary.read(chunk, into)
            await asyncio.sleep(0)

    def _tried_again(self, stopped: Stopped) -> Stopped:
        """Stand still; whoever begins anew at this record, perhaps a mended program, tries it once more."""
        self._marks.passed(stopped.stop.first)
        return stopped

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
