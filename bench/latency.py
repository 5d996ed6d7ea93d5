"""From published to readable, at rest and under load, and what the whole stack weighs meanwhile.

A probe is a real event, sent by the SDK at its intended time; it is readable when a reader of
`ioc_read.ticks` sees a finished tick that covers its offset: cases, cells and values of that tick are then
written. Under load a simulator publishes beside it. The baseline is the same stack at rest, minutes before.
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
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

from bench.report import percentiles, write
from ioc import settings
from ioc.contracts import build
from ioc.settings import Settings
from producers.sdk import Publisher, Receipt
from storage.client import Store

PROBES_A_SECOND = 5
POLL_S = 0.02
PATIENCE_S = 60
SQL = "SELECT vector FROM ioc_read.ticks WHERE live = 1 ORDER BY tick DESC LIMIT 1"


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

    def run(self, positions: dict[tuple[str, int], str]) -> None:
        store = Store(self.settings.clickhouse, role="reader")
        while not self.stop.wait(POLL_S):
            rows = store.query(SQL)
            reached = json.loads(rows[0][0]) if rows else {}
            now = time.monotonic()
            with self.lock:
                still = []
                for receipt, since in self.waiting:
                    key = positions[(receipt.topic, receipt.partition)]
                    if reached.get(key, 0) > receipt.offset:
                        self.seconds.append(now - since)
                    else:
                        still.append((receipt, since))
                self.waiting = still
        store.close()


def positions(found: Settings) -> dict[tuple[str, int], str]:
    """Topic and partition → the key under which a tick's vector counts it."""
    from kafka import KafkaAdminClient

    from ioc.topics import EVENT_TOPICS

    admin = KafkaAdminClient(bootstrap_servers=found.kafka.bootstrap)
    try:
        described = admin.describe_topics([topic.name for topic in EVENT_TOPICS])
    finally:
        admin.close()
    return {
        (
            topic["name"],
            part["partition_index"],
        ): f"{uuid.UUID(str(topic['topic_id']))}/{part['partition_index']}"
        for topic in described
        for part in topic["partitions"]
    }


def measure(found: Settings, seconds: float) -> list[float]:
    """Latencies of probes sent on schedule for `seconds`."""
    watch = Watch(found)
    thread = threading.Thread(target=watch.run, args=(positions(found),), daemon=True)
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
