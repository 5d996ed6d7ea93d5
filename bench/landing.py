"""How fast a backlog lands, against a plain Faust agent on the same broker in the same run.

A backlog of simulated events (2 % duplicates, 0.3 % invalid) stands in Kafka. Each round starts an empty
store, lets an agent do the work on the first events of the backlog, then lets the landing worker land all of
it while the reducer turns it into cases, cells and values beside it. Rates count from the first rows seen.
Usage: python -m bench.landing [--events 1000000] [--agent-events 60000] [--rounds 5] [--workers 1]
       [--no-reduce] [--out F]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil
from kafka.admin import KafkaAdminClient

from bench import agent
from bench.meters import cpu_s, reduced
from bench.report import write
from ioc.settings import Kafka, load
from local.child import Child
from local.jars import class_path
from local.kafka import Broker
from local.probes import listens, wait_for
from local.topics import ensure_topics
from storage.client import Store
from storage.migrate import migrate

POLL_S = 0.1
PATIENCE_S = 900.0


class Place:
    """A folder, eight ports and what runs there."""

    def __init__(self, home: Path, port_base: int) -> None:
        self.home, self.base = home, port_base
        self.bootstrap = f"127.0.0.1:{port_base + 2}"
        names = {
            "IOC_CLICKHOUSE__PORT": port_base,
            "IOC_CLICKHOUSE__WRITER_PASSWORD": "bench",
            "IOC_CLICKHOUSE__READER_PASSWORD": "bench-reader",
            "IOC_KAFKA__BOOTSTRAP": self.bootstrap,
            "IOC_WORKER_PORT": port_base + 6,
            "IOC_REDUCER_PORT": port_base + 7,
        }
        os.environ.update({name: str(value) for name, value in names.items()})

    @contextmanager
    def process(self, *command: str, name: str) -> Iterator[psutil.Process]:
        """`python -m …` on this place, killed at the end."""
        child = Child([sys.executable, "-m", *command], self.home / f"{name}.log")
        try:
            yield psutil.Process(child.pid)
        finally:
            child.kill()

    @contextmanager
    def broker(self) -> Iterator[None]:
        prepared = Broker(self.home / "kafka", self.base + 2, self.base + 3).prepare(class_path())
        child = Child(prepared, self.home / "kafka.log")
        try:
            assert wait_for(lambda: listens(self.base + 2), 60), "the broker did not start"
            ensure_topics(Kafka(bootstrap=self.bootstrap))
            yield
        finally:
            child.kill()

    @contextmanager
    def store(self, number: int) -> Iterator[Store]:
        """An empty, migrated store."""
        data = str(self.home / f"store-{number}")
        with self.process("ioc", "clickhouse", "--data", data, name="store"):
            assert wait_for(lambda: listens(self.base), 60), "the store did not start"
            settings = load(self.home / "data").clickhouse
            store = Store(settings, timeout=120)
            migrate(store, settings)
            yield store
            store.close()


def rate_of(processes: Sequence[psutil.Process], count: Callable[[], int], target: int) -> dict[str, float]:
    """Events a second and processor time of `processes` for each, both from the first rows seen to the last;
    seconds until the first.
    """
    began = time.monotonic()
    first: tuple[float, int, float] | None = None
    while True:
        rows, now = count(), time.monotonic()
        if rows and first is None:
            first = (now, rows, sum(map(cpu_s, processes)))
        if rows >= target and first is not None:
            break
        assert now - began < PATIENCE_S, f"{rows} of {target} rows after {PATIENCE_S:.0f} s"
        time.sleep(POLL_S)
    seconds = max(now - first[0], POLL_S)
    events = max(rows - first[1], 1)
    return {
        "rate": round(events / seconds),
        "cpu_us": round((sum(map(cpu_s, processes)) - first[2]) / events * 1e6, 1),
        "start_s": round(first[0] - began, 2),
        "rows": rows,
    }


def counter(store: Store, sql: str) -> Callable[[], int]:
    return lambda: int(store.query(sql)[0][0])


def run_agent(place: Place, store: Store, number: int, events: int) -> dict[str, float]:
    """The yardstick's rate on the first `events` of the backlog."""
    agent.table(store)
    rows = counter(store, f"SELECT count() FROM {agent.TABLE}")
    with place.process("bench.agent", str(number), name="agent") as process:
        return rate_of([process], rows, events)


