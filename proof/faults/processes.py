"""Processes that die, stand still, or run out of memory."""

import signal
import subprocess
import sys
import time
from itertools import islice

import psutil

from proof.faults.publishing import Child
from proof.harness.kind import Kind
from proof.harness.stack import StackFailed, until
from proof.honesty import told_by_the_wall
from proof.oracle.asking import Base
from proof.oracle.sending import TIMEOUT_S
from proof.scene import Act, Fault, Scene

ASLEEP_S = 60.0
SESSION_S = 8.0
"""After so long the group gives the partitions of a silent worker to another."""
ALL = ("clickhouse", "kafka", "gateway", "worker", "reducer")


def publishers(scene: Scene) -> None:
    """F01: a publisher by the SDK is killed four times, each time at some event that is new to its spool.

    Every other life waits for the receipts of what it told before it tells more.
    """
    told = list({each.key: each for each in islice(scene.events.stream("qlvb"), 600)}.values())
    child = Child(scene, "sdk-F01", told)
    for life in range(4):
        dies_at = int(len(told) * scene.chance.uniform(life + 0.1, life + 0.9) / 4)
        process = child.run(*(("--wait",) if life % 2 else ()))
        number = _dies(process, child, dies_at)
        if number:
            scene.bit(f"the publisher ({process.pid}) died of SIGKILL at its {number}. event")
    child.ends("--group", "50")


def _dies(process: "subprocess.Popen[bytes]", child: Child, at: int) -> int:
    """Kill a publisher when its spool took so many more events; how many it took, 0: it had ended before."""
    before = child.puts()
    until(lambda: child.puts() - before >= at or process.poll() is not None, 60, 0.001)
    if process.poll() is not None:
        return 0
    process.kill()
    process.wait(10)
    return child.puts() - before


def killed(*names: str, times: int) -> Act:
    """Kill processes in turn, each after some more events had a receipt."""

    def act(scene: Scene) -> None:
        for round_ in range(times):
            name = names[round_ % len(names)]
            scene.load.wait_accepted(scene.chance.randrange(20, 200), 30)
            scene.kill(name)

    return act


def ended(scene: Scene) -> None:
    """F07: each process is asked to stop, in turn, and is back within seconds."""
    for name in ("gateway", "worker", "reducer", "clickhouse", "kafka", "wall"):
        scene.stack.await_up(name)
        pid, begun = scene.stack.signal(name, signal.SIGTERM), time.monotonic()
        scene.stack.await_other(name, pid)
        scene.bit(f"{name} ({pid}) ended on SIGTERM")
        scene.numbers[f"back_after_s {name}"] = round(time.monotonic() - begun, 1)


def broker_ended(scene: Scene) -> None:
    """F09: the broker is restarted in order."""
    pid = scene.stack.signal("kafka", signal.SIGTERM)
    scene.stack.await_other("kafka", pid)
    scene.bit(f"kafka ({pid}) ended on SIGTERM")


def frozen(name: str, seconds: float) -> Act:
    """A process stands still for a while and goes on as if nothing had been."""

    def act(scene: Scene) -> None:
        go_on = scene.stopped(name)
        scene.outage_s = seconds
        try:
            time.sleep(seconds)
        finally:
            go_on()

    return act


def unanswered(seconds: float) -> Act:
    """F11: the broker stands still. Publishers get a refusal in time, and none is left hanging."""

    def act(scene: Scene) -> None:
        before = scene.load.tally.answers.copy()
        frozen("kafka", seconds)(scene)
        answers = scene.load.tally.answers - before
        scene.numbers["answers_meanwhile"] = dict(answers)
        if not any(answer.startswith("503") for answer in answers):
            scene.wrong("I8", f"no publisher was told 503 while the broker stood still: {dict(answers)}")
        if hanging := sum(count for answer, count in answers.items() if answer.startswith("0")):
            scene.wrong("I8", f"{hanging} events had no answer within the publisher's {TIMEOUT_S:.0f} s")

    return told_by_the_wall(act)


def zombie(scene: Scene) -> None:
    """F08: a worker stands still longer than its session, its peer takes over, then it wakes up."""
    if "worker-2" not in scene.stack.state():
        raise StackFailed("F08 needs a second worker")
    go_on = scene.stopped("worker")
    scene.outage_s = ASLEEP_S
    begun, ends = time.monotonic(), scene.asked.ends()
    try:
        if until(lambda: _reached(scene, ends), ASLEEP_S - 15, 0.5):
            scene.numbers["peer_took_over_after_s"] = round(time.monotonic() - begun, 1)
            scene.bit("its peer landed all partitions while it stood still")
        else:
            scene.wrong("I10", f"the peer had not taken over after {ASLEEP_S - 15:.0f} s")
        time.sleep(max(0.0, begun + ASLEEP_S - time.monotonic()))
    finally:
        go_on()


def _reached(scene: Scene, ends: Base) -> bool:
    landed = scene.asked.landed()
    return all(landed.get(place, 0) >= end for place, end in ends.items())


