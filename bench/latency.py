"""From published to readable, at rest and under load, and what the whole stack weighs meanwhile.

A probe is a real event, sent by the SDK at its intended time; it is readable when a tick covers its offset
and the cases, cells and values of that tick are written. Under load a simulator publishes beside it. The
baseline is the same stack at rest, minutes before.
Usage: python -m bench.latency [--seconds 60] [--rate 500] [--port-base N] [--out FOLDER]
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil

from bench.report import percentiles, write
from ioc import settings
from ioc.contracts import build
from ioc.settings import Settings
from ioc.topics import EVENT_TOPICS
from producers.sdk import Publisher, Receipt
from storage.client import Store
from streams.land import cluster
from streams.reduce.plan import load_vector

PROBES_A_SECOND = 5
POLL_S = 0.02
PATIENCE_S = 60
SQL = "SELECT argMax(vector, tick) FROM ioc.ticks WHERE tick = settled AND live"
"""How far the last tick reached whose values are written."""


@contextmanager
def stack(data: Path, port_base: int) -> Iterator[int]:
    """A running stack; yields the supervisor's process id."""
    command = [
        sys.executable,
        "-m",
        "ioc",
        "up",
        "--json",
        "--data",
        str(data),
        "--port-base",
        str(port_base),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["ready"]
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def event(number: int, at: datetime) -> Any:
    """One outgoing document, signed and sent at once."""
    ref = f"{uuid.uuid4().hex[:10]}/QD-BNV"
    return build(
        "document.issued",
        source="urn:ioc:G09:qlvb",
        id=str(uuid.uuid4()),
        time=at,
        orgunit="G09.920",
        seqno=number + 1,
        producedat=at,
        tenant="G09",
        data={
            "doc_ref": ref,
            "issuer_org": "G09.920",
            "doc_type": "quyet_dinh",
            "urgency": "normal",
            "signed": True,
            "signature_kind": "both",
            "signed_at": at - timedelta(minutes=1),
            "issued_at": at,
            "sent_at": at,
            "channel": "axis",
            "recipient_count": 1,
        },
    )


@dataclass
class Watch:
    """Polls the last finished tick as a reader, and tells how long each probe took to get there."""

    settings: Settings
    waiting: list[tuple[Receipt, float]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, logs: Mapping[str, UUID]) -> None:
        store = Store(self.settings.clickhouse)
        while not self.stop.wait(POLL_S):
            reached = load_vector(store.query(SQL)[0][0])
            now = time.monotonic()
            with self.lock:
                readable = [
                    since
                    for receipt, since in self.waiting
                    if reached.get((logs[receipt.topic], receipt.partition), 0) > receipt.offset
                ]
                # Probes go out in order into one topic's partitions, so what is left is found by its time.
                self.waiting = [each for each in self.waiting if each[1] not in readable]
            self.seconds += [now - since for since in readable]
        store.close()


def measure(found: Settings, seconds: float) -> list[float]:
    """Latencies of probes sent on schedule for `seconds`."""
    watch = Watch(found)
    logs = cluster.names(found.kafka, [topic.name for topic in EVENT_TOPICS]).topic_ids
    thread = threading.Thread(target=watch.run, args=(logs,), daemon=True)
    thread.start()
    publisher = Publisher(found.kafka, client_id="bench-latency")
    begin = time.monotonic()
    for number in range(int(seconds * PROBES_A_SECOND)):
        intended = begin + number / PROBES_A_SECOND
        time.sleep(max(0.0, intended - time.monotonic()))
        receipt = publisher.publish(event(number, datetime.now(UTC)))
        with watch.lock:
            watch.waiting.append((receipt, intended))
    deadline = time.monotonic() + PATIENCE_S
    while watch.waiting and time.monotonic() < deadline:
        time.sleep(POLL_S)
    watch.stop.set()
    thread.join(5)
    publisher.close()
    if watch.waiting:
        raise SystemExit(f"{len(watch.waiting)} probes were not readable after {PATIENCE_S} s")
    return watch.seconds


def resident(pid: int) -> dict[str, int]:
    """Resident MiB by process of the stack, supervisor included."""
    root = psutil.Process(pid)
    found: dict[str, int] = {}
    for process in [root, *root.children(recursive=True)]:
        words = process.cmdline()
        name = "java" if "java" in words[0] else words[3] if len(words) > 3 else words[-1]
        name += "-reduce" if "reduce" in words else ""
        found[name] = found.get(name, 0) + process.memory_info().rss // 2**20
    return found


def simulator(data: Path, rate: int, events: str) -> subprocess.Popen[bytes]:
    """The load, in a process of its own."""
    command = [sys.executable, "-m", "ioc", "simulate", "--seed", "7", "--data", str(data), "--json"]
    quiet = subprocess.DEVNULL
    return subprocess.Popen([*command, "--rate", str(rate), "--events", events], stdout=quiet, stderr=quiet)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=int, default=500)
    parser.add_argument("--port-base", type=int, default=29100)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ioc-bench-") as folder:
        data = Path(folder) / "data"
        with stack(data, options.port_base) as supervisor:
            found = settings.load(data)
            measure(found, 5)  # warm
            rest = percentiles(measure(found, options.seconds / 2))
            count = str(int(options.rate * (options.seconds + 20)))
            load = simulator(data, options.rate, count)
            time.sleep(10)
            busy = percentiles(measure(found, options.seconds))
            memory = resident(supervisor)
            load.terminate()
            load.wait(20)
    result = {
        "rate": options.rate,
        "at_rest_s": rest,
        "under_load_s": busy,
        "ratio_p99": round(busy["p99"] / rest["p99"], 2),
        "resident_mib": memory,
        "resident_total_mib": sum(memory.values()),
    }
    print(json.dumps(result, indent=1))
    write(options.out, "latency", result)


if __name__ == "__main__":
    main()
