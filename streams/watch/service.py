"""The watch service: beside the reducer that owns ioc.control, the only writer of alert transitions.

It keeps nothing: its memory is the ledger. Whatever fails, it begins again with what the ledger holds, once
that is everything Kafka has; so no alert is raised twice, and none is forgotten.
"""

import asyncio
import logging
from typing import TypeVar

from aiokafka.errors import KafkaError
from mode import Service

from ioc.alerts import Rules
from ioc.clock import VIETNAM, Clock, SystemClock
from ioc.commands import Command
from ioc.deciding import rules_of
from ioc.decisions import Change, What, holding
from ioc.errors import StoreRefused, StoreUnavailable
from ioc.kpis import Kpis
from ioc.reference import Catalogue
from ioc.roles import Roles
from ioc.settings import Settings
from ioc.topics import ALERTS
from storage import decisions
from storage.alerts import landed_until
from storage.client import Store
from streams.land import cluster
from streams.reduce.control import ControlLog, NotOwner
from streams.thread import OneThread
from streams.watch.alert import Transition
from streams.watch.lines import Lines
from streams.watch.looking import OWN
from streams.watch.notifying import notifier
from streams.watch.watcher import Watcher

AGAIN_S = 1.0
DECIDED_S = 10.0
"""How often is looked whether two persons changed a threshold, or the day of a change has come."""
LEAST_S = 0.2
"""Pause between two rounds, however much happens."""
STOP_S = 5.0

log = logging.getLogger("ioc.watch")
T = TypeVar("T")


class WatchService(Service):
    """Alerts of one tenant."""

    def __init__(
        self,
        settings: Settings,
        catalogue: Catalogue,
        kpis: Kpis,
        control: ControlLog,
        clock: Clock | None = None,
    ) -> None:
        super().__init__()
        self._settings = settings
        self._catalogue = catalogue
        self._kpis = kpis
        self._rules = Rules.load(settings.catalogue)
        self._roles = Roles.load(settings.catalogue)
        self._control = control
        self._clock = clock or SystemClock()
        self._notifier = notifier(settings, self._rules, catalogue, self._clock)
        self._thread = OneThread("watch")
        self._store: Store | None = None
        self._lines: Lines | None = None
        self._held: list[Change] = []
        self._looked = 0.0
        self._inbox: list[tuple[int, Command]] = []
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Something changed: look again soon."""
        self._wake.set()

    async def on_start(self) -> None:
        self._notifier.start()

    async def on_stop(self) -> None:
        await asyncio.to_thread(self._notifier.stop)
        await self._thread.ended(STOP_S, log, "a look did not end within %.0f s")
        await self._close()

    @Service.task
    async def _watch(self) -> None:
        if OWN not in self._catalogue.sources:
            log.warning("sources.yaml has no source %s: nobody could state alerts, none are raised", OWN)
            return
        while not self.should_stop:
            if not self._control.owned.is_set():
                await self.sleep(AGAIN_S)
                continue
            try:
                await self._guard(self._control.epoch)
            except (
                StoreUnavailable,
                StoreRefused,
                NotOwner,
                KafkaError,
                cluster.TopicMissing,
                OSError,
            ) as error:
                log.warning("watching begins again: %s: %s", type(error).__name__, error)
            await self._close()
            await self.sleep(AGAIN_S)

    async def _guard(self, epoch: int) -> None:
        """Recover, then one round after another as long as this process owns ioc.control."""
        self._lines = Lines(self._settings)
        await self._lines.start()
        watcher = await self._recovered(self._lines)
        if watcher is None:
            return
        self._lines.read_from(await self._thread.run(watcher.answered_until, self._lines.commands_id))
        reading = asyncio.create_task(self._read(self._lines))
        try:
            while not self.should_stop and self._owned(epoch) and not reading.done():
                if await self._thread.run(self._decided_anew):
                    log.warning("a threshold was changed by two persons: watching begins again with it")
                    return
                self._wake.clear()
                await self._obey(watcher, self._lines, epoch)
                for step in await self._thread.run(watcher.round):
                    await self._publish(step, self._lines, epoch)
                await asyncio.sleep(LEAST_S)
                await self._rest(watcher.rest_s())
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        if reading.done() and not reading.cancelled() and (error := reading.exception()) is not None:
            raise error

    async def _recovered(self, lines: Lines) -> Watcher | None:
        """A watcher that knows everything that was ever published; None when the process is to stop."""
        self._store = Store(self._settings.clickhouse)
        said = False
        while not self.should_stop and self._control.owned.is_set():
            published = await lines.published_until()
            landed = await self._thread.run(landed_until, self._store, ALERTS, lines.transitions_id)
            if landed >= published:
                self._held = await self._thread.run(self._thresholds)
                rules = rules_of(self._rules, self._held)
                watcher = Watcher(
                    self._store, self._catalogue, self._kpis, rules, self._roles,
                    tenant=self._settings.tenant, clock=self._clock,
                )  # fmt: skip
                await self._thread.run(watcher.recover)
                return watcher
            if not said:
                log.warning("waiting until %d transitions have landed", published - landed)
                said = True
            await self.sleep(AGAIN_S)
        return None

    def _decided_anew(self) -> bool:
        """Whether other thresholds hold than those that are watched."""
        if self._clock.monotonic() - self._looked < DECIDED_S:
            return False
        return self._thresholds() != self._held

    def _thresholds(self) -> list[Change]:
        """What was decided about alert rules and holds today."""
        assert self._store is not None  # noqa: S101 (`_recovered` came before)
        self._looked = self._clock.monotonic()
        today = self._clock.now().astimezone(VIETNAM).date()
        standing = decisions.listed(self._store, self._settings.tenant)
        return [each for each in holding(standing, today) if each.what is What.threshold]

    async def _read(self, lines: Lines) -> None:
        while True:
            found = await lines.commands()
            if found:
                self._inbox += found
                self._wake.set()

    async def _obey(self, watcher: Watcher, lines: Lines, epoch: int) -> None:
        while self._inbox:
            offset, command = self._inbox[0]
            reply = await self._thread.run(watcher.obey, command)
            if reply is not None:
                if reply.step is not None:
                    await self._publish(reply.step, lines, epoch)
                await self._thread.run(watcher.answer, reply, lines.commands_id, offset)
            self._inbox.pop(0)

    async def _publish(self, step: Transition, lines: Lines, epoch: int) -> None:
        """Raises `NotOwner` when another process watches now."""
        if not self._owned(epoch):
            raise NotOwner("ioc.control belongs to another reducer, which watches now")
        await lines.publish(step, self._settings.tenant)
        log.info("alert %s: %s %s in %s #%d", step.ref, step.state, step.rule, step.unit, step.seqno)
        self._notifier.tell(step)

    def _owned(self, epoch: int) -> bool:
        return self._control.owned.is_set() and self._control.epoch == epoch

    async def _rest(self, seconds: float) -> None:
        if seconds > 0:
            try:
                await asyncio.wait_for(self._wake.wait(), seconds)
            except TimeoutError:
                return

    async def _close(self) -> None:
        self._inbox.clear()
        if self._lines is not None:
            await self._lines.stop()
            self._lines = None
        if self._store is not None:
            self._store.close()
            self._store = None
