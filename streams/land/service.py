"""The landing service: a consumer, an epoch for each assignment, a lane for each partition."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from kafka.errors import KafkaError
from mode import Service

from ioc import failpoints
from ioc.clock import Clock, SystemClock
from ioc.contracts import Rules
from ioc.errors import IocError, StoreRefused, StoreUnavailable
from ioc.settings import Settings
from ioc.topics import BY_NAME, EVENT_TOPICS
from storage import holds
from storage.expiry import expire
from storage.ledger import Log
from storage.losses import Order, orders
from streams.land import cluster, holding, progress
from streams.land.epoch import Epoch, EpochEnded
from streams.land.filter import IdentityFilter
from streams.land.lane import Lane
from streams.land.resume import Stop, Stopped
from streams.land.shared import Shared
from streams.land.stops import note
from streams.land.thread import INSERT_TIMEOUT_S, StoreThread, Writer

log = logging.getLogger("ioc.land")

HOUSEKEEPING_S = 3600.0
NAMES_S = 30.0
ORDERS_S = 2.0
"""How often a partition that stands still looks for an order to go on."""
STOP_S = 3.0
"""How long a stop waits for an insert under way; after that the next start finishes it."""


class TopicChanged(IocError):
    """A topic is not the one that it was when landing began."""


class LandingService(Service):
    """Every record of the event topics becomes one row of the ledger."""

    def __init__(self, settings: Settings, rules: Rules, clock: Clock | None = None) -> None:
        super().__init__()
        self._settings = settings
        self._rules = rules
        self._clock = clock or SystemClock()
        self._epoch: Epoch | None = None
        self._lanes: dict[TopicPartition, asyncio.Task[None]] = {}
        self._filters: dict[tuple[object, int], IdentityFilter] = {}
        self._held_back: set[TopicPartition] = set()
        """Paused only because the store is down."""
        self._holds: Mapping[str, int] = {}
        """Topics of which nothing is to be written now, with the hold."""
        self._between = False
        """The group has taken partitions back and not given any yet."""

    async def on_start(self) -> None:
        settings = self._settings
        topics = [topic.name for topic in EVENT_TOPICS]
        self._names = await asyncio.to_thread(cluster.names, settings.kafka, topics)
        self._consumer: AIOKafkaConsumer = cluster.consumer(settings)
        self._shared = Shared(
            consumer=self._consumer,
            writer=Writer(settings.clickhouse),
            asking=StoreThread(settings.clickhouse, "ledger-reader"),
            rules=self._rules,
            cluster_id=self._names.cluster_id,
            clock=self._clock,
            marks=settings.data / "landing",
        )
        self._consumer.subscribe(topics, listener=_Listener(self))
        await self._consumer.start()

    async def on_stop(self) -> None:
        await self.revoke(STOP_S)
        await self._consumer.stop()
        self._shared.writer.close()
        self._shared.asking.close()

    async def assign(self, partitions: Iterable[TopicPartition]) -> None:
        """Begin an epoch. The lanes resume in tasks of their own: the group must not wait for the ledger."""
        self._between = False
        epoch = self._epoch = Epoch(self._consumer)
        self._held_back.clear()
        for partition in partitions:
            # Until its lane knows better nothing is fetched, and no offset is chosen by itself.
            self._consumer.seek(partition, 0)
            self._consumer.pause(partition)
            self._lanes[partition] = asyncio.create_task(self._lane(epoch, partition))

    def taken_back(self) -> None:
        """The group is about to give other partitions: until then none is ours."""
        self._between = True

    async def revoke(self, patience_s: float = INSERT_TIMEOUT_S + 5.0) -> None:
        """End the epoch and wait until nothing of it is under way."""
        if self._epoch is None:
            return
        self._epoch.end()
        lanes = list(self._lanes.values())
        for lane in lanes:
            lane.cancel()
        failpoints.hit("C8")
        await asyncio.gather(*lanes, return_exceptions=True)
        self._lanes.clear()
        try:
            await asyncio.wait_for(self._shared.writer.drained(), patience_s)
        except TimeoutError:
            log.warning("an insert did not end within %.0f s; its token makes it count once", patience_s)

    async def _lane(self, epoch: Epoch, partition: TopicPartition) -> None:
        topic_id = self._names.topic_ids[partition.topic]
        known = self._filters.setdefault((topic_id, partition.partition), IdentityFilter())
        place = Log(BY_NAME[partition.topic], topic_id, partition.partition)
        try:
            while True:
                try:
                    if await holding.waited(self._shared, epoch, place):
                        known.forget()  # the ledger may be another one now
                    await self._noted(place, None)
                    await Lane(self._shared, epoch, place, partition, known).run()
                except Stopped as stopped:
                    log.error("%s/%d stands still: %s", partition.topic, partition.partition, stopped)
                    self._consumer.pause(partition)
                    self._held_back.discard(partition)
                    await self._noted(place, stopped.stop)
                    await self._ordered(epoch, place, stopped.stop)
                    log.warning("%s/%d goes on, as ordered", partition.topic, partition.partition)
        except EpochEnded:
            return
        except Exception as error:
            if epoch.ended:
                return
            await self.crash(error)

    async def _ordered(self, epoch: Epoch, place: Log, stop: Stop) -> None:
        """Wait until somebody has ordered to go on behind this stop. Raises `EpochEnded`."""
        wanted = Order(stop.topic_id or place.topic_id, stop.first, max(stop.first, stop.last))
        while True:
            await epoch.wait(ORDERS_S)
            try:
                if wanted in await self._shared.asking.run(lambda store: orders(store, place)):
                    return
            except (StoreUnavailable, StoreRefused) as error:
                log.debug("orders not read: %s", error)

    async def _noted(self, place: Log, stop: Stop | None) -> None:
        """Write down that a partition stands still or goes on, for the wall to show."""
        now = self._clock.now()
        try:
            await self._shared.asking.run(lambda store: note(store, place, stop, now))
        except Exception as error:
            log.warning("could not note the state of %s/%d: %s", place.topic.name, place.partition, error)

    @Service.timer(HOUSEKEEPING_S)
    async def _expire(self) -> None:
        """Let go of ledger rows past their retention; one worker does it, the one that has this partition."""
        if TopicPartition(EVENT_TOPICS[0].name, 0) not in self._lanes or self._holds:
            return
        now = self._clock.now()
        try:
            for topic, part in await self._shared.asking.run(lambda store: expire(store, now)):
                log.warning("%s: rows of %s have reached the end of their retention", topic, part)
        except (StoreUnavailable, StoreRefused) as error:
            log.warning("expiry waits for the next hour: %s", error)

    @Service.task
    async def _heed_holds(self) -> None:
        """Somebody is about to exchange ledger tables: all lanes begin again, those of its topics wait."""
        while not self.should_stop:
            await self.sleep(holding.LOOK_S)
            if self._shared.health.down:
                continue
            try:
                held = await self._shared.asking.run(holds.held)
            except (StoreUnavailable, StoreRefused) as error:
                log.debug("holds not read: %s", error)
                continue
            new, self._holds = held.items() - self._holds.items(), held
            if new:
                await self._begin_again()

    async def _begin_again(self) -> None:
        """A new epoch of the same assignment; none if the group is about to give another one."""
        epoch = self._epoch
        if epoch is None or self._between:
            return
        await self.revoke()
        if self._epoch is epoch and not self._between:
            await self.assign(self._consumer.assignment())

    @Service.task
    async def _keep_polling(self) -> None:
        """While the store is down fetch nothing, but keep the group's trust: poll with all paused."""
        while not self.should_stop:
            if self._shared.health.down:
                self._hold_back()
                await self._consumer.getmany(timeout_ms=0)
            elif self._held_back:
                self._let_go()
            await self.sleep(0.5)

    def _hold_back(self) -> None:
        self._held_back |= self._consumer.assignment() - self._consumer.paused()
        self._consumer.pause(*self._held_back & self._consumer.assignment())

    def _let_go(self) -> None:
        """Not of what was assigned meanwhile: its lane has not said yet from which offset to read."""
        self._consumer.resume(*self._held_back & self._consumer.assignment())
        self._held_back.clear()

    @Service.timer(NAMES_S)
    async def _check_names(self) -> None:
        await self.compare_names()

    async def compare_names(self) -> None:
        """Stop when a topic was made anew: its records are others, and offsets of the old one say nothing.

        The next start decides partition by partition, under the new ids.
        """
        try:
            now = await asyncio.to_thread(cluster.names, self._settings.kafka, list(self._names.topic_ids))
        except (cluster.TopicMissing, KafkaError, OSError) as error:
            log.debug("names of the topics not compared: %s", error)
            return
        if now != self._names:
            changed = [name for name, id_ in now.topic_ids.items() if id_ != self._names.topic_ids[name]]
            what = ", ".join(sorted(changed)) or "the cluster"
            await self.crash(
                TopicChanged(f"{what} was made anew while it was being read; expected the same id")
            )

    @Service.task
    async def _tell_progress(self) -> None:
        """How far the logs reach: those that moved, and now and then all, so that silence can be told."""
        told: dict[TopicPartition, tuple[int, int]] = {}
        waits: dict[TopicPartition, datetime | None] = {}
        waiting: progress.Waiting | None = None
        rounds = 0
        while not self.should_stop:
            await self.sleep(progress.EVERY_S)
            rounds += 1
            if rounds % progress.ALL_EVERY == 0:
                told = {}
            if self._shared.health.down:
                continue
            try:
                now = self._clock.now()
                if waiting is None:
                    remembered = progress.Waiting()
                    await self._shared.asking.run(remembered.remember)
                    waiting = remembered
                reach = await progress.extents(self._consumer)
                before = dict(waits)
                for place, (_, end) in reach.items():
                    waits[place] = waiting.seen(place, end, self._landed(place), now)
                moved = {
                    place: ends
                    for place, ends in reach.items()
                    if told.get(place) != ends or waits[place] != before.get(place)
                }
                tell = partial(progress.write, topic_ids=self._names.topic_ids, now=now, waiting=waits)
                await self._shared.asking.run(partial(tell, moved=moved))
                told |= moved
            except Exception as error:
                log.debug("progress not told: %s", error)

    def _landed(self, place: TopicPartition) -> int:
        """The offset behind the last record of a partition that stands in the ledger, as far as we know."""
        known = self._filters.get((self._names.topic_ids[place.topic], place.partition))
        return known.upto if known is not None else 0


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    def __init__(self, service: LandingService) -> None:
        self._service = service

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self._service.taken_back()
        await self._service.revoke()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        await self._service.assign(assigned)
