"""Two versions of the worker in one group, as during a rolling upgrade and its way back."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from proof.harness.ports import listens
from proof.harness.stack import ROOT, StackFailed, until
from proof.scene import Fault, Scene

OLD = os.environ.get("PROOF_OLD_COMMIT", "HEAD~1")
"""The other version: any commit whose migrations are a part of ours. Such as that of the last release."""
CODE = ("ioc", "producers", "streams", "storage", "dashboards", "local")
START_S = 90.0
TAKES_OVER_S = 60.0


def mixed(scene: Scene) -> None:
    """F43: an old worker joins the group, lands alone, then beside the new one, then is gone."""
    tree = scene.stack.home / "old"
    commit = _checked_out(tree)
    with _old_worker(scene, tree) as old:
        scene.load.wait_accepted(300, 30)
        go_on, begun = scene.stopped("worker"), time.monotonic()
        ends = scene.asked.ends()
        try:
            if until(lambda: _landed(scene, ends), TAKES_OVER_S, 0.5):
                took = round(time.monotonic() - begun, 1)
                scene.bit(f"the worker of {commit} ({old.pid}) landed alone after {took} s")
            else:
                scene.wrong("I10", f"the worker of {commit} had not taken over after {TAKES_OVER_S:.0f} s")
        finally:
            go_on()
        scene.outage_s = time.monotonic() - begun
        scene.load.wait_accepted(300, 30)
        scene.kill("worker")
        scene.load.wait_accepted(300, 30)
        if old.poll() is not None:
            scene.wrong("I10", f"the worker of {commit} ended by itself ({old.returncode})")
    scene.load.wait_accepted(300, 30)


def _landed(scene: Scene, ends: dict[tuple[str, int], int]) -> bool:
    landed = scene.asked.landed()
    return all(landed.get(place, 0) >= end for place, end in ends.items())


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, check=True).stdout


def _checked_out(tree: Path) -> str:
    """The code of the other version in a folder of its own; its short name."""
    tree.mkdir()
    archive = _git("archive", OLD, "--", *CODE)
    subprocess.run(["tar", "-x", "-C", str(tree)], input=archive, check=True)
    return _git("rev-parse", "--short", OLD).decode().strip()


@contextmanager
def _old_worker(scene: Scene, tree: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A landing worker of the old code in the same group; killed at the end."""
    port = scene.stack.port + 10
    command = [sys.executable, "-P", "-m", "ioc", "worker", "--port", str(port)]
    environment = {**scene.stack.environment, "PYTHONPATH": str(tree)}
    with (scene.stack.home / "old.log").open("ab") as out:
        process = subprocess.Popen(
            [*command, "--data", str(scene.stack.data)],
            env=environment, cwd=scene.stack.home, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        until(lambda: listens(port) or process.poll() is not None, START_S, 0.2)
        if not listens(port):
            raise StackFailed(f"the worker of {OLD} did not start: {(out.name)}")
        yield process
    finally:
        process.kill()
        process.wait(10)


def missing() -> str:
    """What another version needs on this machine."""
    if not shutil.which("git") or not (ROOT / ".git").exists():
        return "git, and this repository's history"
    known = subprocess.run(
        ["git", "-C", str(ROOT), "cat-file", "-e", f"{OLD}^{{commit}}"], capture_output=True, check=False
    )
    return "" if known.returncode == 0 else f"the commit {OLD} (PROOF_OLD_COMMIT)"


FAULTS = (
    Fault("F43", "old and new version in one group, either alone and both together", mixed,
          rate=150, spoils=True, needs=missing),
)  # fmt: skip
