"""The landing service between outages, rebalances and topics made anew."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest
from aiokafka import TopicPartition

from ioc.contracts import Rules
from ioc.settings import Settings
from streams.land import cluster
from streams.land.cluster import Names
from streams.land.service import LandingService, TopicChanged

HERE = TopicPartition("ioc.tasks", 0)
NAMES = Names("cluster", {"ioc.tasks": UUID(int=1)})


class Consumer:
    """What the group assigned, and what is paused."""

    def __init__(self) -> None:
        self.held: set[TopicPartition] = set()

    def assignment(self) -> set[TopicPartition]:
        return {HERE}

    def paused(self) -> set[TopicPartition]:
        return set(self.held)

    def pause(self, *partitions: TopicPartition) -> None:
        self.held |= set(partitions)

    def resume(self, *partitions: TopicPartition) -> None:
        self.held -= set(partitions)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        assert offset == 0


class Quiet(LandingService):
    """Its lanes do nothing, and a crash is written down."""

    def __init__(self) -> None:
        super().__init__(Settings(), Rules("G09", frozenset(), {}, "1"))
        self._consumer = Consumer()
        self._names = NAMES
        self.crashes: list[BaseException] = []

    async def _lane(self, *_: object) -> None:
        return None

    async def crash(self, reason: BaseException) -> None:
        self.crashes.append(reason)


def test_after_an_outage_it_reads_on() -> None:
    service = Quiet()
    service._hold_back()
    assert service._consumer.paused() == {HERE}
    service._let_go()
    assert service._consumer.paused() == set()


def test_what_was_assigned_during_an_outage_waits_for_its_lane() -> None:
    async def run() -> None:
        service = Quiet()
        service._hold_back()
        await service.assign([HERE])
        service._let_go()
        assert service._consumer.paused() == {HERE}

    asyncio.run(run())


@pytest.mark.parametrize(
    ("now", "crashes"),
    [
        (NAMES, 0),
        (replace(NAMES, topic_ids={"ioc.tasks": UUID(int=2)}), 1),
        (replace(NAMES, cluster_id="another"), 1),
    ],
)
def test_a_topic_made_anew_stops_landing(monkeypatch: pytest.MonkeyPatch, now: Names, crashes: int) -> None:
    service = Quiet()
    monkeypatch.setattr(cluster, "names", lambda *_: now)
    asyncio.run(service.compare_names())
    assert [type(each) for each in service.crashes] == [TopicChanged] * crashes
