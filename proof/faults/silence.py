"""A store that takes connections and never answers: who waits for it, what they hold, how they catch up."""

import threading
import time
from collections.abc import Callable

from proof.faults.memory import GROUP
from proof.faults.stores import admin
from proof.harness.stack import until
from proof.honesty import told_by_the_wall
from proof.scene import Act, Fault, Scene

WORKER_MIB = 50
DRAINS = 11.0
"""How many times faster than they come in the records that waited are to land."""
DRAINED_S = 120.0


def silent(seconds: float, drains: float = 0.0) -> Act:
    """F15: publishers are served meanwhile, the worker does not grow and stays in its group.

    `drains`: how many times the input the backlog must land at; 0 where the store's first answers, and not
    the records, are most of the time.
    """

    def act(scene: Scene) -> None:
        before, worker = scene.stack.memory().get("worker", 0), scene.stack.state()["worker"]
        members, accepted = _members(scene), scene.load.tally.accepted
        most, began, go_on = before, time.monotonic(), scene.stopped("clickhouse")
        scene.outage_s = seconds
        try:
            if not scene.load.wait_accepted(200, 20):
                scene.wrong("I1", "publishers got no receipts while the store was away")
            while time.monotonic() - began < seconds:
                most = max(most, scene.stack.memory().get("worker", 0))
                time.sleep(1.0)
        finally:
            waited = scene.load.tally.accepted - accepted
            go_on()
        scene.beside.append(_draining(scene, waited, seconds, drains))
        if scene.stack.state()["worker"] != worker:
            scene.wrong(
                "I8", f"worker ({worker.pid}) did not live through it: a store away is to be waited for"
            )
        if _members(scene) != members:
            scene.wrong("I8", "the workers' group did not keep its members")
        grown = (most - before) / (1 << 20)
        scene.numbers["worker_grew_mib"] = round(grown, 1)
        if grown > WORKER_MIB:
            scene.wrong("I8", f"the worker grew by {grown:.0f} MiB meanwhile, limit {WORKER_MIB}")

    return act


def _members(scene: Scene) -> frozenset[str]:
    """Who is in the workers' group, by the names that the broker gave them when they joined."""
    with admin(scene) as client:
        return frozenset(each["member_id"] for each in client.describe_groups([GROUP])[GROUP]["members"])


def _draining(scene: Scene, waited: int, seconds: float, drains: float) -> Callable[[], None]:
    """From now on look until what Kafka holds now has landed; call the result to wait for it."""
    begun, took, ends = time.monotonic(), [0.0], scene.asked.ends()

    def look() -> None:
        until(lambda: scene.has_landed(ends), DRAINED_S, 0.25)
        took[0] = time.monotonic() - begun

    looking = threading.Thread(target=look, daemon=True)
    looking.start()

    def told() -> None:
        looking.join()
        times = seconds / took[0]
        scene.numbers["backlog"] = {
            "records": waited, "drained_in_s": round(took[0], 1), "times_input": round(times, 1)
        }  # fmt: skip
        if times < drains:
            scene.wrong("I10", f"the backlog landed at {times:.1f} times the input, expected {drains:g}")

    return told


FAULTS = (
    Fault("F15", "the store takes connections and answers nothing for 60 s",
          told_by_the_wall(silent(60.0)), tier=1),
    Fault("F15x10", "the store takes connections and answers nothing for 10 minutes",
          told_by_the_wall(silent(600.0, DRAINS))),
)  # fmt: skip
