"""Starts the processes of a stack in order, brings back what dies, stops them all.

`Supervisor.tick` is one look at everything; it takes its clock and its way to start a process as
parameters and never sleeps, so what it decides is tested without either.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from ioc.clock import Clock
from ioc.errors import IocError
from local.processes import Spec

DELAYS_S = (0.0, 0.5, 1.0, 2.0)
"""Waiting before a restart, by failures in a row; a process that had become ready begins at the first."""
LONGEST_DELAY_S = 2.5
PATIENT_FAILURES = 20
PATIENT_DELAY_S = 15.0
"""After so many starts that never became ready, trying more often would only burn the machine."""
HOPELESS = 3
"""A first start that fails so often is an error of the start, not an accident."""
FIRST_START_S = 180.0
STOP_BUDGET_S = {0: 1.0, 1: 2.5, 2: 3.0, 3: 2.5}
"""Seconds each stop phase may take; together below the 10 s that a stop is promised to take."""


class StartFailed(IocError):
    """A process of the stack cannot be started."""


class Process(Protocol):
    @property
    def pid(self) -> int: ...

    def exit_code(self) -> int | None: ...

    def terminate(self) -> None: ...

    def kill(self) -> None: ...

    def wait(self, timeout_s: float) -> bool: ...


class State(StrEnum):
    WAITING = "waiting"
    STARTING = "starting"
    UP = "up"


@dataclass(slots=True)
class Watched:
    """What is known of one process."""

    spec: Spec
    state: State = State.WAITING
    process: Process | None = None
    since: datetime | None = None
    restarts: int = 0
    failures: int = 0
    not_before: float = 0.0
    was_up: bool = False


def delay_s(failures: int) -> float:
    """How long to wait before the next start after so many failures in a row."""
    if failures < len(DELAYS_S):
        return DELAYS_S[failures]
    return LONGEST_DELAY_S if failures < PATIENT_FAILURES else PATIENT_DELAY_S


class Supervisor:
    """Watches the processes of one stack. `say` gets a line for a person at each step."""

    def __init__(
        self,
        specs: Sequence[Spec],
        spawn: Callable[[Spec], Process],
        clock: Clock,
        *,
        say: Callable[[str], None] = lambda _line: None,
        changed: Callable[[Sequence[Watched]], None] = lambda _watched: None,
        last_words: Callable[[str], str] = lambda _name: "",
    ) -> None:
        self._watched = [Watched(spec) for spec in specs]
        self._by_name = {watched.spec.name: watched for watched in self._watched}
        self._spawn = spawn
        self._clock = clock
        self._say = say
        self._changed = changed
        self._last_words = last_words
        self._begun = clock.monotonic()
        self._announced = False

    @property
    def watched(self) -> Sequence[Watched]:
        return self._watched

    @property
    def ready(self) -> bool:
        """Every process answers."""
        return all(watched.state is State.UP for watched in self._watched)

    def tick(self) -> bool:
        """Look once at every process; True when something changed.

        Raises `StartFailed` when a process does not come up at the first start.
        """
        before = [(watched.state, watched.restarts) for watched in self._watched]
        for watched in self._watched:
            if watched.state is not State.WAITING:
                self._look(watched)
            if watched.state is State.WAITING and self._may_start(watched):
                self._start(watched)
        self._announced = self._announced or self.ready
        if not self._announced and self._clock.monotonic() - self._begun > FIRST_START_S:
            late = ", ".join(w.spec.name for w in self._watched if w.state is not State.UP)
            raise StartFailed(f"{late}: not ready after {FIRST_START_S:.0f} s; see the logs")
        different = before != [(watched.state, watched.restarts) for watched in self._watched]
        if different:
            self._changed(self._watched)
        return different

    def stop(self) -> None:
        """End all processes, phase by phase, asking first and killing what has not gone in its time."""
        for phase in sorted({watched.spec.stop for watched in self._watched}):
            leaving = [
                watched.process
                for watched in self._watched
                if watched.spec.stop == phase and watched.process is not None
            ]
            for process in leaving:
                process.terminate()
            end = self._clock.monotonic() + STOP_BUDGET_S.get(phase, 1.0)
            for process in leaving:
                if not process.wait(max(0.0, end - self._clock.monotonic())):
                    process.kill()
        for watched in self._watched:
            watched.process, watched.state = None, State.WAITING

    def kill(self) -> None:
        """End all processes at once."""
        for watched in self._watched:
            if watched.process is not None:
                watched.process.kill()

    def _may_start(self, watched: Watched) -> bool:
        if self._clock.monotonic() < watched.not_before:
            return False
        # After the first time a process comes back on its own; its neighbours wait for it by themselves.
        return watched.was_up or all(self._by_name[name].state is State.UP for name in watched.spec.needs)

    def _start(self, watched: Watched) -> None:
        if not self._announced and watched.failures == 0:
            self._say(f"  {watched.spec.name}: starting")
        watched.process = self._spawn(watched.spec)
        watched.state = State.STARTING
        watched.since = self._clock.now()

    def _look(self, watched: Watched) -> None:
        if watched.process is None:
            return
        code = watched.process.exit_code()
        if code is not None:
            self._died(watched, code)
        elif watched.state is State.STARTING and watched.spec.ready():
            watched.state, watched.failures, watched.was_up = State.UP, 0, True
            took = (self._clock.now() - watched.since).total_seconds() if watched.since else 0.0
            self._say(f"  {watched.spec.name}: ready after {took:.1f} s")

    def _died(self, watched: Watched, code: int) -> None:
        name = watched.spec.name
        failed_to_start = watched.state is State.STARTING
        watched.failures = watched.failures + 1 if failed_to_start else 0
        watched.process, watched.state = None, State.WAITING
        if not watched.was_up and watched.failures >= HOPELESS:
            raise StartFailed(
                f"{name} does not start (exit {code}): {self._last_words(name) or 'see its log'}"
            )
        watched.restarts += 1
        wait = delay_s(watched.failures)
        watched.not_before = self._clock.monotonic() + wait
        how = f"signal {-code}" if code < 0 else f"exit {code}"
        self._say(f"  {name}: ended ({how}), restarting" + (f" in {wait:.1f} s" if wait else ""))
