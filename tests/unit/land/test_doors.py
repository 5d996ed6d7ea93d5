"""The doors of an epoch: what may still go through once the partitions are taken back."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiokafka import errors as kafka

from ioc import failpoints
from ioc.errors import SettingsError, StoreUnavailable
from ioc.settings import ClickHouse
from streams.land.epoch import Epoch, EpochEnded
from streams.land.thread import Writer


class Consumer:
    def __init__(self, error: Exception | None = None) -> None:
        self.commits: list[Any] = []
        self._error = error

    async def commit(self, offsets: Any) -> None:
        if self._error:
            raise self._error
        self.commits.append(offsets)


@pytest.mark.parametrize("error", [kafka.CommitFailedError(), kafka.IllegalStateError("not assigned")])
def test_a_commit_that_the_group_refuses_ends_it(error: Exception) -> None:
    async def run() -> None:
        with pytest.raises(EpochEnded):
            await Epoch(Consumer(error)).commit("tp", 1, "")

    asyncio.run(run())


def test_an_ended_epoch_does_not_commit() -> None:
    async def run() -> None:
        consumer = Consumer()
        epoch = Epoch(consumer)
        await epoch.commit("tp", 1, "")
        epoch.end()
        for door in (epoch.commit("tp", 2, ""), epoch.wait(60)):
            with pytest.raises(EpochEnded):
                await door
        assert len(consumer.commits) == 1

    asyncio.run(run())


class Thread:
    """A store thread whose work lasts until it is let go."""

    def __init__(self) -> None:
        self.begun, self.gate, self.done = asyncio.Event(), asyncio.Event(), 0

    async def run(self, _work: Callable[[Any], Any]) -> None:
        self.begun.set()
        await self.gate.wait()
        self.done += 1


async def allowed() -> None:
    """Nothing against it."""


def test_an_insert_that_has_begun_is_finished_although_its_lane_is_gone() -> None:
    async def run() -> None:
        writer, thread = Writer(ClickHouse()), Thread()
        writer._thread = thread  # type: ignore[assignment]
        lane = asyncio.create_task(writer.insert("t", [], "token", allowed))
        await thread.begun.wait()
        lane.cancel()
        drained = asyncio.create_task(writer.drained())
        await asyncio.sleep(0)
        assert not drained.done()
        assert not writer.free
        thread.gate.set()
        await drained
        assert thread.done == 1
        assert writer.free

    asyncio.run(run())


def test_an_insert_whose_turn_comes_too_late_is_not_made() -> None:
    async def run() -> None:
        writer, thread, epoch = Writer(ClickHouse()), Thread(), Epoch(Consumer())
        writer._thread = thread  # type: ignore[assignment]

        async def ours() -> None:
            epoch.check()

        first = asyncio.create_task(writer.insert("t", [], "1", ours))
        await thread.begun.wait()
        second = asyncio.create_task(writer.insert("t", [], "2", ours))
        await asyncio.sleep(0)
        epoch.end()
        thread.gate.set()
        await first
        with pytest.raises(EpochEnded):
            await second
        assert thread.done == 1

    asyncio.run(run())


def test_the_store_being_away_is_told_to_the_caller() -> None:
    async def run() -> None:
        class Away:
            async def run(self, _work: Callable[[Any], Any]) -> None:
                raise StoreUnavailable("the store does not answer")

        writer = Writer(ClickHouse())
        writer._thread = Away()  # type: ignore[assignment]
        with pytest.raises(StoreUnavailable):
            await writer.insert("t", [], "token", allowed)
        assert writer.free

    asyncio.run(run())


def test_failpoints_act_at_the_hit_they_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failpoints, "_armed", failpoints._parse("C1:2:raise,C4:1:raise"))
    monkeypatch.setattr(failpoints, "_hits", {})
    failpoints.hit("C1")
    failpoints.hit("C9")
    with pytest.raises(failpoints.Broken):
        failpoints.hit("C1")
    failpoints.hit("C1")


def test_a_failpoint_armed_by_a_file_fires_once_whoever_passes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(failpoints, "_folder", tmp_path)
    monkeypatch.setattr(failpoints, "_hits", {})
    failpoints.hit("C1")
    (tmp_path / "C1").write_text("2:raise")
    failpoints.hit("C1")
    with pytest.raises(failpoints.Broken):
        failpoints.hit("C1")
    assert [each.name for each in tmp_path.iterdir()] == ["C1.fired"]
    failpoints.hit("C1")
    failpoints.hit("C1")


@pytest.mark.parametrize("text", ["C1", "C1:x:kill", "C1:1:dance"])
def test_a_failpoint_that_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        failpoints._parse(text)
