"""One guarded operating-system process: own group, own log, dead when we are dead."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

LOG_LIMIT = 16 * 1024 * 1024
LINUX = sys.platform == "linux"


def rotate(log: Path, limit: int = LOG_LIMIT) -> bool:
    """Move what a log holds to `<log>.1` once it is larger than `limit` bytes.

    The file is copied and emptied rather than renamed: its writer appends to the open file, and goes on.
    """
    if not log.exists() or log.stat().st_size <= limit:
        return False
    shutil.copyfile(log, log.with_name(log.name + ".1"))
    os.truncate(log, 0)
    return True


class Child:
    """A running process. It, and whatever it started, ends with `kill` or with this process."""

    def __init__(self, command: Sequence[str], log: Path, *, guarded_by_pipe: bool = not LINUX) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        rotate(log)
        self._swept = False
        read, self._write = os.pipe() if guarded_by_pipe else (-1, -1)
        guard = [sys.executable, "-I", "-S", str(files("local") / "guard.py"), str(os.getpid()), str(read)]
        try:
            with log.open("ab") as output:
                self._process = subprocess.Popen(  # noqa: S603
                    [*guard, "--", *command],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    pass_fds=(read,) if guarded_by_pipe else (),
                )
        finally:
            if guarded_by_pipe:
                os.close(read)

    @property
    def pid(self) -> int:
        return self._process.pid

    def exit_code(self) -> int | None:
        """None while it runs; negative: the signal that ended it. What it leaves behind is killed."""
        code = self._process.poll()
        if code is not None and not self._swept:
            self._swept = True
            self._signal(signal.SIGKILL)
            self._close()
        return code

    def terminate(self) -> None:
        """Ask it to stop cleanly."""
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()

    def kill(self) -> None:
        """End it and its whole group at once."""
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._close()

    def wait(self, timeout_s: float) -> bool:
        """True when it ended within the time."""
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return self.exit_code() is not None

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    def _close(self) -> None:
        if self._write >= 0:
            os.close(self._write)
            self._write = -1
