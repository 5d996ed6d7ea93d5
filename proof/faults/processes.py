"""Processes that die, stand still, or run out of memory."""

import shutil
import signal
import subprocess
import sys
import time
from itertools import islice

import psutil

from proof.faults.failpoints import note_receipts, run_child, spool_of
from proof.harness.stack import StackFailed
from proof.scene import Act, Fault, Scene

ALL = ("clickhouse", "kafka", "gateway", "worker", "reducer")


def publishers(scene: Scene) -> None:
    """F01: a publisher by the SDK is killed at moments of chance until its spool is empty."""
    told = list({each.key: each for each in islice(scene.events.stream("qlvb"), 600)}.values())
    folder = scene.stack.home / "sdk-F01"
    folder.mkdir(exist_ok=True)
    spool, receipts = spool_of(folder, told)
    scene.journal.sending(told)
    for _ in range(4):
        process = run_child(scene, spool, receipts, folder)
        try:
            process.wait(scene.chance.uniform(1.0, 3.0))
        except subprocess.TimeoutExpired:  # still at work: that is when it is to die
            process.kill()
            process.wait(10)
            scene.bit(f"the publisher ({process.pid}) died of SIGKILL")
    if run_child(scene, spool, receipts, folder).wait(90) != 0:
        scene.wrong("I10", "the publisher did not send the rest after its restarts")
    note_receipts(scene, told, receipts)


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


def zombie(scene: Scene) -> None:
    """F08: a worker stands still longer than its session, its peer takes over, then it wakes up."""
    if "worker-2" not in scene.stack.state():
        raise StackFailed("F08 needs a second worker")
    frozen("worker", 20.0)(scene)


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
    """F34: a second worker under the name of the first."""
    command = [sys.executable, "-P", "-m", "ioc", "worker", "--data", str(scene.stack.data)]
    log = scene.stack.home / "twin.log"
    with log.open("wb") as out:
        twin = subprocess.Popen(command, env=scene.stack.environment, stdout=out, stderr=out)
    try:
        code = twin.wait(15)
        scene.bit(f"the second worker of that name ended by itself ({code})")
    except subprocess.TimeoutExpired:
        scene.bit(f"two workers ({scene.stack.pid('worker')}, {twin.pid}) ran under one name")
    finally:
        twin.kill()
        twin.wait(10)


def without_memory(scene: Scene) -> None:
    """F44: what the workers keep on disk beside the store is taken away."""
    folder = scene.stack.data / "faust"
    files = [path for path in folder.rglob("*") if path.is_file()]
    pids = {name: scene.stack.pid(name) for name in ("worker", "reducer")}
    shutil.rmtree(folder, ignore_errors=True)
    for name in pids:
        scene.stack.signal(name, signal.SIGKILL, missing_ok=True)
    for name, pid in pids.items():
        scene.stack.await_other(name, pid)
    scene.bit(f"worker and reducer lost their folder ({len(files)} files) and died")


FAULTS = (
    Fault("F01", "kill -9 of a publisher, restarted on its spool", publishers, rate=100, tier=1),
    Fault("F02", "kill -9 of the gateway, three times", killed("gateway", times=3), tier=1),
    Fault("F04", "kill -9 of worker and reducer in turn", killed("worker", "reducer", times=4), tier=1),
    Fault("F05", "kill -9 of the landing worker, four times", killed("worker", times=4), tier=1),
    Fault("F06", "kill -9 of the store, three times", killed("clickhouse", times=3), tier=1),
    Fault("F07", "SIGTERM of each process in turn", ended, tier=1),
    Fault("F08", "a worker stands still, its peer takes over, it wakes up", zombie, workers=2, spoils=True),
    Fault("F09", "the broker is restarted in order", broker_ended),
    Fault("F10", "kill -9 of the broker, twice, same log", killed("kafka", times=2), rate=150, tier=1),
    Fault("F11", "the broker stands still for 90 s", frozen("kafka", 90.0), rate=100),
    Fault("F14", "one of two workers comes and goes", storm, workers=2, spoils=True),
    Fault("F34", "a second worker under the name of the first", twins),
    Fault("F44", "the workers' own folder is deleted", without_memory),
    Fault("F39", "everything dies at once and comes back in any order", everything, rate=150),
    Fault("F41", "a worker that gets no more memory", starved),
)
