"""A broker, a store and landing workers that tests start, stop, freeze and kill."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.probes import wait_for
from storage.client import Store
from storage.migrate import migrate
from tests.engine.process import StoreProcess, environment
from tests.stack.conftest import free_ports, running_broker


class Worker:
    """`ioc worker` as a process."""

    def __init__(self, ground: "Ground", port: int, failpoint: str = "") -> None:
        self.log = ground.home / f"worker-{port}.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ioc", "worker", "--data", str(ground.data)],
                env={**ground.environment, "IOC_WORKER_PORT": str(port), "IOC_FAILPOINT": failpoint},
                stdout=log,
                stderr=log,
            )

    def dies(self, within_s: float = 120) -> int:
        """Its exit status; negative: the signal."""
        try:
            return self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"the worker lived on: {self.log.read_text()[-2000:]}") from None

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)


class Ground:
    """Where landing is tested: `environment` is what every process of it runs with."""

    def __init__(self, home: Path, bootstrap: str, broker: running_broker) -> None:
        self.home, self.data, self.broker = home, home / "data", broker
        self.ports = free_ports(4)
        self.store = StoreProcess(home / "store").start()
        store = self.ledger()
        migrate(store, self.store.settings)
        store.close()
        clean = {name: value for name, value in os.environ.items() if not name.startswith("IOC_")}
        self.environment = {
            **clean,
            **environment(self.store.settings),
            "IOC_KAFKA__BOOTSTRAP": bootstrap,
            "PYTHONUNBUFFERED": "1",
        }
        self.workers: list[Worker] = []

    def worker(self, failpoint: str = "", *, port: int = 0) -> Worker:
        """Start a worker; another `port` is another member of the group."""
        started = Worker(self, self.ports + port, failpoint)
        self.workers.append(started)
        return started

    def ioc(self, *arguments: str) -> Any:
        """The JSON of an `ioc` command."""
        done = subprocess.run(
            [sys.executable, "-m", "ioc", *arguments, "--json", "--data", str(self.data)],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    def said(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """An `ioc` command that may fail."""
        return subprocess.run(
            [sys.executable, "-m", "ioc", *arguments, "--data", str(self.data)],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    @contextmanager
    def flowing(self, *, events: int, rate: int, seed: int) -> Iterator["Flow"]:
        """Simulated events flow while the block runs."""
        oracle = self.home / f"oracle-{seed}.ndjson"
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "ioc", "simulate", "--seed", str(seed), "--rate", str(rate)),
                *("--events", str(events), "--oracle", str(oracle), "--data", str(self.data), "--json"),
            ],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield Flow(oracle, process)
        finally:
            process.kill()
            process.wait(10)

    def settled(self, expected: Counter[str], within_s: float = 120) -> dict[str, Any]:
        """The ledger once it holds everything that was sent."""
        total = sum(expected.values())
        state: dict[str, Any] = {}

        def done() -> bool:
            state.update(self.ioc("ledger"))
            return bool(state["received"] >= total and state["in_flight"] == 0)

        assert wait_for(done, within_s), state
        return state

    def landed(self) -> int:
        """Rows of the ledger."""
        state = self.ioc("ledger")
        return int(state["received"] - state["in_flight"])

    def settled_at_least(self, rows: int, within_s: float = 120) -> None:
        """Wait until so many records have landed."""
        assert wait_for(lambda: self.landed() >= rows, within_s), rows

    def ledger(self) -> Store:
        return Store(self.store.settings)

    def close(self) -> None:
        for worker in self.workers:
            if worker.process.poll() is None:
                worker.send(signal.SIGCONT)
                worker.kill()
        self.store.kill()


class Flow:
    def __init__(self, oracle: Path, process: subprocess.Popen[bytes]) -> None:
        self.oracle, self._process = oracle, process

    def finished(self, within_s: float = 120) -> Counter[str]:
        """Expected verdicts of all that was sent, as its journal has them."""
        assert self._process.wait(within_s) == 0
        with self.oracle.open("rb") as lines:
            return Counter(json.loads(line)["expect"] for line in lines)


@contextmanager
def ground(home: Path) -> Iterator[Ground]:
    """Broker with all topics, empty store; everything is gone afterwards."""
    broker = running_broker(home / "kafka", free_ports(2))
    with broker as kafka:
        place = Ground(home, kafka.bootstrap, broker)
        try:
            yield place
        finally:
            place.close()


__all__ = ["Flow", "Ground", "Worker", "ground"]
