"""The proof's own command: one fault and one failpoint, a verdict that says so, and nothing passes unseen."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stack.conftest import free_ports

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(300)]
ROOT = Path(__file__).parents[2]


def test_a_fault_and_a_failpoint_give_a_verdict(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "proof", "run", "F03", "C4", "F35", "--seed", "5"]
    where = ["--out", str(tmp_path), "--port", str(free_ports(14))]
    done = subprocess.run(
        [*command, *where], capture_output=True, text=True, timeout=280, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    (verdict,) = tmp_path.glob("*.json")
    assert done.stdout.strip() == str(verdict)
    lossy, point, absent = json.loads(verdict.read_text())["runs"]
    assert lossy["outcome"] == point["outcome"] == "PASS", done.stderr
    assert "swallowed" in lossy["evidence"][0]
    assert lossy["numbers"]["ambiguous_answers"] > 0
    assert "died at C4" in point["evidence"][0]
    assert lossy["numbers"]["events"] > 200
    assert absent["outcome"] == "SKIPPED"
    assert "Grafana" in absent["skipped"]