def storm(scene: Scene) -> None:
    """F14: one of two workers comes and goes, so that the group is never at rest."""
    for _ in range(5):
        scene.load.wait_accepted(scene.chance.randrange(100, 400), 20)
        scene.kill("worker-2")


def everything(scene: Scene) -> None:
    """F39: all die at once and come back in whatever order."""
    pids = {name: scene.stack.pid(name) for name in ALL}
    order = scene.chance.sample(ALL, len(ALL))
    for name in order:
        scene.stack.signal(name, signal.SIGKILL, missing_ok=True)
    begun = time.monotonic()
    for name in order:
        scene.stack.await_other(name, pids[name], 120)
    scene.outage_s = time.monotonic() - begun
    scene.numbers["all_back_after_s"] = round(scene.outage_s, 1)
    scene.bit(f"died together: {', '.join(f'{name} ({pid})' for name, pid in pids.items())}")
    if scene.outage_s > 60:
        scene.wrong("I10", f"the stack needed {scene.outage_s:.0f} s to come together, allowed 60 s")


def starved(scene: Scene) -> None:
    """F41: a worker may have no more memory than it holds, until it fails; its successor has no limit."""
    pid = scene.stack.pid("worker")
    process = psutil.Process(pid)
    held = process.memory_info().vms
    process.rlimit(psutil.RLIMIT_AS, (held, held))
    scene.bit(f"worker ({pid}) may not get more than the {held >> 20} MiB of addresses it has")
    scene.load.wait_accepted(1500, 30)
    scene.kill("worker")


def twins(scene: Scene) -> None:
    """F34: a second worker of the same name, then one that shares group and folder under another."""
    same = _twin(scene)
    try:
        scene.bit(f"the second worker of that name ended by itself ({same.wait(30)})")
    except subprocess.TimeoutExpired:
        scene.wrong("I3", "two workers ran under one name")
    finally:
        _end(same)
    other = _twin(scene, "--port", str(scene.stack.port + 10))
    try:
        scene.load.wait_accepted(1500, 20)
        if other.poll() is None:
            scene.bit(f"another worker ({other.pid}) joined the group unasked, and died of SIGKILL")
        else:
            scene.wrong("I10", f"another worker of the group ended by itself ({other.returncode})")
    finally:
        _end(other)
    scene.outage_s = SESSION_S


def _twin(scene: Scene, *more: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-P", "-m", "ioc", "worker", *more, "--data", str(scene.stack.data)]
    with (scene.stack.home / "twin.log").open("ab") as out:
        return subprocess.Popen(command, env=scene.stack.environment, stdout=out, stderr=out)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait(10)


def kept_dead(name: str, seconds: float) -> Act:
    """A process that dies again each time it is started, for so long."""

    def act(scene: Scene) -> None:
        scene.stack.await_up(name)
        first, died, end = scene.stack.pid(name), set[int](), time.monotonic() + seconds
        while time.monotonic() < end:
            died.add(scene.stack.signal(name, signal.SIGKILL, missing_ok=True))
            time.sleep(0.1)
        scene.outage_s = seconds
        scene.stack.await_other(name, first)
        scene.bit(
            f"{name} died of SIGKILL whenever it had started, {len(died - {0})} times in {seconds:.0f} s"
        )

    return told_by_the_wall(act)


TWO = Kind(workers=2)
FAULTS = (
    Fault("F01", "kill -9 of a publisher, restarted on its spool", publishers, rate=100, tier=1),
    Fault("F02", "kill -9 of the gateway, three times", killed("gateway", times=3), tier=1),
    Fault("F04", "kill -9 of worker and reducer in turn", killed("worker", "reducer", times=4), tier=1),
    Fault("F04w", "the worker dies again and again for 45 s", kept_dead("worker", 45.0)),
    Fault("F05", "kill -9 of the landing worker, four times", killed("worker", times=4), tier=1),
    Fault("F05x100", "kill -9 of the landing worker, a hundred times", killed("worker", times=100)),
    Fault("F06", "kill -9 of the store, three times", killed("clickhouse", times=3), tier=1),
    Fault("F06w", "the store dies again and again for 45 s", kept_dead("clickhouse", 45.0)),
    Fault("F07", "SIGTERM of each process in turn", ended, tier=1),
    Fault("F08", "a worker stands still, its peer takes over, it wakes up", zombie, kind=TWO, spoils=True),
    Fault("F09", "the broker is restarted in order", broker_ended),
    Fault("F10", "kill -9 of the broker, twice, same log", killed("kafka", times=2), rate=150, tier=1),
    Fault("F11", "the broker stands still for 90 s", unanswered(90.0), rate=100),
    Fault("F14", "one of two workers comes and goes", storm, kind=TWO, spoils=True),
    Fault("F34", "a second worker under the name of the first, then one more of its group", twins),
    Fault("F39", "everything dies at once and comes back in any order", everything, rate=150),
    Fault("F41", "a worker that gets no more memory", starved),
)
