"""The store as a process of its own, for tests that need the real engine (and may kill it)."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from pydantic import SecretStr

from ioc.settings import ClickHouse

READY_SECONDS = 60


class StoreProcess:
    """`ioc clickhouse` over `data`; `settings` reach it, `restart()` keeps its port and data."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.settings = ClickHouse(
            port=free_pair(),
            writer_password=SecretStr(secrets.token_hex(8)),
            reader_password=SecretStr(secrets.token_hex(8)),
        )
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> "StoreProcess":
        """Start and wait for the line that says it is ready."""
        with tempfile.TemporaryFile() as complaints:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ioc", "clickhouse", "--data", str(self.data)],
                env={**os.environ, **environment(self.settings)},
                stdout=subprocess.PIPE,
                stderr=complaints,
            )
            assert self._process.stdout is not None
            line = self._process.stdout.readline()
            if b"ready" not in line:
                self._process.wait(READY_SECONDS)
                complaints.seek(0)
                raise AssertionError(f"the store did not start: {complaints.read().decode()}")
        return self

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """SIGTERM, or none of ours (SIGCONT) when it was told to end before; returns the exit status."""
        return self._end(how)

    def restart(self) -> None:
        self.start()

    def _end(self, how: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(how)
        assert process.stdout is not None
        try:
            return process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait(15)
        finally:
            process.stdout.close()


def environment(settings: ClickHouse) -> dict[str, str]:
    """The settings as a child process reads them."""
    return {
        "IOC_CLICKHOUSE__PORT": str(settings.port),
        "IOC_CLICKHOUSE__WRITER_PASSWORD": settings.writer_password.get_secret_value(),
        "IOC_CLICKHOUSE__READER_PASSWORD": settings.reader_password.get_secret_value(),
    }


def free_pair() -> int:
    """A port that is free, and whose neighbour is free."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port
