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
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

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
PATIENCE_S = 60
PAST = 5_000
"""Events of the past that the load begins with, so that cases of other days are open."""
SETTLING_S = 15
SQL = """
SELECT toUnixTimestamp64Milli(finished_at), vector FROM ioc.ticks WHERE tick = settled AND live ORDER BY tick
"""
"""When each tick whose values are written ended, and how far it reached."""


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


def readable(found: Settings, probes: list[tuple[Receipt, float]]) -> list[float]:
    """Seconds from intended to readable, by the first settled tick that covers each probe.

    Asked once a second and read off afterwards: a measurement that polls would be part of the load.
    """
    logs = cluster.names(found.kafka, [topic.name for topic in EVENT_TOPICS]).topic_ids
    store = Store(found.clickhouse)
    deadline = time.monotonic() + PATIENCE_S
    while True:
        ticks = [(at / 1000, load_vector(vector)) for at, vector in store.query(SQL)]
        seconds = []
        for receipt, intended in probes:
            place = logs[receipt.topic], receipt.partition
            ends = (at for at, reached in ticks if reached.get(place, 0) > receipt.offset)
            seconds += [at - intended for at in islice(ends, 1)]
        if len(seconds) == len(probes):
            store.close()
            return seconds
        if time.monotonic() > deadline:
            missing = len(probes) - len(seconds)
            raise SystemExit(f"{missing} probes were not readable after {PATIENCE_S} s")
        time.sleep(1)


def measure(found: Settings, seconds: float) -> list[float]:
    """Latencies of probes sent on schedule for `seconds`."""
    publisher = Publisher(found.kafka, client_id="bench-latency")
    probes = []
    begin = time.time()
    for number in range(int(seconds * PROBES_A_SECOND)):
        intended = begin + number / PROBES_A_SECOND
        time.sleep(max(0.0, intended - time.time()))
        probes.append((publisher.publish(event(number, datetime.now(UTC))), intended))
    publisher.close()
    return readable(found, probes)


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


def simulator(data: Path, rate: int) -> subprocess.Popen[str]:
    """The load: events of the present, in a process of its own; returns when its short past is told."""
    command = [sys.executable, "-m", "ioc", "simulate", "--live", "--seed", "7", "--data", str(data)]
    process = subprocess.Popen(
        [*command, "--rate", str(rate), "--events", str(PAST)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    if not process.stdout.readline():
        raise SystemExit("the simulator ended before its load began")
    return process


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
            load = simulator(data, options.rate)
            measure(found, SETTLING_S)
            busy = percentiles(measure(found, options.seconds))
            memory = resident(supervisor)
            if load.poll() is not None:
                raise SystemExit("the simulator ended before the measurement did")
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
