"""Stores that are full, slow to merge, put back; logs that are gone."""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any

from kafka import TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

from proof.faults.publishing import Child
from proof.harness.kind import Kind
from proof.harness.stack import until
from proof.harness.volume import missing
from proof.oracle.asking import Found
from proof.oracle.journal import Told
from proof.scene import Act, Fault, Scene

SPOOLED = 100
"""Events of F12 whose publisher has a spool."""
ANSWERED_S = 3.0
"""By then Kafka has answered whoever asked it for records, if with none."""


@contextmanager
def admin(scene: Scene) -> Iterator[Any]:
    client = KafkaAdminClient(bootstrap_servers=scene.stack.bootstrap, client_id="proof-oracle")
    try:
        yield client
    finally:
        client.close()


def made_anew(scene: Scene) -> None:
    """F12: a topic is lost and made anew, three times. The first time records are lost that had not landed,
    and their publisher sends them again from its spool. The blocks of the last two logs have the same
    offsets, and nothing but the topic's id tells them apart."""
    scene.load.paused = True
    until(lambda: scene.has_landed(scene.asked.ends()), 60, 0.5)
    _sent_again(scene)
    until(lambda: scene.has_landed(scene.asked.ends()), 60, 0.5)
    for _ in range(2):
        _make_anew(scene, "ioc.tasks")
        scene.kill("worker")
        for each in _tasks(scene, 3):
            _alone(scene, each)
    scene.load.paused = False


def _sent_again(scene: Scene) -> None:
    """Acknowledged and lost with the log before they landed: what the spool still has makes the loss good."""
    told = _tasks(scene, SPOOLED)
    scene.sent_alone += told
    child = Child(scene, "sdk-F12", told)
    worker = scene.stack.pid("worker")
    scene.stopped("worker")
    child.ends("--group", "50")
    _make_anew(scene, "ioc.tasks")
    scene.stack.signal("worker", signal.SIGKILL)
    scene.stack.await_other("worker", worker)
    lost = SPOOLED - len(_counted(scene) & {each.id.lower() for each in told})
    scene.bit(f"{lost} acknowledged records of a publisher were lost before they landed")
    child.ends("--group", "50", "--resend")
    until(lambda: scene.has_landed(scene.asked.ends()) or bool(stops(scene)), 60, 0.5)
    _written_down(scene)
    scene.numbers["lost"], scene.numbers["publisher_said"] = lost, child.said().splitlines()[-3:]
    if lost < SPOOLED:
        scene.wrong("I10", f"{SPOOLED - lost} records landed before the log was lost")


def _written_down(scene: Scene) -> None:
    """Where landing had seen that the old log held more, the partition stands still, in red, until somebody
    writes the loss down; of what it had not seen it cannot know."""
    for topic, partition, reason, first, last in stops(scene):
        scene.bit(f"{topic}/{partition} stood still: {reason} ({first}-{last})")
        loss = ("--accept-loss", f"{first}-{last}", "--reason", "topic_recreated")
        done = scene.stack.ioc("landing", "resume", f"{topic}/{partition}", *loss)
        if done.returncode:
            scene.wrong("I10", f"the loss could not be written down: {done.stderr[-200:]}")


def _make_anew(scene: Scene, topic: str) -> None:
    with admin(scene) as client:
        client.delete_topics([topic])
        if not until(lambda: topic not in client.list_topics(), 20, 0.3):
            scene.wrong("I10", f"{topic} was not deleted")
        client.create_topics([NewTopic(topic, 1, 1)])
        if not until(lambda: topic in client.list_topics(), 20, 0.3):
            scene.wrong("I10", f"{topic} was not made anew")
    scene.bit(f"{topic} was deleted with its records and made anew")


def _tasks(scene: Scene, count: int) -> list[Told]:
    stream = scene.events.stream("qlvb")
    wanted = (each for each in stream if ".task.assigned." in each.type)
    found = {each.key: each for each in islice(wanted, count * 2)}
    return list(found.values())[:count]


def _alone(scene: Scene, told: Told) -> None:
    """Sent, and landed before the next one: a block of its own."""
    scene.sent_alone.append(told)
    scene.load.deliver([told], "qlvb")
    until(lambda: _rows(scene, told) > 0 or bool(stops(scene)), 30, 0.3)
    if stops(scene):  # a canary may have been lost with the log before it landed
        _written_down(scene)
        until(lambda: _rows(scene, told) > 0, 30, 0.3)


def _rows(scene: Scene, told: Told) -> int:
    with suppress(Exception):
        ((rows,),) = scene.asked.sql(
            "SELECT count() FROM ioc.events WHERE id = %(id)s", {"id": told.id.lower()}
        )
        return int(rows)
    return 0


def nothing_thrown_away(scene: Scene, found: Found) -> None:
    """Every event of the new log has its row, though the old log had blocks of the same name."""
    ids = {row.topic_id for row in found.rows if row.topic == "ioc.tasks"}
    scene.numbers["topic_ids"] = len(ids)
    there = _counted(scene)
    told = {each.id.lower() for each in scene.sent_alone}
    for name in sorted(told - there):
        scene.wrong("I1", f"acknowledged in the new log and not counted in the ledger: {name}")


def _counted(scene: Scene) -> set[str]:
    """The run's events in the ledger of tasks; each once, or it is said."""
    rows = scene.asked.sql(
        "SELECT id, count() FROM ioc.events_tasks WHERE startsWith(subject, %(run)s) AND verdict = 'counted'"
        " GROUP BY id", {"run": f"{scene.events.run}/"},
    )  # fmt: skip
    for name, times in rows:
        if times > 1:
            scene.wrong("I3", f"counted {times} times: {name}")
    return {str(name) for name, _ in rows}


