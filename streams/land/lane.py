"""A lane: one partition, for as long as it is ours. Does what the machine asks for, on Kafka and store."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from aiokafka import TopicPartition

from ioc import failpoints
from ioc.errors import StoreRefused, StoreUnavailable
from storage import ledger, losses
from storage.client import Store
from storage.ledger import Log
from streams.land import actions
from streams.land.actions import Action, Question, Refusal, Steps
from streams.land.block import Block
from streams.land.epoch import Epoch
from streams.land.filter import IdentityFilter
from streams.land.machine import Landing
from streams.land.reading import Reading
from streams.land.resume import KafkaLog
from streams.land.shared import Shared

PLAN_FRESH_S = 2.0

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
        self._epoch = epoch
        self._log = log
        self._tp = partition
        self._reading = Reading(shared, epoch, log, partition)
        self._planned_at = 0.0
        self.machine = Landing(log, shared.cluster_id, shared.rules, known)

    async def run(self) -> None:
        """Resume, then land block after block. Raises `EpochEnded`, `Stopped`."""
        try:
            await self.drive(self.machine.run())
        finally:
            self._reading.close()

    async def drive(self, steps: Steps[T]) -> T:
        """Perform one action after another. An epoch that ends drops the rest of them."""
        answer: Any = None
        while True:
            try:
                action = steps.send(answer)
            except StopIteration as done:
                return cast(T, done.value)
            self._epoch.check()
            answer = await self._performed(action)

    async def _performed(self, action: Action[Any]) -> Any:
        match action:
            case Question():
                return await self._ask(lambda store: answered(store, self._log, action))
            case actions.Next():
                return await self._reading.next()
            case actions.Insert(block, only, token):
                return await self._insert(block, only, token)
            case actions.Commit(offset, metadata):
                return await self._commit(offset, metadata)
            case actions.Reached(point):
                return failpoints.hit(point)
            case actions.Seek(offset):
                return self._reading.seek(offset)
            case actions.Read(first, last):
                return await self._reading.again(first, last)
            case actions.ReadCommit():
                return await self._epoch.committed(self._tp)
            case actions.ReadEnds():
                return KafkaLog(self._log.topic_id, *await self._reading.ends())
        raise TypeError(f"{action!r} is an action that a lane does not know")

    async def _commit(self, offset: int, metadata: str) -> None:
        await self._epoch.commit(self._tp, offset, metadata)
        self._planned_at = self._shared.clock.monotonic()

    async def _insert(self, block: Block, only: frozenset[int] | None, token: str) -> Refusal | None:
        """Insert until the store has it, or refuses what a row holds."""
        columns = block.columns(self._shared.rules.version, only)

        async def before() -> None:
            self._epoch.check()
            if self._shared.clock.monotonic() - self._planned_at > PLAN_FRESH_S:
                await self._commit(block.plan.first, block.plan.metadata)

        while True:
            try:
                await self._shared.writer.insert(self._log.table, columns, token, before)
                break
            except StoreUnavailable as error:
                await self._shared.store_failed(error, self._epoch)
            except StoreRefused as error:
                if error.code in CONTENT_CODES:
                    sent = block.offsets(only)
                    at = sent[error.row] if error.row is not None and error.row < len(sent) else None
                    return Refusal(str(error), at)
                await self._shared.store_failed(error, self._epoch)
        self._shared.health.up()
        return None

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


def answered(store: Store, log: Log, question: Question[T]) -> T:
    """What the ledger answers. Raises `StoreUnavailable`, `StoreRefused`."""
    answer: Any
    match question:
        case actions.Following():
            extent = ledger.extent(store, log)
            answer = extent[1] if extent else None
        case actions.Present(first, last):
            answer = ledger.present(store, log, first, last)
        case actions.Known(hashes, below):
            answer = ledger.known(store, log, hashes, below)
        case actions.Identities(since, below):
            answer = list(ledger.identities(store, log, since, below))
        case actions.Orders():
            answer = losses.orders(store, log)
        case actions.Unconfirmed():
            answer = losses.unconfirmed(store, log)
        case _:
            raise TypeError(f"{question!r} is a question that the ledger does not know")
    return cast(T, answer)
