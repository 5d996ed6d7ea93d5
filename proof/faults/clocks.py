"""Processes of the centre whose wall clock is wrong, or jumps while they run. A publisher's clock: F21."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from proof.faults.processes import frozen
from proof.harness import wall
from proof.harness.clocks import Clocks, missing
from proof.harness.kind import Kind
from proof.harness.stack import StackFailed, until
from proof.honesty import CLEARS_S, awake, told_by_the_wall
from proof.oracle.journal import GOOD
from proof.scene import Act, Fault, Scene

HOUR = 3600.0
YEARS = 10 * 365 * 24 * HOUR
SHIFTS = {"-2 h": -2 * HOUR, "+2 h": 2 * HOUR, "+10 y": YEARS}
AHEAD_S = 60.0
"""Nothing that the centre wrote may lie further in the future than this."""
FROZEN_S = 45.0


def clocks_of(scene: Scene) -> Clocks:
    if scene.stack.clocks is None:
        raise StackFailed("this fault needs a stack whose clocks can be moved")
    return scene.stack.clocks


@contextmanager
def wrong(scene: Scene, name: str, shift: str) -> Iterator[None]:
    """A process is told a wrong time; then the truth again, which is a jump as well."""
    clocks = clocks_of(scene)
    before = clocks.told(name)
    clocks.shift(name, SHIFTS[shift])
    try:
        yield
    finally:
        clocks.shift(name, 0.0)
    if told := clocks.told(name) - before:
        scene.bit(f"{name} was told a time of {shift}, {told} times")


def off(name: str, *, reborn: str) -> Act:
    """Its clock jumps there and back, for each shift; with `reborn` the process dies, and begins with it."""

    def act(scene: Scene) -> None:
        awake(scene)
        for shift in SHIFTS:
            with wrong(scene, name, shift):
                if not scene.load.wait_accepted(150, 20):
                    scene.wrong("I1", f"good events got no receipts while {name} stood at {shift}")
                _just_now(scene)
                if shift == reborn:
                    scene.kill(name)
                    _just_now(scene)
                    scene.load.wait_accepted(150, 30)
                _settled(scene, f"{name} at {shift}")
        _settled(scene, f"{name} put right")
        _nothing_ahead(scene, name)

    return act


def _just_now(scene: Scene) -> None:
    """What happened a minute ago is good, what will happen in an hour is not, whatever one clock says."""
    scene.load.deliver([replace(scene.events.ahead(-60_000), expect=GOOD)], "qlvb")
    scene.load.deliver([scene.events.ahead(3_600_000)], "qlvb")


def _settled(scene: Scene, when: str) -> None:
    """Numbers move and the wall does not call them old: nothing is wrong but one clock."""
    port = scene.stack.port + 5
    if not until(lambda: not wall.doubt(port), CLEARS_S, 0.5):
        scene.wrong("I9", f"{when}: the wall says {wall.doubt(port)}, and everything is being counted")


def _nothing_ahead(scene: Scene, name: str) -> None:
    """Nothing was written of days and instants that have not come: it would be believed until they do."""
    for what, question in {
        "ticks": "SELECT greatest(max(finished_at), max(reached_at)) FROM ioc.ticks",
        "landing's progress": "SELECT max(at) FROM ioc.landing_progress",
        "values": "SELECT toDateTime64(max(on_day), 3) - INTERVAL 1 DAY FROM ioc.kpi_values",
        "values as published": "SELECT toDateTime64(max(hour), 3) FROM ioc.kpi_history",
    }.items():
        ((ahead,),) = scene.asked.sql(f"SELECT dateDiff('second', now64(3), ({question}))")
        scene.numbers[f"{name}: {what} ahead_s"] = ahead
        if ahead > AHEAD_S:
            scene.wrong("I9", f"after {name} stood wrong, {what} lie {ahead} s ahead of the store's clock")


def hidden(scene: Scene) -> None:
    """The reducer's clock is ahead, then the reducer stands still: its numbers must grow old all the same."""
    awake(scene)
    with wrong(scene, "reducer", "+2 h"):
        scene.load.wait_accepted(300, 30)
        _settled(scene, "reducer at +2 h")
        told_by_the_wall(frozen("reducer", FROZEN_S))(scene)


def _fault(name: str, title: str, act: Act) -> Fault:
    return Fault(name, title, act, rate=150, kind=Kind(clocks=True), needs=missing, spoils=True)


FAULTS = (
    _fault("F21b", "the gateway's clock is wrong and jumps", off("gateway", reborn="+2 h")),
    _fault("F21c", "the landing worker's clock is wrong and jumps", off("worker", reborn="+10 y")),
    _fault("F21d", "the reducer's clock is wrong and jumps", off("reducer", reborn="+2 h")),
    _fault("F21e", "the reducer's clock is ahead, and it stands still", hidden),
)
