"""Publishers by the SDK's spool, each in a process of its own, and what becomes of them without room."""

import json
import os
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

from proof.harness.stack import until
from proof.harness.volume import Volume, missing
from proof.oracle.journal import Told
from proof.scene import Fault, Scene

SCRIPT = Path(__file__).parents[1] / "harness" / "sdk_child.py"
SMALL_MIB = 4
LIMIT_BYTES = 400_000
BESIDE_BYTES = 3 << 20
"""What a spool may take on the disk beside its limit: SQLite's log, its indexes."""
PATIENCE_S = 120.0


class Child:
    """A publishing system with these events, its spool, and the receipts that it ends with."""

    def __init__(self, scene: Scene, name: str, told: list[Told]) -> None:
        self._scene, self.told = scene, told
        self.home = scene.stack.home / f"{name}-{scene.events.run}"
        self.home.mkdir()
        self.spool = self.home / "spool"
        self._events, self._receipts = self.home / "events.ndjson", self.home / "receipts.ndjson"
        lines = (json.dumps(json.loads(each.wire), ensure_ascii=False) + "\n" for each in told)
        self._events.write_text("".join(lines), encoding="utf-8")
        scene.journal.sending(told)

    def run(self, *more: str) -> "subprocess.Popen[bytes]":
        """Start it; its failpoints are armed in `home`."""
        stack = self._scene.stack
        command = [sys.executable, "-P", str(SCRIPT), str(self._events), str(self.spool)]
        environment = {**stack.environment, "IOC_FAILPOINTS": str(self.home)}
        with (self.home / "child.log").open("ab") as log:
            return subprocess.Popen(
                [*command, str(self._receipts), stack.bootstrap, *more],
                env=environment, cwd=stack.home, stdout=log, stderr=log,
            )  # fmt: skip

    def ends(self, *more: str) -> None:
        """Run it once more, to its end; its spool must empty itself. The receipts go into the journal."""
        self.ended(self.run(*more))

    def ended(self, process: "subprocess.Popen[bytes]", *, kept: bool = True) -> None:
        """Wait for its end, by itself and, when its spool has `kept` them, with a receipt for every event."""
        try:
            code = process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait(10)
        if code != 0:
            self._scene.wrong("I10", f"the publisher ended with {code}: {self.said()[-200:]}")
            return
        keys = {each.id.lower(): each.key for each in self.told}
        for line in self._receipts.read_bytes().splitlines():
            receipt = json.loads(line)
            self._scene.journal.ended(keys.pop(receipt.pop("id").lower()), "ok", **receipt)
        if keys and kept:
            self._scene.wrong("I8", f"{len(keys)} events that the spool took have no receipt")

    def said(self) -> str:
        return (self.home / "child.log").read_text(errors="replace")

    def taken(self) -> int:
        """How many events waited when it last said so."""
        lines = self._puts()
        return int(lines[-1].split()[1]) if lines else 0

    def puts(self) -> int:
        """How many groups of events its spool took, in all its lives."""
        return len(self._puts())

    def _puts(self) -> list[str]:
        return [line for line in self.said().splitlines() if line.startswith("taken ")]


def _events(scene: Scene, count: int) -> list[Told]:
    return list({each.key: each for each in islice(scene.events.stream("qlvb"), count)}.values())


def full(scene: Scene) -> None:
    """F20: Kafka is away until spools are full: of a small volume, of a limit, of a limit that blocks."""
    children = {
        "volume": (Child(scene, "sdk-volume", _events(scene, 3000)), ["--group", "10"]),
        "limit": (Child(scene, "sdk-limit", _events(scene, 700)), ["--limit", str(LIMIT_BYTES)]),
        "block": (Child(scene, "sdk-block", _events(scene, 700)), ["--limit", str(LIMIT_BYTES), "--block"]),
    }
    volume = Volume(children["volume"][0].spool, SMALL_MIB)
    volume.mount()
    begun, go_on = time.monotonic(), scene.stopped("kafka")
    try:
        running = {name: child.run(*more) for name, (child, more) in children.items()}
        for name in ("volume", "limit"):
            child = children[name][0]
            if until(lambda child=child: "SpoolFull" in child.said(), 30, 0.1):  # type: ignore[misc]
                scene.bit(f"{name}: SpoolFull was raised with {child.taken()} events waiting")
            else:
                scene.wrong("I8", f"{name}: the spool is full and nobody was told: {child.said()[-200:]}")
        _blocked(scene, children["block"][0], running["block"])
        _sizes(scene, {name: child.spool for name, (child, _) in children.items()})
    finally:
        go_on()
        scene.outage_s = time.monotonic() - begun
    for name, (child, _) in children.items():
        # Of what a short spool could not keep the ledger must tell.
        child.ended(running[name], kept=False)
        scene.sent_alone += child.told
        scene.numbers[f"{name}: said at its end"] = child.said().splitlines()[-1][:120]
    volume.unmount()


def _blocked(scene: Scene, child: Child, process: "subprocess.Popen[bytes]") -> None:
    """It has filled its limit, stands still, and lives."""

    def still() -> bool:
        before = child.taken()
        time.sleep(1.0)
        return before > 0 and child.taken() == before

    if (
        until(still, 20, 0.1)
        and child.taken() > 100
        and process.poll() is None
        and "SpoolFull" not in child.said()
    ):
        scene.bit(f"block: the publisher waited with {child.taken()} events in its spool")
    else:
        scene.wrong("I8", f"a full spool did not block its publisher ({process.poll()})")


def _sizes(scene: Scene, spools: dict[str, Path]) -> None:
    for name, folder in spools.items():
        size = sum(path.stat().st_size for path in folder.iterdir())
        scene.numbers[f"{name}: spool bytes"] = size
        allowed = SMALL_MIB << 20 if name == "volume" else LIMIT_BYTES + BESIDE_BYTES
        if size > allowed:
            scene.wrong("I8", f"{name}: the spool holds {size} bytes, allowed {allowed}")
    left = os.statvfs(spools["volume"])
    scene.numbers["volume: bytes left"] = left.f_bavail * left.f_frsize


FAULTS = (Fault("F20", "publishers' spools are full while Kafka is away", full, rate=60, needs=missing),)
