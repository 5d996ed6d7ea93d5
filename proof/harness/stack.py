"""A real `ioc up` whose processes are killed, stopped and continued by the ids that it writes down itself."""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from proof.harness.brokers import Brokers
from proof.harness.clocks import Clocks
from proof.harness.kind import ORDINARY, Kind
from proof.harness.proxy import FaultProxy
from proof.harness.volume import Volume
from proof.harness.waiting import until as until
from proof.oracle.asking import Asked

ROOT = Path(__file__).parents[2]
START_S = 180.0
PROCESSES = ("clickhouse", "kafka", "gateway", "worker", "reducer", "wall")


class StackFailed(Exception):
    """The stack did not start, or one of its processes did not come back."""


@dataclass(frozen=True)
class Process:
    pid: int
    up: bool
    restarts: int


class Stack:
    """One stack in a folder of its own; `tree` is the source it runs (a scratch copy for seeded bugs)."""

    def __init__(self, home: Path, port: int, kind: Kind = ORDINARY, *, tree: Path = ROOT) -> None:
        self.home, self.data, self.port, self.kind = home, home / "data", port, kind
        self.orders = home / "failpoints"
        self.orders.mkdir(parents=True, exist_ok=True)
        clean = {name: value for name, value in os.environ.items() if not name.startswith("IOC_")}
        if "IOC_CACHE" in os.environ:
            clean["IOC_CACHE"] = os.environ["IOC_CACHE"]
        self.environment = {
            **clean,
            "PYTHONPATH": str(tree),
            "IOC_FAILPOINTS": str(self.orders),
        }
        self.clocks = Clocks(home / "clocks") if kind.clocks else None
        if self.clocks is not None:
            self.environment |= self.clocks.environment
        if kind.own_catalogue:
            self.environment["IOC_CATALOGUE"] = str(tree / "ioc" / "catalogue")
        if kind.flush_each:
            self.environment["IOC_KAFKA__FLUSH_EACH"] = "true"
        self.brokers: Brokers | None = None
        if kind.brokers > 1:
            self.brokers = Brokers(
                home, [(port + 2, port + 3), (port + 15, port + 16), (port + 17, port + 18)]
            )
            self.environment |= self.brokers.environment
        self._up: subprocess.Popen[bytes] | None = None
        self._volume = Volume(self.data / kind.tmpfs) if kind.tmpfs else None
        self.store_port = port
        self.store_proxy: FaultProxy | None = None
        self._store: subprocess.Popen[bytes] | None = None
        if kind.store_proxied:
            self._put_store_behind_proxy()
        self.broker_proxy: FaultProxy | None = None
        if kind.broker_proxied:
            self._put_broker_behind_proxy()

    def _put_store_behind_proxy(self) -> None:
        """The store is a process of ours; the centre is told another address than its own."""
        self.store_proxy = FaultProxy(self.port + 11, self.port)
        names = ("IOC_CLICKHOUSE__WRITER_PASSWORD", "IOC_CLICKHOUSE__READER_PASSWORD")
        self.environment |= {name: secrets.token_hex(8) for name in names}

    def _put_broker_behind_proxy(self) -> None:
        """The broker gets a listener for processors, whose clients are told the proxy's address."""
        self.broker_proxy = FaultProxy(self.port + 13, self.port + 14)
        self.environment |= {
            "IOC_KAFKA__PROCESSORS": f"127.0.0.1:{self.port + 13}",
            "IOC_KAFKA__PROCESSORS_PORT": str(self.port + 14),
        }

    def start(self) -> "Stack":
        if self._volume is not None:
            self._volume.mount()
        if self.store_proxy is not None:
            self._start_store(self.store_proxy)
        if self.broker_proxy is not None:
            self.broker_proxy.start()
        if self.brokers is not None:
            self.brokers.start()
        command = [sys.executable, "-P", "-m", "ioc", "up", "--json", "--data", str(self.data)]
        out = self.home / "up.out"
        with out.open("wb") as said, (self.home / "up.err").open("wb") as errors:
            self._up = subprocess.Popen(
                [*command, "--port-base", str(self.port), "--workers", str(self.kind.workers)],
                stdout=said, stderr=errors, env=self.environment, start_new_session=True, cwd=self.home,
            )  # fmt: skip
        up = self._up
        until(lambda: out.read_bytes().endswith(b"\n") or up.poll() is not None, START_S, 0.2)
        if up.poll() is not None or not out.read_bytes().endswith(b"\n"):
            last = (self.home / "up.err").read_text()[-600:]
            self.stop()
            raise StackFailed(f"`ioc up` did not become ready: {last}")
        return self

    def _start_store(self, proxy: FaultProxy) -> None:
        log = (self.home / "store.log").open("wb")
        own = {**self.environment, "IOC_CLICKHOUSE__PORT": str(self.port)}
        command = [sys.executable, "-P", "-m", "ioc", "clickhouse", "--data", str(self.data)]
        with log:
            self._store = subprocess.Popen(command, stdout=log, stderr=log, env=own, cwd=self.home)
        if not until(lambda: b"ready" in (self.home / "store.log").read_bytes(), 60, 0.2):
            raise StackFailed("the store behind the proxy did not become ready")
        proxy.start()
        # A store that is attached is taken for a server, which knows users; this one is still the engine.
        self.environment |= {
            "IOC_CLICKHOUSE__HOST": "127.0.0.1",
            "IOC_CLICKHOUSE__PORT": str(proxy.port),
            "IOC_CLICKHOUSE__EMBEDDED": "true",
        }

    def stop(self) -> None:
        """End the stack; nothing of it is left."""
        self._stop_centre()
        if self.store_proxy is not None and self._store is not None:
            self.store_proxy.stop()
            self._store.kill()
            self._store.wait(10)
        if self.broker_proxy is not None:
            self.broker_proxy.stop()
        if self.brokers is not None:
            self.brokers.stop()
        if self._volume is not None:
            self._volume.unmount()

    def _stop_centre(self) -> None:
        if self._up is None:
            return
        if self._up.poll() is None:
            for name in PROCESSES:
                self.signal(name, signal.SIGCONT, missing_ok=True)
            self._up.terminate()
            try:
                self._up.wait(25)
            except subprocess.TimeoutExpired:
                self._up.kill()
                self._up.wait(10)
        self._up = None

    def remove(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)

    # Processes

    def state(self) -> dict[str, Process]:
        """What the supervisor wrote down of its processes."""
        try:
            stack = json.loads((self.data / "run" / "stack.json").read_text())
        except (OSError, ValueError):
            return {}
        return {
            name: Process(one["pid"] or 0, bool(one["up"]), one["restarts"])
            for name, one in stack["processes"].items()
        }

    def pid(self, name: str) -> int:
        one = self.state().get(name)
        if one is None or not one.pid:
            raise StackFailed(f"{name} is not running")
        return one.pid

    def signal(self, name: str, number: signal.Signals, *, missing_ok: bool = False) -> int:
        """Send a signal to a process of the stack; its id."""
        try:
            pid = self.pid(name)
            os.kill(pid, number)
            return pid
        except (StackFailed, ProcessLookupError):
            if missing_ok:
                return 0
            raise StackFailed(f"{name} is not running") from None

    def kill(self, name: str) -> int:
        """SIGKILL, once it is up; returns the id that died. Raises `StackFailed`."""
        self.await_up(name)
        pid = self.signal(name, signal.SIGKILL)
        if not until(lambda: _gone(pid), 10):
            raise StackFailed(f"{name} ({pid}) survived SIGKILL")
        return pid

    def await_up(self, name: str, within_s: float = 90.0) -> None:
        def up() -> bool:
            one = self.state().get(name)
            return one is not None and one.up and bool(one.pid) and not _gone(one.pid)

        if not until(up, within_s):
            raise StackFailed(f"{name} did not come up within {within_s:.0f} s")

    def await_other(self, name: str, pid: int, within_s: float = 90.0) -> None:
        """Wait until `name` is up as another process than `pid`."""

        def other() -> bool:
            one = self.state().get(name)
            return one is not None and one.up and one.pid not in (0, pid)

        if not until(other, within_s):
            raise StackFailed(f"{name} did not come back within {within_s:.0f} s")

    def ioc(self, *arguments: str, told: str = "") -> "subprocess.CompletedProcess[str]":
        """One `ioc` command on this stack. `told`: what it reads."""
        command = [sys.executable, "-P", "-m", "ioc", *arguments, "--data", str(self.data)]
        return subprocess.run(
            command,
            env=self.environment,
            input=told,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            cwd=self.home,
        )

    # Failpoints

    def arm(self, name: str, hit: int, action: str = "kill") -> None:
        """The process that passes `name` the `hit`-th time from now does `action`."""
        self.disarm(name)
        scratch = self.orders / f".{name}"
        scratch.write_text(f"{hit}:{action}")
        scratch.rename(self.orders / name)

    def disarm(self, name: str) -> None:
        for each in (self.orders / name, self.orders / f"{name}.fired"):
            each.unlink(missing_ok=True)

    def fired(self, name: str, within_s: float = 0.0) -> bool:
        return until((self.orders / f"{name}.fired").exists, within_s)

    # What is needed to talk to it

    @property
    def credentials(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.data / "credentials.json").read_text())
        return found

    @property
    def keys(self) -> dict[str, str]:
        """System code → key for the gateway."""
        return {code: str(one["key"]) for code, one in self.credentials["sources"].items()}

    @property
    def gateway_port(self) -> int:
        return self.port + 4

    @property
    def bootstrap(self) -> str:
        return self.brokers.bootstrap if self.brokers is not None else f"127.0.0.1:{self.port + 2}"

    def asked(self) -> Asked:
        password = self.environment.get("IOC_CLICKHOUSE__WRITER_PASSWORD")
        if password is None:
            password = self.credentials["settings"]["clickhouse"]["writer_password"]
        return Asked(self.store_port, password, self.bootstrap)

    def memory(self) -> dict[str, int]:
        """Resident bytes of each process."""
        found = {}
        for name, one in self.state().items():
            try:
                found[name] = int(psutil.Process(one.pid).memory_info().rss) if one.pid else 0
            except psutil.Error:
                continue
        return found

    def last_lines(self) -> str:
        """The end of every log, for a report."""
        logs = sorted((self.data / "logs").glob("*.log"))
        return "\n".join(f"== {log.name}\n{log.read_text(errors='replace')[-1500:]}" for log in logs)


def _gone(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
