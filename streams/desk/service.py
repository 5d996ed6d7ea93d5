"""The desk's service: beside the reducer that owns ioc.control, it does what the desk was asked to do.

An act stands in the store before it is done and is looked for there, so a process that dies goes on where it
was. A replay that is done twice changes nothing: the event keeps its name, and what was counted under that
name is not counted again.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any, TypeVar
from uuid import uuid4

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from mode import Service

from ioc import connecting
from ioc.accounts import Deed
from ioc.clock import Clock, SystemClock
from ioc.contracts import Reason, encode, kafka_key
from ioc.desk import Act, Kind, Place, Stage
from ioc.errors import StoreUnavailable
from ioc.kpis import Kpis
from ioc.reference import Catalogue
from ioc.settings import Settings
from storage import audit_trail, desk_acts, quarantine
from storage.client import Store
from streams.desk.effects import Effects
from streams.desk.judging import Identity, Judged, Verdict, judge, settled
from streams.desk.originals import Gone, Original, Originals
from streams.land.trial import Wire, deadly
from streams.reduce.control import ControlLog
from streams.reduce.worktime import milliseconds
from streams.thread import OneThread

SURVIVABLE = "a record that does not kill whoever reads it"
EVERY_S = 1.0
AGAIN_S = 5.0
STOP_S = 5.0
CLIENT = "ioc-desk"

log = logging.getLogger("ioc.desk")
T = TypeVar("T")
Read = Callable[[Place], Any]


class DeskService(Service):
    """Acts of one tenant."""

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
        self._tenant = settings.tenant
        self._catalogue = catalogue
        self._kpis = kpis
        self._rules = catalogue.rules(settings.tenant)
        self._control = control
        self._clock = clock or SystemClock()
        self._thread = OneThread("desk")
        self._store: Store | None = None

    async def on_stop(self) -> None:
        await self._thread.ended(STOP_S, log, "no end of an act within %.0f s; the next start does it again")
        if self._store is not None:
            self._store.close()

    @Service.task
    async def _work(self) -> None:
        while not self.should_stop:
            await self.sleep(EVERY_S)
            if not self._control.owned.is_set():
                continue
            try:
                for act in await self._thread.run(self._asked):
                    await self._do(act)
            except (StoreUnavailable, KafkaError, OSError) as error:
                log.warning("the desk tries again: %s: %s", type(error).__name__, error)
                await self.sleep(AGAIN_S)

    def _asked(self) -> list[Act]:
        if self._store is None:
            self._store = Store(self._settings.clickhouse, timeout=60)
        return desk_acts.in_stage(self._store, self._tenant, Stage.asked)

    async def _do(self, act: Act) -> None:
        """One act to its end. What can be tried again is raised; anything else ends it as failed."""
        try:
            outcome = await self._outcome(act)
        except (StoreUnavailable, KafkaError, OSError):
            raise
        except Exception as error:
            log.error("act %s failed", act.id, exc_info=error)
            failed = {"error": f"the act could not be done ({type(error).__name__})"}
            await self._thread.run(self._finish, act, Stage.failed, failed)
            return
        await self._thread.run(self._finish, act, Stage.done, outcome)

    async def _outcome(self, act: Act) -> dict[str, Any]:
        if act.kind is Kind.discard:
            await self._thread.run(self._mark, act, "discarded", [(place, None) for place in act.records])
            return {"records": [{"id": str(place), "verdict": "discarded"} for place in act.records]}
        judged, gone = await self._judged(act)
        verdicts = await self._thread.run(self._settled, judged)
        told = [*(each.document() for each in verdicts), *gone]
        if act.kind is Kind.replay:
            places = await self._sent(act, verdicts)
            for each in told:
                if (now := places.get(str(each["id"]))) is not None:
                    each["now"] = str(now)
            return {"records": told}
        return {"records": told, **await self._thread.run(self._foreseen, verdicts)}

    async def _judged(self, act: Act) -> tuple[list[Judged], list[dict[str, object]]]:
        """Each record as it would be judged now; and those that are gone, with why."""
        judged: list[Judged] = []
        gone: list[dict[str, object]] = []
        deadly = await self._thread.run(self._set_aside, act)
        async with AsyncExitStack() as stack:
            originals = Originals(self._settings.kafka)
            stack.push_async_callback(originals.stop)
            await originals.start()
            for place in act.records:
                try:
                    original = await originals.read(place)
                except Gone as error:
                    gone.append({"id": str(place), "verdict": "gone", "reason": error.why})
                    continue
                if str(place) in deadly and await self._kills(place, original):
                    judged.append(Judged(place, None, Reason.crash_loop.value, "", SURVIVABLE))
                    continue
                now = self._clock.now()
                judged.append(judge(place, original.value, act.mends, self._rules, now))
        return judged, gone

    def _set_aside(self, act: Act) -> set[str]:
        """Places of records that nobody has read yet, because it killed whoever tried."""
        found = quarantine.at_places(self._held(), act.records)
        return {str(each.place) for each in found if each.reason == Reason.crash_loop}

    async def _kills(self, place: Place, original: Original) -> bool:
        """Whether it still does: tried in another process, for this one must not die of it.

        Raises `TrialFailed`.
        """
        record = Wire(place.offset, milliseconds(self._clock.now()), original.key, original.value)
        return bool(await deadly([record], self._rules, place.topic))

    def _settled(self, judged: Sequence[Judged]) -> list[Verdict]:
        store = self._held()
        known: dict[Identity, tuple[Place, bytes]] = {}
        for each in judged:
            if each.event is not None and each.identity not in known:
                found = quarantine.counted_at(store, each.place.log, *each.identity, each.id_hash)
                if found is not None:
                    known[each.identity] = found
        return settled(judged, known)

    def _foreseen(self, verdicts: Sequence[Verdict]) -> dict[str, Any]:
        effects = Effects(self._held(), self._catalogue, self._kpis, self._tenant)
        good = [each.judged.event for each in verdicts if each.verdict == "counted"]
        found = [each for each in good if each is not None]
        return effects.of(found, milliseconds(self._clock.now())).document()

    async def _sent(self, act: Act, verdicts: Sequence[Verdict]) -> dict[str, Place]:
        """Send what would be counted; where each stands now. What is counted already needs no sending."""
        places: dict[str, Place] = {}
        names: dict[Identity, Place] = {}
        async with AsyncExitStack() as stack:
            options = {**connecting.aiokafka(self._settings.kafka), "client_id": CLIENT}
            producer = AIOKafkaProducer(**options, acks="all", enable_idempotence=True)
            stack.push_async_callback(producer.stop)
            await producer.start()
            for each in verdicts:
                place, event = each.judged.place, each.judged.event
                if event is None or each.verdict not in ("counted", "suppressed"):
                    continue
                now = each.counted or names.get(each.judged.identity)
                if now is None:
                    envelope = event.envelope
                    sent = await producer.send_and_wait(
                        event.kind.topic.name, encode(envelope), kafka_key(envelope)
                    )
                    now = Place(sent.topic, sent.partition, sent.offset)
                names[each.judged.identity] = places[str(place)] = now
                await self._thread.run(self._mark, act, "replayed", [(place, now)])
        return places

    def _mark(self, act: Act, state: str, records: Sequence[tuple[Place, Place | None]]) -> None:
        desk_acts.mark(self._held(), self._tenant, act, state, records, self._clock.now())

    def _finish(self, act: Act, stage: Stage, outcome: dict[str, Any]) -> None:
        """Records that were not replayed are open again; then the act itself, and the line that says so."""
        store, now = self._held(), self._clock.now()
        if act.kind is Kind.replay:
            done = {str(each["id"]) for each in outcome.get("records", []) if "now" in each}
            left = [(place, None) for place in act.records if str(place) not in done]
            desk_acts.mark(store, self._tenant, act, "open", left, now)
        if act.kind is not Kind.dry_run:
            said = [f"records={len(act.records)}", *_places(outcome)]
            kind = f"{act.kind}_finished"
            outcome_ = "done" if stage is Stage.done else "failed"
            deed = Deed(uuid4(), now, act.account, act.role, kind, str(act.id), outcome_, tuple(said))
            audit_trail.note(store, self._tenant, deed)
        finished = replace(act, stage=stage, finished_at=now, outcome=outcome)
        desk_acts.keep(store, self._tenant, finished, now)

    def _held(self) -> Store:
        assert self._store is not None  # noqa: S101 (`_asked` came before)
        return self._store


def _places(outcome: dict[str, Any]) -> list[str]:
    """Codes for the trail: what became of how many, and the new place of the first."""
    counts: dict[str, int] = {}
    for each in outcome.get("records", []):
        counts[str(each["verdict"])] = counts.get(str(each["verdict"]), 0) + 1
    moved = [f"moved={each['id']}>{each['now']}" for each in outcome.get("records", []) if "now" in each]
    return [*(f"{verdict}={count}" for verdict, count in sorted(counts.items())), *moved]
