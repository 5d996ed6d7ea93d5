"""Mistakes put into the machine on purpose: each must turn the model red (`make models`), or a scene."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from streams.land.actions import Action, Steps, do
from streams.reduce import actions
from streams.reduce.actions import Work
from streams.reduce.machine import Reduction
from streams.reduce.plan import Plan
from streams.reduce.ticks import Finished, Tick
from tests.unit.reduce import test_scenes as scenes
from tests.unit.reduce.model import Batch, Worker
from tests.unit.reduce.tables import Changes
from tests.unit.reduce.test_model import Reducing

LOOK = settings(
    deadline=None,
    max_examples=2_000,
    stateful_step_count=60,
    phases=[Phase.generate],
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
Machine = Reduction[Batch, Changes]
Ticking = Callable[[Machine, Work[Batch, Changes]], Steps[None]]


def reordered(*kinds: type) -> type[Machine]:
    """A machine that does the second of these actions in the place of the first, and the first after it."""

    class Reordered(Machine):
        def tick(self, work: Work[Batch, Changes]) -> Steps[None]:
            steps = super().tick(work)
            answer: Any = None
            kept: Action[Any] | None = None
            while True:
                try:
                    action = steps.send(answer)
                except StopIteration:
                    return
                if isinstance(action, kinds[0]):
                    kept, answer = action, None
                    continue
                answer = yield from do(action)
                if kept is not None and isinstance(action, kinds[1]):
                    yield from do(kept)
                    kept = None

    return Reordered


class Unlogged(Machine):
    """What was touched is not taken over from ticks that were not settled."""

    def begin(self) -> Steps[None]:
        def all_settled(action: Action[Any]) -> Action[Any]:
            if isinstance(action, actions.Inherit):
                return actions.Inherit(replace(action.done, settled=action.done.tick))
            return action

        return _through(super().begin(), asked=all_settled)


class SameNumber(Machine):
    """A planned tick is run again under its own number."""

    def begin(self) -> Steps[None]:
        return _answered(super().begin(), actions.ReadPlan, lambda it: it and Plan(it.tick - 1, it.to))


class SettledEarly(Machine):
    """A tick whose cells are left to a later one is marked as settled."""

    def _after(self, tick: Tick, work: Work[Batch, Changes]) -> Finished:
        return replace(super()._after(tick, work), settled=tick.number)


def _answered(steps: Steps[None], kind: type, change: Callable[[Any], Any]) -> Steps[None]:
    return _through(steps, told=lambda action, it: change(it) if isinstance(action, kind) else it)


def _through(
    steps: Steps[None],
    asked: Callable[[Action[Any]], Action[Any]] = lambda action: action,
    told: Callable[[Action[Any], Any], Any] = lambda _, answer: answer,
) -> Steps[None]:
    """The same actions, or others in their place, with other answers."""
    answer: Any = None
    while True:
        try:
            action = steps.send(answer)
        except StopIteration:
            return
        answer = told(action, (yield from do(asked(action))))


class Unfenced(Worker):
    """It writes on without asking whether ioc.control is still its own."""

    fenced = False


def _of(machine: type[Machine]) -> type[Worker]:
    return type("Mistaken", (Worker,), {"machine_of": machine})


MISTAKES = {
    "finished before cells": _of(reordered(actions.WriteCells, actions.Finish)),
    "values before cells": _of(reordered(actions.WriteCells, actions.WriteValues)),
    "cases before the log": _of(reordered(actions.LogTouched, actions.WriteCases)),
    "cells before cases": _of(reordered(actions.WriteCases, actions.WriteCells)),
    "unsettled pairs skipped": _of(Unlogged),
    "settled before its cells": _of(SettledEarly),
}


@pytest.mark.slow
@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_model_finds(mistake: str) -> None:
    machine = type("Mistaken", (Reducing,), {"worker": MISTAKES[mistake]})
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=LOOK)


@pytest.mark.parametrize(
    ("worker", "scene"),
    [
        (
            _of(SameNumber),
            scenes.test_cells_of_a_closed_day_that_arrive_late_do_not_win,
        ),
        (Unfenced, scenes.test_one_that_slept_asks_the_group_before_it_writes),
    ],
    ids=["a number used twice", "not fenced"],
)
def test_chance_takes_long_to_find_it_but_a_scene_tells_it(
    monkeypatch: pytest.MonkeyPatch, worker: type[Worker], scene: Callable[[], None]
) -> None:
    monkeypatch.setattr(scenes, "Worker", worker)
    with pytest.raises(AssertionError):
        scene()
