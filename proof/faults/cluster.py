"""Brokers of a cluster of three die: one, then two, then all are back."""

import json
import time

from proof.harness.brokers import Brokers
from proof.harness.kind import Kind
from proof.harness.stack import StackFailed, until
from proof.oracle.asking import Found
from proof.oracle.sending import TIMEOUT_S
from proof.scene import Fault, Scene

FAILOVER_S = 45.0
"""Publishers may be told 503 for so long after one of three died: nine seconds until its session ends, the
election, and what the clients need to hear of it."""
AWAY_S = 40.0
"""How long two are away."""
DRAINED_S = 15.0
"""What was under way when the second died has its answer, yes or no, after so long."""


def brokers_of(scene: Scene) -> Brokers:
    if scene.stack.brokers is None:
        raise StackFailed("this fault needs a stack on a cluster of three brokers")
    return scene.stack.brokers


def one_then_two(scene: Scene) -> None:
    """F13: one of three dies and is not missed; with two dead nothing is acknowledged; both come back."""
    brokers = brokers_of(scene)
    first, second = scene.chance.sample(brokers.nodes, 2)
    _one(scene, brokers, first)
    _two(scene, brokers, second)
    begun = time.monotonic()
    for node in (second, first):
        brokers.again(node)
    if not scene.load.wait_accepted(300, 90):
        scene.wrong("I10", "publishers got no receipts after both brokers were back")
    scene.numbers["accepted_again_after_both_back_s"] = round(time.monotonic() - begun, 1)


def _one(scene: Scene, brokers: Brokers, node: int) -> None:
    before = scene.load.tally.answers.copy()
    scene.bit(f"broker {node} ({brokers.kill(node)}) died of SIGKILL, two of three remain")
    begun = time.monotonic()
    # Each partition's leader was on one of the three: so many events that all partitions are meant.
    if not scene.load.wait_accepted(600, FAILOVER_S):
        scene.wrong("I10", f"with two of three brokers no 600 receipts within {FAILOVER_S:.0f} s")
    scene.numbers["600_receipts_with_two_brokers_s"] = round(time.monotonic() - begun, 1)
    scene.numbers["answers_with_two_brokers"] = dict(scene.load.tally.answers - before)
    told = _doctor(scene)
    scene.numbers["doctor_with_two_brokers"] = told[:2]
    if not told:
        scene.wrong("I8", "a broker is away, and the doctor finds nothing wrong with Kafka")


def _two(scene: Scene, brokers: Brokers, node: int) -> None:
    scene.bit(f"broker {node} ({brokers.kill(node)}) died of SIGKILL, one of three remains")
    begun = time.monotonic()
    time.sleep(DRAINED_S)
    before = scene.load.tally.answers.copy()
    time.sleep(AWAY_S - DRAINED_S)
    answers = scene.load.tally.answers - before
    scene.outage_s = time.monotonic() - begun
    scene.numbers["answers_with_one_broker"] = dict(answers)
    if accepted := answers["202"]:
        scene.wrong("I1", f"{accepted} events acknowledged though one copy of two could be written")
    if not any(answer.startswith("503") for answer in answers):
        scene.wrong("I8", f"no publisher was told 503 while two of three were away: {dict(answers)}")
    if hanging := sum(count for answer, count in answers.items() if answer.startswith("0")):
        scene.wrong("I8", f"{hanging} events had no answer within the publisher's {TIMEOUT_S:.0f} s")


def _doctor(scene: Scene) -> list[str]:
    """What `ioc doctor` finds wrong with Kafka."""
    done = scene.stack.ioc("doctor", "--json")
    return [each for each in json.loads(done.stdout)["findings"] if each.startswith("kafka:")]


def whole_again(scene: Scene, _: Found) -> None:
    """All copies are in step again, and the doctor has nothing more to say of the cluster."""
    if not until(lambda: not _doctor(scene), 90, 2.0):
        scene.wrong("I10", f"with all brokers back the doctor still finds: {_doctor(scene)[:2]}")


FAULTS = (
    Fault("F13", "one of three brokers dies, then another, then both are back", one_then_two,
          rate=150, kind=Kind(brokers=3), spoils=True, after=whole_again),
)  # fmt: skip
