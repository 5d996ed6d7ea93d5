"""What is on the disk when Kafka acknowledges: power cannot be cut here, but the calls for it are seen."""

import re
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from proof.harness.kind import Kind
from proof.harness.stack import StackFailed, until
from proof.oracle.asking import Found
from proof.oracle.journal import read
from proof.scene import Fault, Scene

EVENTS = 60
CALLS = "trace=fsync,fdatasync"
FLUSHED = re.compile(r"f(?:data)?sync\(\d+<[^>]*/(?P<log>[\w.]+-\d+)/\d+\.log>")
"""A call of `strace -y` that takes a segment of a log to the disk; names topic and partition."""
ATTACH_S = 20.0


@contextmanager
def traced(pid: int, out: Path) -> Iterator[None]:
    """Every call of a process by which it waits for its disk is written to `out`. Raises `StackFailed`."""
    said = out.with_suffix(".err")
    command = ["strace", "-f", "-y", "-qq", "-e", CALLS, "-e", "signal=none", "-o", str(out), "-p", str(pid)]
    with said.open("wb") as errors:
        tracer = subprocess.Popen(command, stdout=errors, stderr=errors)
    try:
        # Each thread is held for a moment while it is attached; the first call proves that it is done.
        if not until(lambda: tracer.poll() is not None or _told(out), ATTACH_S):
            raise StackFailed(f"strace saw no call of {pid} within {ATTACH_S:.0f} s")
        if tracer.poll() is not None:
            raise StackFailed(f"strace ended: {said.read_text()[-200:]}")
        yield
    finally:
        tracer.terminate()
        tracer.wait(10)


def _told(out: Path) -> bool:
    return out.exists() and out.stat().st_size > 0


def flushes(lines: Iterable[str]) -> Counter[str]:
    """How often each log, as `topic-partition`, was flushed; a call told in two lines counts once."""
    return Counter(found["log"] for line in lines if (found := FLUSHED.search(line)))


def acknowledged(scene: Scene) -> None:
    """F45: events one by one, each a batch of its own, while somebody counts what the broker flushes."""
    scene.load.paused = True
    time.sleep(1.0)
    stream = scene.events.stream("qlvb")
    told = list({each.key: each for each in islice(stream, EVENTS * 2)}.values())[:EVENTS]
    out = scene.stack.home / "strace.txt"
    with traced(scene.stack.pid("kafka"), out):
        before = flushes(out.read_text().splitlines())
        begun = time.monotonic()
        for each in told:
            scene.load.deliver([each], "qlvb")
        scene.numbers["ms_an_event_under_strace"] = round((time.monotonic() - begun) * 1000 / len(told), 1)
        seen = flushes(out.read_text().splitlines())
    scene.flushed = seen - before
    scene.sent_alone = told
    scene.load.paused = False


def each_on_the_disk(scene: Scene, _: Found) -> None:
    """Each log was flushed at least as often as batches were acknowledged in it."""
    history = read([scene.journal.path])
    logs: Counter[str] = Counter()
    for each in scene.sent_alone:
        logs.update(f"{topic}-{partition}" for topic, partition, _ in history.receipts.get(each.key, ()))
    scene.numbers["acknowledged"], scene.numbers["flushed"] = dict(logs), dict(scene.flushed)
    scene.bit(f"strace saw {scene.flushed.total()} flushes of logs for {logs.total()} acknowledged batches")
    if not logs:
        scene.wrong("I1", "no batch was acknowledged while the broker was watched")
    for log, batches in sorted(logs.items()):
        if scene.flushed[log] < batches:
            scene.wrong("I1", f"{log}: {batches} batches acknowledged, {scene.flushed[log]} flushed")


def missing() -> str:
    """What counting system calls lacks on this machine."""
    return "" if shutil.which("strace") else "strace"


FAULTS = (
    Fault("F45", "power cut: each batch is on the disk before it is acknowledged", acknowledged,
          rate=60, kind=Kind(flush_each=True), spoils=True, needs=missing, after=each_on_the_disk),
)  # fmt: skip