def expired(scene: Scene) -> None:
    """F36: Kafka lets go of records before the worker had them. It stops in red, and never skips."""
    scene.load.paused = True
    until(lambda: scene.has_landed(scene.asked.ends()), 60, 0.3)
    go_on = scene.stopped("worker")
    # Kafka would answer the worker's last question with what comes now, and that would wait in its socket.
    time.sleep(ANSWERED_S)
    try:
        scene.load.deliver(_documents(scene, 300), "qlvb")
        ends = scene.asked.ends()
        with admin(scene) as client:
            places = [TopicPartition("ioc.documents", n) for n in (0, 1)]
            client.delete_records({place: ends[place.topic, place.partition] for place in places})
        scene.lost_below = ends
    finally:
        go_on()
    scene.load.deliver(
        [each for each in islice(scene.events.stream("qlvb"), 60) if ".document." in each.type], "qlvb"
    )
    stopped = until(lambda: bool(stops(scene)), 60, 0.5)
    scene.numbers["stopped"] = [list(map(str, row)) for row in stops(scene)]
    scene.bit(f"Kafka let go of records up to {[ends['ioc.documents', n] for n in (0, 1)]}")
    if not stopped:
        scene.wrong("I6", "records are gone and no partition stands still for it")


def _documents(scene: Scene, count: int) -> list[Told]:
    return [each for each in islice(scene.events.stream("qlvb"), count) if ".document." in each.type]


def stops(scene: Scene) -> list[tuple[Any, ...]]:
    """Partitions that stand still: (topic, partition, reason, first, last)."""
    with suppress(Exception):
        return scene.asked.sql("SELECT topic, partition, reason, first, last FROM ioc_read.landing_stops")
    return []


def never_skipped(scene: Scene, found: Found) -> None:
    """No row from behind the lost range: to go on would have been to skip."""
    for row in found.rows:
        if row.topic == "ioc.documents" and row.offset >= scene.lost_below[row.topic, row.partition]:
            scene.wrong("I6", f"a row from behind the lost range: {row.place}")
            return


def restored(scene: Scene) -> None:
    """F42: a backup while events flow, the store wiped and put back, the rest caught up from Kafka."""
    folder = scene.stack.home / f"backup-{scene.events.run}"
    _done(scene, "backup", str(folder))
    newer = scene.load.tally.accepted
    scene.load.wait_accepted(200)
    scene.load.paused = True
    scene.numbers["newer_than_backup"] = scene.load.tally.accepted - newer
    scene.stack.stop()
    shutil.rmtree(scene.stack.data / "clickhouse")
    _done(scene, "restore", str(folder))
    scene.stack.start()
    scene.bit("the store was wiped and came back from a backup that was made under load")
    scene.load.paused = False


def _done(scene: Scene, *command: str) -> None:
    begun = time.monotonic()
    done = scene.stack.ioc(*command)
    scene.numbers[f"{command[0]}_s"] = round(time.monotonic() - begun, 1)
    if done.returncode != 0:
        scene.wrong("I10", f"ioc {command[0]}: {(done.stderr or done.stdout)[-200:]}")


def too_many_parts(scene: Scene) -> None:
    """F17: the store refuses inserts because of too many parts; retried, nothing is lost."""
    scene.asked.sql(
        "ALTER TABLE ioc.events_documents MODIFY SETTING parts_to_throw_insert = 1, parts_to_delay_insert = 1"
    )
    scene.outage_s = 12.0
    time.sleep(scene.outage_s)
    log = (scene.stack.data / "logs" / "worker.log").read_text(errors="replace")
    scene.asked.sql(
        "ALTER TABLE ioc.events_documents RESET SETTING parts_to_throw_insert, parts_to_delay_insert"
    )
    if "landing waits" in log:
        scene.bit("the store refused inserts for too many parts, landing waited")


def full(part: str) -> Act:
    """F18, F19: the volume of the store, of the broker, is full; then there is room again."""

    def act(scene: Scene) -> None:
        ballast = scene.stack.data / part / "ballast"
        _fill(ballast)
        scene.bit(f"the volume of {part} is full ({_free(ballast.parent)} bytes free)")
        scene.outage_s = 15.0
        time.sleep(scene.outage_s)
        ballast.unlink()
        scene.stack.await_up(part)

    return act


def _fill(path: Path) -> None:
    with path.open("wb") as out, suppress(OSError):
        while True:
            out.write(b"\0" * (1 << 20))
            out.flush()


def _free(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


FAULTS = (
    Fault(
        "F12", "a topic's log is lost, the topic made anew", made_anew, rate=60, spoils=True,
        after=nothing_thrown_away, waived=("I1", "I3", "I4", "I6"),
    ),
    Fault(
        "F36", "Kafka lets go of records before they landed", expired, rate=100, spoils=True,
        after=never_skipped, waived=("I1", "I3", "I5", "I6", "I7", "I10"), settles=False,
    ),
    Fault("F42", "backup under load, the store wiped, the backup put back", restored, rate=100),
    Fault("F17", "the store has too many parts", too_many_parts, rate=100),
    Fault("F18", "the store's volume is full", full("clickhouse"), rate=100, needs=missing,
          kind=Kind(tmpfs="clickhouse")),
    Fault("F19", "the broker's volume is full", full("kafka"), rate=100, needs=missing,
          kind=Kind(tmpfs="kafka")),
)  # fmt: skip
