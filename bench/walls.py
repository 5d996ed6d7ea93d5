"""Fifty walls at once: how soon a panel is in their hands, how long the store takes, and what landing loses.

A backlog stands in Kafka. Each round lands all of it twice into an empty store, with the reducer beside it:
once with nobody looking, once with all viewers on the operations wall. Then, with the backlog reduced and the
viewers still there, panels are measured at rest. Viewers are sockets, not browsers (bench/viewers.py).
Usage: python -m bench.walls [--viewers 50] [--events 400000] [--rounds 3] [--seconds 60]
       [--port-base N] [--out F]
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from bench.landing import Place, backlog, run_landing
from bench.meters import cpu_s
from bench.report import percentiles, write
from local.probes import listens, wait_for
from storage.client import Store

AIM_S, AIM_SLOWER = 0.200, 0.10
SETTLING_S = 5.0


class Walls:
    """The wall's process and its viewers, with what they wrote down."""

    def __init__(
        self, place: Place, wall: psutil.Process, viewers: psutil.Process, logs: tuple[Path, Path]
    ) -> None:
        self.place, self.wall, self.viewers = place, wall, viewers
        self._queries, self._panels = logs
        self.began = time.time()

    def panels(self, since: float) -> list[float]:
        """Seconds from the store's answer into a viewer's hands, for what came since then."""
        found = [line.split() for line in self._panels.read_text().splitlines()]
        return [float(each[1]) for each in found if len(each) == 2 and float(each[0]) >= since]

    def queries(self, after: int) -> list[float]:
        """Seconds that statements took, but for the first ones."""
        return [float(line) / 1000 for line in self._queries.read_text().splitlines()[after:]]


@contextmanager
def walls(place: Place, number: int, viewers: int) -> Iterator[Walls]:
    """A wall with all its viewers, ended with the block."""
    logs = place.home / f"queries-{number}.txt", place.home / f"panels-{number}.txt"
    port = place.base + 5
    data = str(place.home / "data")
    with place.process("bench.wall_page", data, str(port), str(logs[0]), name="wall") as wall:
        assert wait_for(lambda: listens(port), 60), "the wall did not start"
        address = f"http://127.0.0.1:{port}/wall/operations-wall?kiosk"
        command = [sys.executable, "-m", "bench.viewers", address, str(viewers), str(logs[1])]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            assert process.stdout.readline(), "the viewers did not get in"
            yield Walls(place, wall, psutil.Process(process.pid), logs)
        finally:
            process.terminate()
            process.wait(20)


def measured(place: Place, number: int, options: argparse.Namespace) -> dict[str, Any]:
    """One round: alone, with all viewers, and the viewers at rest behind it."""
    with place.store(2 * number) as store:
        alone = run_landing(place, store, options.events, reduce=True, workers=1)
    print(f"round {number + 1}: alone {alone}", flush=True)
    with place.store(2 * number + 1) as store, walls(place, number, options.viewers) as seen:
        cost = cpu_s(seen.wall), cpu_s(seen.viewers)
        watched = run_landing(place, store, options.events, reduce=True, workers=1)
        landed = time.time()
        busy, asked = seen.panels(seen.began), len(seen.queries(0))
        _ticking(store)
        time.sleep(SETTLING_S)
        since, before = time.time(), len(seen.queries(0))
        time.sleep(options.seconds)
        result = {
            "alone": alone,
            "watched": watched,
            "slower": round(1 - watched["rate"] / alone["rate"], 3),
            "panel_s": {"landing": percentiles(busy), "at_rest": percentiles(seen.panels(since))},
            "query_s": {
                "landing": percentiles(seen.queries(0)[:asked]),
                "at_rest": percentiles(seen.queries(before)),
            },
            "cpu_s": {
                "wall": round(cpu_s(seen.wall) - cost[0], 1),
                "viewers": round(cpu_s(seen.viewers) - cost[1], 1),
                "of": round(time.time() - seen.began, 1),
            },
            "landed_s": round(landed - seen.began, 1),
        }
    print(
        f"round {number + 1}: {json.dumps({key: result[key] for key in ('watched', 'slower', 'panel_s')})}",
        flush=True,
    )
    return result


def _ticking(store: Store) -> None:
    assert store.query("SELECT count() > 0 FROM ioc.ticks") == [(1,)], "nothing was reduced"


def middle(rounds: Sequence[dict[str, Any]], *keys: str) -> float:
    """The median over the rounds of one number in them."""
    found = []
    for each in rounds:
        value: Any = each
        for key in keys:
            value = value[key]
        found.append(float(value))
    return statistics.median(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--viewers", type=int, default=50)
    parser.add_argument("--events", type=int, default=400_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--port-base", type=int, default=21_600)
    parser.add_argument("--out", type=Path, default=Path("bench/results"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder), options.port_base)
        with place.broker():
            print(f"backlog of {options.events:,} events", flush=True)
            backlog(place, options.events)
            rounds = [measured(place, number, options) for number in range(options.rounds)]
    slower = round(1 - middle(rounds, "watched", "rate") / middle(rounds, "alone", "rate"), 3)
    result = {
        "viewers": options.viewers,
        "events": options.events,
        "panel_p95_s": middle(rounds, "panel_s", "at_rest", "p95"),
        "panel_p95_landing_s": middle(rounds, "panel_s", "landing", "p95"),
        "query_p95_s": middle(rounds, "query_s", "at_rest", "p95"),
        "landing_alone": middle(rounds, "alone", "rate"),
        "landing_watched": middle(rounds, "watched", "rate"),
        "slower": slower,
        "ratio": round(1 - slower, 3),
        "aims": {"panel_p95_s": AIM_S, "slower": AIM_SLOWER},
        "rounds": rounds,
    }
    path = write(options.out, "walls", result)
    shown = {key: result[key] for key in ("panel_p95_s", "panel_p95_landing_s", "query_p95_s", "slower")}
    print(f"{json.dumps(shown)} → {path}")


if __name__ == "__main__":
    main()
