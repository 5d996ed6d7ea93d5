"""What reading one event costs, in µs of processor time, per type and form of writing.

`canonical` is what `encode` writes, `raw` what the simulator sends, `local` the same with times of Vietnam,
`escaped` with every letter outside ASCII escaped and blanks between, `loads` the bare parser for comparison.
Usage: python -m bench.decode [--events FILE.ndjson] [--out FOLDER]; the file is one of `ioc simulate --out`.
"""

import argparse
import gc
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from bench.report import write
from ioc.contracts import EventRefused, decode, encode
from ioc.reference import Catalogue

SAMPLE, ROUNDS = 200, 15
_TIME = re.compile(rb'"(\d{4}-[^"]{5}T[^"]{8})(\.\d{3})?(?:000)?Z"')


def simulated(folder: Path) -> Path:
    """Twenty thousand events of three days."""
    path = folder / "events.ndjson"
    command = [sys.executable, "-m", "ioc", "simulate", "--events", "20000", "--days", "3", "--json"]
    subprocess.run([*command, "--out", str(path)], check=True, capture_output=True)
    return path


def _local(found: re.Match[bytes]) -> bytes:
    at = datetime.fromisoformat(found[1].decode() + "+00:00") + timedelta(hours=7)
    return f'"{at:%Y-%m-%dT%H:%M:%S}{(found[2] or b"").decode()}+07:00"'.encode()


def _forms(raw: bytes, canonical: bytes) -> dict[str, bytes]:
    escaped = json.dumps(orjson.loads(raw)).encode()
    return {"canonical": canonical, "raw": raw, "local": _TIME.sub(_local, raw), "escaped": escaped}


def cost(read: Callable[[bytes], Any], texts: Sequence[bytes]) -> float:
    """µs of processor time for one text: the best of several rounds, because others share the machine."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time_ns()
        for text in texts:
            read(text)
        best = min(best, time.process_time_ns() - started)
    return round(best / len(texts) / 1000, 2)


def measure(path: Path) -> dict[str, dict[str, float]]:
    rules = Catalogue.load().rules("G09")
    now = datetime.now(UTC) + timedelta(days=1000)
    found: dict[str, list[dict[str, bytes]]] = defaultdict(list)
    counts: dict[str, int] = defaultdict(int)
    for line in path.read_bytes().splitlines():
        try:
            event = decode(line, rules=rules, now=now)
        except EventRefused:
            continue
        counts[event.kind.name] += 1
        if len(found[event.kind.name]) < SAMPLE:
            found[event.kind.name].append(_forms(line, encode(event.envelope)))
    gc.disable()
    result = {}
    for name, forms in sorted(found.items()):
        costs = {
            form: cost(lambda raw: decode(raw, rules=rules, now=now), [texts[form] for texts in forms])
            for form in forms[0]
        }
        result[name] = {**costs, "loads": cost(orjson.loads, [texts["canonical"] for texts in forms])}
    total = sum(counts.values())
    result["all, as they come"] = {
        form: round(sum(result[name][form] * n for name, n in counts.items()) / total, 2)
        for form in next(iter(result.values()))
    }
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--events", type=Path)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = measure(arguments.events or simulated(Path(folder)))
    forms = list(next(iter(result.values())))
    print(f"{'µs an event':28}" + "".join(f"{form:>11}" for form in forms))
    for name, costs in result.items():
        print(f"{name:28}" + "".join(f"{costs[form]:11.2f}" for form in forms))
    median = statistics.median(costs["canonical"] for costs in result.values())
    if arguments.out:
        print(write(arguments.out, "decode", {"unit": "µs", "median_canonical": median, "types": result}))


if __name__ == "__main__":
    main()
