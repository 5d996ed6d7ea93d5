"""The clock of one process of a stack jumps while it runs; its monotonic clock and other processes do not."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from proof.harness.clocks import Clocks, missing

CHILD = """
import sys, time
for _ in sys.stdin:
    print(time.time(), time.monotonic(), flush=True)
"""


@pytest.mark.skipif(bool(missing()), reason=f"needs {missing()}")
def test_one_process_is_told_another_time(tmp_path: Path) -> None:
    clocks = Clocks(tmp_path / "clocks")
    # As a process of a stack is called: `python … -m ioc worker --role reduce`.
    (tmp_path / "ioc.py").write_text(CHILD)
    command = [sys.executable, "-P", "-m", "ioc", "worker", "--role", "reduce"]
    environment = {**os.environ, **clocks.environment, "PYTHONPATH": str(tmp_path)}
    with subprocess.Popen(
        command, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdin is not None and child.stdout is not None

        def asked() -> tuple[float, float]:
            assert child.stdin is not None and child.stdout is not None
            child.stdin.write("\n")
            child.stdin.flush()
            wall, monotonic = child.stdout.readline().split()
            return float(wall) - time.time(), float(monotonic) - time.monotonic()

        try:
            for shift in (0.0, -7200.0, 3650 * 86400.0, 0.0):
                clocks.shift("worker", 60.0)
                clocks.shift("reducer", shift)
                wall, monotonic = asked()
                assert wall == pytest.approx(shift, abs=30)
                assert monotonic == pytest.approx(0, abs=30)
            assert (clocks.told("worker"), clocks.told("reducer")) == (0, 2)
        finally:
            child.kill()
