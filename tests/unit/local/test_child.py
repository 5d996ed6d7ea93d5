"""A child process never outlives its parent, its group never outlives it, its log never grows for ever."""

import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from local.child import LINUX, Child, rotate
from local.probes import wait_for

PARENT = """
import sys
from pathlib import Path
from local.child import Child
child = Child([sys.executable, "-c", "import os,time; print(os.getpid(), flush=True); time.sleep(60)"],
              Path(sys.argv[1]), guarded_by_pipe=sys.argv[2] == "pipe")
print(child.pid, flush=True)
child.wait(60)
"""
WAYS = ["pipe", pytest.param("signal", marks=pytest.mark.skipif(not LINUX, reason="Linux only"))]


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("way", WAYS)
def test_a_child_dies_with_a_killed_parent(way: str, tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(log), way], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    guard = int(parent.stdout.readline())
    assert wait_for(lambda: log.exists() and log.read_text().endswith("\n"), 10)
    worker = int(log.read_text())
    assert alive(worker)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    assert wait_for(lambda: not alive(worker) and not alive(guard), 10), "the child outlived its parent"


@pytest.mark.parametrize("by_pipe", [True, False])
def test_a_child_stops_when_asked_and_says_how_it_ended(by_pipe: bool, tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    code = (
        "import sys,signal,time; signal.signal(15, lambda *_: sys.exit(7)); "
        "print('up', flush=True); time.sleep(60)"
    )
    child = Child([sys.executable, "-c", code], log, guarded_by_pipe=by_pipe)
    assert child.exit_code() is None
    assert wait_for(lambda: log.read_text() == "up\n", 10)
    child.terminate()
    assert child.wait(10)
    assert child.exit_code() == 7


def test_what_a_child_leaves_behind_is_killed_with_it(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    code = "import subprocess,sys; print(subprocess.Popen(['sleep','60']).pid, flush=True)"
    child = Child([sys.executable, "-c", code], log)
    assert wait_for(lambda: child.exit_code() is not None, 10)
    assert wait_for(lambda: not alive(int(log.read_text())), 10)


def test_a_child_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    code = "import signal,time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    child = Child([sys.executable, "-c", code], log)
    assert wait_for(lambda: log.read_text() == "up\n", 10)
    child.terminate()
    assert not child.wait(0.2)
    child.kill()
    assert child.exit_code() == -signal.SIGKILL


def test_a_large_log_is_set_aside_while_its_writer_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "one.log"
    with log.open("ab") as writer:
        writer.write(b"old" * 10)
        writer.flush()
        assert not rotate(log, limit=30)
        assert rotate(log, limit=29)
        writer.write(b"new")
    assert log.read_bytes() == b"new"
    assert (tmp_path / "one.log.1").read_bytes() == b"old" * 10
    assert not rotate(tmp_path / "none.log")
