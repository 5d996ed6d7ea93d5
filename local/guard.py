"""Runs a command that must not outlive its parent: `python guard.py PARENT_PID FD -- COMMAND…`.

Linux tells a process of its parent's death by a signal, so the guard becomes the command. Elsewhere it stays
and watches the read end (FD) of a pipe whose write end only the parent holds. It is run as a bare script,
without site packages, and so imports nothing of the project.
"""

import os
import select
import signal
import sys
from types import FrameType

PR_SET_PDEATHSIG = 1
WATCH_S = 0.2


def become(parent: int, command: list[str]) -> None:
    """Linux: ask for SIGKILL at the parent's death, then exec. The processes are all safe to kill."""
    import ctypes

    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:  # it died before the request
        raise SystemExit(1)
    os.execvp(command[0], command)  # noqa: S606


def watch(pipe: int, command: list[str]) -> int:
    """Elsewhere: run the command as a child, pass signals on, kill it when the pipe is closed."""
    child = os.fork()
    if child == 0:
        os.close(pipe)
        os.execvp(command[0], command)  # noqa: S606

    def forward(number: int, _frame: FrameType | None) -> None:
        os.kill(child, number)

    signal.signal(signal.SIGTERM, forward)
    signal.signal(signal.SIGINT, forward)
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if select.select([pipe], [], [], WATCH_S)[0]:  # readable means closed: nobody writes to it
            os.kill(child, signal.SIGKILL)


def main(arguments: list[str]) -> int:
    parent, pipe, command = int(arguments[0]), int(arguments[1]), arguments[3:]
    if sys.platform == "linux" and pipe < 0:
        become(parent, command)
    code = watch(pipe, command)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
