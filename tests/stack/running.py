"""A whole stack for a test: `ioc up` in a process of its own, on free ports, in a folder of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from local.probes import wait_for

START_S = 150.0


class RunningStack:
    """`ready` is the line that `ioc up --json` printed; `data` its data directory."""

    def __init__(
        self,
        data: Path,
        port_base: int,
        environment: Mapping[str, str] | None = None,
        options: Sequence[str] = (),
    ) -> None:
        self.data = data
        self.options = list(options)
        self.port_base = port_base
        self.ready: dict[str, Any] = {}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("IOC_")}
        if "IOC_CACHE" in os.environ:
            inherited["IOC_CACHE"] = os.environ["IOC_CACHE"]
        self._environment = {**inherited, **(environment or {})}
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def out(self) -> Path:
        return self.data.with_name(self.data.name + ".out")

    @property
    def err(self) -> Path:
        return self.data.with_name(self.data.name + ".err")

    def start(self) -> "RunningStack":
        """Start and wait for the ready line."""
        command = [sys.executable, "-m", "ioc", "up", "--json"]
        where = ["--data", str(self.data), "--port-base", str(self.port_base)]
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.process = subprocess.Popen(
                [*command, *where, *self.options],
                stdout=out,
                stderr=err,
                env=self._environment,
                start_new_session=True,
            )
        process = self.process
        wait_for(lambda: self.out.read_bytes().endswith(b"\n") or process.poll() is not None, START_S)
        said = self.out.read_text()
        assert said.endswith("\n"), f"not ready: {self.err.read_text()[-2000:]}\n{self.last_lines()}"
        self.ready = json.loads(said)
        return self

    def stop(self, number: signal.Signals = signal.SIGTERM, within_s: float = 15) -> int:
        """Ask the supervisor to stop, and return its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def run(self, *arguments: str, timeout_s: float = 120) -> subprocess.CompletedProcess[str]:
        """One `ioc` command on this stack."""
        return subprocess.run(
            [sys.executable, "-m", "ioc", *arguments, "--data", str(self.data)],
            capture_output=True,
            text=True,
            timeout=timeout_s,
            env=self._environment,
            check=False,
        )

    def json(self, *arguments: str) -> Any:
        """The JSON document that an `ioc … --json` command prints."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr or done.stdout
        return json.loads(done.stdout)

    def processes(self) -> dict[str, dict[str, Any]]:
        """What `ioc status` says of each process."""
        return {one["name"]: one for one in self.json("status")["processes"]}

    def holding(self, *needles: bytes) -> list[str]:
        """Files of the data directory, by relative name, that hold one of these; a file may go meanwhile."""
        found = []
        for path in self.files():
            with suppress(FileNotFoundError):
                if path.is_file() and any(needle in path.read_bytes() for needle in needles):
                    found.append(str(path.relative_to(self.data)))
        return found

    def files(self) -> Iterator[Path]:
        """Everything under the data directory; folders that go while it is walked are left out."""
        for folder, folders, names in os.walk(self.data):
            yield from (Path(folder) / name for name in (*folders, *names))

    def last_lines(self) -> str:
        """The end of every log, for a failure message."""
        logs = sorted((self.data / "logs").glob("*.log")) if (self.data / "logs").exists() else []
        return "\n".join(f"== {log.name}\n{log.read_text(errors='replace')[-800:]}" for log in logs)
