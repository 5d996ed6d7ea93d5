"""The reduce service: while this process owns ioc.control, one tick after another, in a thread of its own."""

import logging

from mode import Service

from ioc.clock import Clock, SystemClock
from ioc.deciding import Decided
from ioc.errors import StoreUnavailable
from ioc.kpis import Kpis
from ioc.reference import Catalogue
from ioc.settings import Settings
from storage.client import Store
from streams.desk.service import DeskService
from streams.reduce import yielding
from streams.reduce.briefing import Briefing
from streams.reduce.control import ControlLog, Holding, NotOwner
from streams.reduce.deciding import Deciding
from streams.reduce.forecasting import Forecasting
from streams.reduce.reducer import Reducer
from streams.thread import OneThread
from streams.watch.service import WatchService

EVERY_S = 0.15
"""Pause between two looks at the ledger when there is nothing more to do."""
POLL_S = 1.0
"""Longest time without a sign of life to the group."""
AGAIN_S = 1.0
"""Pause after the store did not answer, or the partition was lost."""
STOP_S = 8.0

log = logging.getLogger("ioc.reduce")


class ReduceService(Service):
    """Cases, cells and values of one tenant, kept up with the ledger."""

    def __init__(
        self, settings: Settings, catalogue: Catalogue, kpis: Kpis | None = None, clock: Clock | None = None
    ) -> None:
        super().__init__()
        self._settings = settings
        self._catalogue = catalogue
        self._kpis = kpis or Kpis.load(settings.catalogue)
        self._clock = clock or SystemClock()
        self._thread = OneThread("reduce")
        self._store: Store | None = None
        self._deciding: Deciding | None = None

    async def on_start(self) -> None:
        self._control = ControlLog(self._settings)
        await self._control.start()
        for duty in (Forecasting, Briefing):
            await self.add_runtime_dependency(duty(self._settings, self._control.owned, self._clock))
        self._watch = WatchService(self._settings, self._catalogue, self._kpis, self._control, self._clock)
        await self.add_runtime_dependency(self._watch)
        desk = DeskService(self._settings, self._catalogue, self._kpis, self._control, self._clock)
        await self.add_runtime_dependency(desk)

    async def on_stop(self) -> None:
        await self._thread.ended(STOP_S, log, "no end of a tick within %.0f s; the next start runs it again")
        await self._control.stop()
        if self._store is not None:
            self._store.close()

    @Service.task
    async def _reduce(self) -> None:
        reducer: Reducer | None = None
        epoch = 0
        while not self.should_stop:
            await self._control.keep_polling()
            if not self._control.owned.is_set():
                reducer = None
                await self.sleep(EVERY_S)
                continue
            try:
                if reducer is None or epoch != self._control.epoch:
                    epoch = self._control.epoch
                    holding = Holding(self._control)
                    committed = await self._control.committed()
                    reducer = await self._thread.run(self._begun, holding, committed)
                waiting, rest_s = await self._thread.run(self._step, reducer)
            except (StoreUnavailable, NotOwner) as error:
                log.warning("starting over from the last finished tick: %s", error)
                reducer = None
                await self.sleep(AGAIN_S)
                continue
            if rest_s or not waiting:
                await self._stand_back(rest_s or EVERY_S)

    async def _stand_back(self, seconds: float) -> None:
        """Rest, but keep the group's trust meanwhile."""
        while seconds > 0 and not self.should_stop:
            await self.sleep(min(seconds, POLL_S))
            seconds -= POLL_S
            await self._control.keep_polling()

    def _step(self, reducer: Reducer) -> tuple[int, float]:
        """One tick; how many rows wait, and how long to let landing go first."""
        self._decide(reducer)
        began = self._clock.monotonic()
        waiting = reducer.step()
        if not waiting or self._store is None:
            return waiting, 0.0
        took = self._clock.monotonic() - began
        return waiting, yielding.rest_s(took, yielding.in_flight(self._store))

    def _decide(self, reducer: Reducer) -> None:
        """Take over what two persons decided since the last look."""
        if self._deciding is not None and (decisions := self._deciding.look()) is not None:
            reducer.decide(Decided(self._kpis, decisions))

    def _begun(self, holding: Holding, committed: str) -> Reducer:
        """A reducer that goes on from the last finished tick, with a connection of its own."""
        if self._store is not None:
            self._store.close()
        self._store = Store(self._settings.clickhouse, timeout=120)
        reducer = Reducer(
            self._store,
            self._catalogue,
            self._kpis,
            tenant=self._settings.tenant,
            clock=self._clock,
            control=holding,
        )
        self._deciding = Deciding(self._store, self._settings.tenant, self._clock)
        self._decide(reducer)
        reducer.start(committed)
        return reducer
