"""What a worker leaves for its successor is lost or spoilt: its folder, its group's offsets and plans."""

import shutil
import signal
from collections.abc import Callable

from kafka import OffsetAndMetadata, TopicPartition
from kafka.errors import KafkaError

from proof.faults.stores import admin, stops
from proof.harness.stack import until
from proof.oracle.asking import TOPICS
from proof.scene import Act, Fault, Scene

GROUP = "ioc-land"
EMPTY_S = 40.0
SESSION_S = 8.0
NO_PLAN = "1;0f0f0f0f-0f0f-4f0f-8f0f"
"""A plan cut short, as a broken disk would give it back."""


def while_away(spoil: Callable[[Scene], None]) -> Act:
    """Do this to the group while its worker is no member of it, then kill that and look at its successor."""

    def act(scene: Scene) -> None:
        pid = scene.stack.pid("worker")
        scene.stopped("worker")
        # Kafka lets nobody touch the offsets of a group that has members: its session must end first.
        if not until(lambda: _tried(scene, spoil), EMPTY_S, 1.0):
            scene.wrong("I10", f"the group still had members after {EMPTY_S:.0f} s")
        shutil.rmtree(scene.stack.data / "faust", ignore_errors=True)
        scene.stack.signal("worker", signal.SIGKILL)
        scene.outage_s = SESSION_S
        scene.stack.await_other("worker", pid)

    return act


def _tried(scene: Scene, spoil: Callable[[Scene], None]) -> bool:
    try:
        spoil(scene)
    except KafkaError:
        return False
    return True


def forgotten(scene: Scene) -> None:
    """F44: the group and all that it had committed are deleted."""
    with admin(scene) as client:
        done = client.delete_groups([GROUP])
    if set(done.values()) != {"OK"}:
        raise KafkaError(f"{GROUP} was not deleted: {done}")
    scene.bit(f"group {GROUP} was deleted with its offsets and plans")


def wrong(scene: Scene) -> None:
    """F44b: the offsets of all partitions begin anew, or point behind the end of the log."""
    ends = scene.asked.ends()
    places = [TopicPartition(topic, n) for topic, count in TOPICS.items() for n in range(count)]
    _commit(scene, {p: 0 if at % 2 else ends[p.topic, p.partition] + 1000 for at, p in enumerate(places)})
    scene.bit(f"the offsets of {len(places)} partitions were set wrong")


def _commit(scene: Scene, offsets: dict[TopicPartition, int], plan: str = "") -> None:
    with admin(scene) as client:
        wanted = {place: OffsetAndMetadata(offset, plan, -1) for place, offset in offsets.items()}
        done = client.alter_group_offsets(GROUP, wanted)
    if any(error.errno for error in done.values()):
        raise KafkaError(f"offsets of {GROUP} were not set: {done}")


def unreadable(scene: Scene) -> None:
    """F44c: a plan is cut short: its partition stands still in red, and goes on once the offsets are gone."""
    place = "ioc.documents", 0

    def cut_short(scene: Scene) -> None:
        _commit(scene, {TopicPartition(*place): scene.asked.landed()[place]}, NO_PLAN)
        scene.bit(f"the plan of {place[0]}/{place[1]} was cut short")

    while_away(cut_short)(scene)
    if not until(lambda: any(stop[:2] == place for stop in stops(scene)), 30, 0.5):
        scene.wrong("I6", f"{place[0]}/{place[1]} does not stand still, though its plan cannot be read")
    scene.numbers["stopped"] = [list(map(str, stop)) for stop in stops(scene)]
    while_away(forgotten)(scene)


FAULTS = (
    Fault("F44", "the group's offsets and plans are deleted, the workers' folder too", while_away(forgotten)),
    Fault("F44b", "the group's offsets are set wrong", while_away(wrong)),
    Fault("F44c", "a plan is cut short", unreadable),
)
