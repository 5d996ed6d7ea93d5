"""Scenes that reducing must survive, each told once by itself: what chance may take long to find."""

from typing import Any

import pytest

from streams.land.actions import Action
from streams.reduce import actions
from tests.unit.reduce.model import Worker, World
from tests.unit.reduce.tables import DAY, FLOW, OVERDUE, PARTITIONS, Said

PLACE = PARTITIONS[0]


def world(*events: Said) -> World:
    made = World()
    made.now = 3 * DAY
    made.topics[PLACE] = list(events or [Said("a", "A", 21, 25), Said("b", "B", 31, 35)])
    made.store.ledger[PLACE] = len(made.topics[PLACE])
    return made


def go_on(worker: Worker, until: type[Action[Any]] | None = None) -> None:
    for _ in range(60):
        if worker.idle or (until is not None and isinstance(worker.pending, until)):
            return
        worker.step()
    raise AssertionError(f"it stands at {worker.pending!r}")


def tick(worker: Worker, *, settle: bool = True) -> None:
    go_on(worker)
    worker.take(settle=settle)
    go_on(worker)


@pytest.mark.parametrize("at", range(24))
def test_left_alone_at_any_step_the_next_one_finishes(at: int) -> None:
    here = world()
    first = Worker(here)
    go_on(first)
    first.take()
    for _ in range(at):
        first.step()
    tick(Worker(here))
    for _ in range(5):  # and then it comes back
        first.arrive()
        first.step()
    assert here.store.count((FLOW, 2)) == here.store.count((FLOW, 3)) == 1
    assert here.store.value[1] == here.store.shown(here.now)


def test_a_clock_that_is_first_looked_at_after_days_looks_at_all_of_them() -> None:
    """A backlog is being told, nothing was written yet, and the machine sleeps for two days."""
    here = world()
    worker = Worker(here)
    go_on(worker)
    tick(worker, settle=False)
    here.now += 2 * DAY
    tick(worker)
    assert [here.store.count((OVERDUE, day)) for day in (3, 4, 5)] == [2, 2, 2]


def test_cells_of_a_closed_day_that_arrive_late_do_not_win() -> None:
    """What was asked for before midnight is about a day that had not ended."""
    here = world(Said("z", "Z", 1, 99))
    here.now = 3 * DAY + 2
    dead = Worker(here)
    tick(dead)
    here.topics[PLACE].append(Said("a", "A", 31, 38))
    here.store.ledger[PLACE] += 1
    dead.take()
    go_on(dead, actions.WriteCells)
    dead.slow_down()
    here.now = 4 * DAY
    tick(Worker(here))
    assert here.store.count((OVERDUE, 3)) == 1
    dead.arrive()
    assert here.store.count((OVERDUE, 3)) == 1


def test_cases_that_arrive_late_are_among_those_that_the_next_one_writes() -> None:
    """It runs what was planned again as a whole, not the first rows of it."""
    here = world()
    dead = Worker(here)
    go_on(dead)
    dead.take()
    go_on(dead, actions.WriteCases)
    second = Worker(here)
    go_on(second)
    second.take(limit=1)
    go_on(second)
    dead.arrive()
    tick(second)
    assert here.store.count((FLOW, 2)) == here.store.count((FLOW, 3)) == 1


def test_one_that_slept_asks_the_group_before_it_writes() -> None:
    here = world()
    sleeper = Worker(here)
    go_on(sleeper)
    sleeper.take()
    go_on(sleeper, actions.WriteCases)
    tick(Worker(here))
    sleeper.step()
    assert sleeper.ended


def test_a_group_that_forgot_its_commits_does_not_make_versions_count_twice() -> None:
    here = world()
    first = Worker(here)
    go_on(first)
    first.take()
    go_on(first, actions.Finish)
    here.committed = None
    second = Worker(here)
    tick(second)
    assert second.machine.done.tick > here.store.used() - 2
    assert second.machine.done.tick > 1
    assert here.store.value[1] == here.store.shown(here.now)
