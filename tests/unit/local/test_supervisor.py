"""What the supervisor decides, with processes and a clock that the test moves by hand."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioc.clock import FixedClock
from local.processes import Spec
from local.supervisor import (
    FIRST_START_S,
    HOPELESS,
    LONGEST_DELAY_S,
    PATIENT_FAILURES,
    STOP_BUDGET_S,
    StartFailed,
    State,
    Supervisor,
    delay_s,
)


@dataclass
class FakeProcess:
    pid: int
    code: int | None = None
    stubborn: bool = False
    told: list[str] = field(default_factory=list)

    def exit_code(self) -> int | None:
        return self.code

    def terminate(self) -> None:
        self.told.append("terminate")
        if not self.stubborn:
            self.code = -15

    def kill(self) -> None:
        self.told.append("kill")
        self.code = -9

    def wait(self, timeout_s: float) -> bool:
        assert timeout_s >= 0
        return self.code is not None


class Stage:
    """A supervisor over fake processes; `answering` are the names whose probe succeeds."""

    def __init__(self) -> None:
        self.clock = FixedClock(datetime(2026, 11, 2, 1, 0, tzinfo=UTC))
        self.answering: set[str] = set()
        self.started: list[str] = []
        self.living: dict[str, FakeProcess] = {}
        self.lines: list[str] = []
        specs = [
            self.spec("store", stop=3),
            self.spec("queue", stop=3),
            self.spec("worker", stop=2, needs=("store", "queue")),
            self.spec("wall", stop=1, needs=("store",)),
        ]
        self.supervisor = Supervisor(
            specs, self.spawn, self.clock, say=self.lines.append, last_words=lambda name: f"{name} said why"
        )

    def spec(self, name: str, stop: int, needs: tuple[str, ...] = ()) -> Spec:
        return Spec(name, (name,), lambda: name in self.answering, stop, needs)

    def spawn(self, spec: Spec) -> FakeProcess:
        self.started.append(spec.name)
        self.living[spec.name] = FakeProcess(pid=100 + len(self.started))
        return self.living[spec.name]

    def run(self, seconds: float) -> None:
        """Look every tenth of a second."""
        for _ in range(round(seconds * 10)):
            self.supervisor.tick()
            self.clock.advance(timedelta(milliseconds=100))

    def bring_up(self) -> None:
        self.answering = {"store", "queue", "worker", "wall"}
        self.run(0.5)
        assert self.supervisor.ready

    def restarts(self) -> dict[str, int]:
        return {watched.spec.name: watched.restarts for watched in self.supervisor.watched}


def test_nothing_starts_before_what_it_needs_answers() -> None:
    stage = Stage()
    stage.run(1)
    assert stage.started == ["store", "queue"]
    stage.answering = {"store"}
    stage.run(1)
    assert stage.started == ["store", "queue", "wall"]
    stage.answering = {"store", "queue", "worker"}
    stage.run(1)
    assert stage.started == ["store", "queue", "wall", "worker"]
    assert not stage.supervisor.ready
    stage.answering.add("wall")
    stage.run(0.2)
    assert stage.supervisor.ready


def test_a_killed_process_comes_back_at_once_and_is_counted() -> None:
    stage = Stage()
    stage.bring_up()
    for times in range(1, 13):
        stage.living["worker"].code = -9
        stage.run(0.3)
        assert stage.living["worker"].code is None, "not back within 0.3 s"
        stage.run(0.2)
        assert stage.restarts()["worker"] == times
    assert stage.supervisor.ready


def test_a_restart_does_not_wait_for_the_neighbours() -> None:
    stage = Stage()
    stage.bring_up()
    stage.answering.remove("store")
    stage.living["store"].code = -9
    stage.living["worker"].code = -9
    stage.run(0.3)
    assert stage.living["worker"].code is None


def test_a_process_that_never_comes_up_again_is_tried_every_few_seconds_then_patiently() -> None:
    stage = Stage()
    stage.bring_up()
    stage.answering.remove("worker")
    begun = stage.clock.monotonic()
    tries: list[float] = []
    stage.living["worker"].code = 1
    while len(tries) < PATIENT_FAILURES + 2:
        stage.run(0.1)
        if stage.living["worker"].code is None:
            tries.append(stage.clock.monotonic() - begun)
            stage.living["worker"].code = 1
    gaps = [later - earlier for earlier, later in itertools.pairwise(tries)]
    assert max(gaps[: PATIENT_FAILURES - 1]) <= 3.0
    assert gaps[-1] > 10


def test_a_first_start_that_fails_again_and_again_is_said_with_the_last_words() -> None:
    stage = Stage()
    stage.answering = {"queue"}
    with pytest.raises(StartFailed, match=r"store does not start \(exit 1\): store said why"):
        for _ in range(100):
            stage.run(0.1)
            stage.living["store"].code = 1
    assert stage.started.count("store") == HOPELESS


def test_a_first_start_that_hangs_is_given_up_by_name() -> None:
    stage = Stage()
    stage.answering = {"store", "queue", "wall"}
    with pytest.raises(StartFailed, match="worker: not ready"):
        stage.run(FIRST_START_S + 1)


def test_stop_asks_in_order_and_kills_what_does_not_listen() -> None:
    stage = Stage()
    stage.bring_up()
    processes = dict(stage.living)
    processes["worker"].stubborn = True
    order: list[str] = []
    for name, process in processes.items():
        process.terminate = _noting(order, name, process.terminate)  # type: ignore[method-assign]
    stage.supervisor.stop()
    assert order == ["wall", "worker", "store", "queue"]
    assert processes["worker"].told == ["terminate", "kill"]
    assert all(process.code is not None for process in processes.values())


def _noting(order: list[str], name: str, terminate: Callable[[], None]) -> Callable[[], None]:
    def noted() -> None:
        order.append(name)
        terminate()

    return noted


def test_a_stop_fits_into_ten_seconds() -> None:
    assert sum(STOP_BUDGET_S.values()) < 10


@given(st.integers(0, PATIENT_FAILURES - 1))
def test_early_restarts_are_never_later_than_three_seconds(failures: int) -> None:
    assert 0 <= delay_s(failures) <= LONGEST_DELAY_S < 3


def test_state_is_reported_on_change_only() -> None:
    stage = Stage()
    assert stage.supervisor.tick() is True
    assert stage.supervisor.tick() is False
    assert [watched.state for watched in stage.supervisor.watched][:2] == [State.STARTING, State.STARTING]
