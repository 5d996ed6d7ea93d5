"""What a whole year of one ministry costs: CPU seconds of landing, reduce and the store's share of both.

The year stands in Kafka before anything is measured (publishing is told apart). Then the landing worker and
the reducer start on an empty store, and processor time counts from their first instruction, imports
included, until every cell and value of the year is written. Usage: python -m bench.year [--year 2025]
[--seed 1] [--volume V]
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from bench.landing import Place
from bench.meters import cpu_s, reduced
from bench.report import write
from ioc.settings import load
from local.probes import listens, wait_for
from storage.client import Store
from storage.migrate import migrate

PATIENCE_S = 1800.0
AIM_S = 60.0


def published(place: Place, year: int, seed: int, volume: float | None) -> dict[str, Any]:
    """Send the year into Kafka; what was sent."""
    command = [sys.executable, "-m", "ioc", "simulate", "--year", str(year), "--seed", str(seed), "--fast"]
    command += ["--volume", str(volume)] if volume is not None else []
    command += ["--json", "--data", str(place.home / "data")]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stdout
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def drained(place: Place, records: int) -> dict[str, float]:
    """CPU seconds until the whole year is in the cells of an empty store."""
    data = ["--data", str(place.home / "data")]
    with ExitStack() as started:
        run = started.enter_context
        engine = run(place.process("ioc", "clickhouse", *data, name="store"))
        assert wait_for(lambda: listens(place.base), 60), "the store did not start"
        settings = load(place.home / "data").clickhouse
        store = run(closing(Store(settings, timeout=120)))
        migrate(store, settings)
        before, began = cpu_s(engine), time.monotonic()
        worker = run(place.process("ioc", "worker", *data, name="worker"))
        reducer = run(place.process("ioc", "worker", "--role", "reduce", *data, name="reducer"))
        assert wait_for(lambda: reduced(store) >= records, PATIENCE_S, every_s=1.0), "not settled in time"
        cost = {"worker": cpu_s(worker), "reducer": cpu_s(reducer), "store": cpu_s(engine) - before}
        ticks = store.query("SELECT count(), uniqExact(settled) FROM ioc.ticks")[0]
        cells = store.query("SELECT count() FROM ioc.kpi_cells FINAL")[0][0]
    seconds = {name: round(value, 1) for name, value in cost.items()}
    total = round(sum(cost.values()), 1)
    wall = round(time.monotonic() - began, 1)
    made = {"ticks": ticks[0], "settled": ticks[1], "cells": cells}
    return {**seconds, "total": total, "us_per_event": round(total / records * 1e6, 1), "wall": wall, **made}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--year", type=int, default=2025)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--volume", type=float, default=None)
    parser.add_argument("--port-base", type=int, default=21_500)
    parser.add_argument("--out", type=Path, default=Path("bench/results"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder), options.port_base)
        with place.broker():
            told = published(place, options.year, options.seed, options.volume)
            print(f"{told['events']:,} events of {options.year} in {told['seconds']} s", flush=True)
            cost = drained(place, told["events"])
    total = cost["total"]
    print(cost)
    result = {"aim_cpu_s": AIM_S, "holds": total <= AIM_S, "cost": cost, "sent": told}
    path = write(options.out, "year", result)
    print(f"{told['events']:,} events: {total} CPU seconds (aim {AIM_S:.0f}) → {path}")


if __name__ == "__main__":
    main()