def run_landing(place: Place, store: Store, events: int, *, reduce: bool, workers: int) -> dict[str, float]:
    """The rate of landing workers on the whole backlog; with the reducer, also when it had caught up."""
    _forget_groups(place.bootstrap)
    data = ["--data", str(place.home / "data")]
    rows = counter(store, "SELECT sum(records) FROM ioc.ledger_totals")
    began = time.monotonic()
    with ExitStack() as started:
        ports = [place.base + 6, *(place.base + 7 + number for number in range(1, workers))]
        landing = [
            started.enter_context(
                place.process("ioc", "worker", "--port", str(port), *data, name=f"worker-{port}")
            )
            for port in ports
        ]
        if not reduce:
            return rate_of(landing, rows, events)
        with place.process("ioc", "worker", "--role", "reduce", *data, name="reducer"):
            result = rate_of(landing, rows, events)
            caught_up = wait_for(lambda: reduced(store) >= events, PATIENCE_S, every_s=0.5)
            assert caught_up, "the reducer did not catch up"
            return {**result, "reduced_s": round(time.monotonic() - began, 1)}


def _forget_groups(bootstrap: str) -> None:
    """Each round begins as on the first day."""
    client = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        groups = [entry["group_id"] for entry in client.list_groups()]
        ours = [name for name in groups if name in ("ioc-land", "ioc-reduce")]

        def gone() -> bool:
            try:
                client.delete_groups(ours)
            except Exception:
                return False
            return True

        assert not ours or wait_for(gone, 30), "the groups of the round before still have members"
    finally:
        client.close()


def backlog(place: Place, events: int) -> None:
    command = [sys.executable, "-m", "ioc", "simulate", "--seed", "1", "--rate", "0", "--json"]
    where = ["--events", str(events), "--data", str(place.home / "data")]
    done = subprocess.run([*command, *where], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    sent = json.loads(done.stdout)["events"]
    assert sent == events, done.stdout


def median(rounds: Sequence[dict[str, float]]) -> float:
    return statistics.median(entry["rate"] for entry in rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--agent-events", type=int, default=60_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--port-base", type=int, default=21_400)
    parser.add_argument("--workers", type=int, default=1, help="landing workers")
    parser.add_argument("--no-reduce", action="store_true", help="landing alone")
    parser.add_argument("--out", type=Path, default=Path("bench/results"))
    options = parser.parse_args()
    agents: list[dict[str, float]] = []
    landings: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder), options.port_base)
        with place.broker():
            print(f"backlog of {options.events:,} events", flush=True)
            backlog(place, options.events)
            for number in range(options.rounds):
                with place.store(number) as store:
                    agents.append(run_agent(place, store, number, min(options.agent_events, options.events)))
                    print(f"round {number + 1}: agent   {agents[-1]}", flush=True)
                    landings.append(
                        run_landing(
                            place,
                            store,
                            options.events,
                            reduce=not options.no_reduce,
                            workers=options.workers,
                        )
                    )
                    print(f"round {number + 1}: landing {landings[-1]}", flush=True)
    result: dict[str, Any] = {
        "events": options.events,
        "reduce": not options.no_reduce,
        "workers": options.workers,
        "agent": {"median": median(agents), "rounds": agents},
        "landing": {"median": median(landings), "rounds": landings},
        "ratio": round(median(landings) / median(agents), 2),
    }
    path = write(options.out, "landing", result)
    print(
        f"landing {median(landings):,.0f}/s, agent {median(agents):,.0f}/s, ratio {result['ratio']} → {path}"
    )


if __name__ == "__main__":
    main()
