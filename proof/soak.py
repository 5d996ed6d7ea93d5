"""Load for long: first a process dies each minute and nothing is lost, then none dies and nothing grows."""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from statistics import median

import psutil

from proof.harness.stack import Stack
from proof.scene import Act, Fault, Scene

EVERY_S = 5.0
VICTIMS = ("worker", "gateway", "reducer", "clickhouse", "kafka", "wall")
MOST_FILES, MOST_THREADS, MOST_PARTS = 600, 250, 300
NOISE_MIB = 8.0
"""What one merge, arena or collection more or less is, at any time: a shorter look tells less."""
SUM_NOISE_MIB = 24.0
GROWTH_MIB_H = 1.0
"""What a process may gain each hour, beyond the noise."""
FILLS_MIB = {"kafka": 512, "clickhouse": 700}
"""What a process was given it takes bit by bit and may keep: Java its heap (`local/kafka.py`: 400 MiB, and
what Java needs beside it), the store its caches, up to a limit that it keeps (`storage/embedded/engine.py`).
Up to here a rise says nothing."""
IDENTITY_BYTES = 8
"""What the worker keeps of an event as long as the ledger holds it (`streams/land/filter.py`)."""
MIB = 1 << 20


@dataclass(frozen=True)
class Sample:
    """One look at one process."""

    at: float
    rss: int
    files: int
    threads: int


Samples = dict[tuple[str, int], list[Sample]]


def soaking(minutes: float, rate: float) -> Act:
    """In the first half kill one process each minute in turn, in the second none; look at all of them."""

    def act(scene: Scene) -> None:
        samples: Samples = defaultdict(list)
        parts: list[int] = []
        begun = time.monotonic()
        end, calm, next_fault, turn = begun + minutes * 60, begun + minutes * 30, begun + 60, 0
        while time.monotonic() < end:
            _look(scene.stack, samples)
            parts.append(_parts(scene))
            if next_fault <= time.monotonic() < calm:
                next_fault += 60
                scene.kill(VICTIMS[turn % len(VICTIMS)])
                turn += 1
            time.sleep(EVERY_S)
        _bounded(scene, samples)
        # The first half of the calm is for warming up: caches fill, pools grow to what the load needs.
        _level(scene, samples, calm + minutes * 15, {"worker": rate * IDENTITY_BYTES * 3600 / MIB})
        scene.numbers["parts_at_most"] = max(parts, default=0)
        if max(parts, default=0) > MOST_PARTS:
            scene.wrong("I8", f"{max(parts)} parts of one table, limit {MOST_PARTS}")

    return act


def _look(stack: Stack, samples: Samples) -> None:
    for name, one in stack.state().items():
        try:
            process = psutil.Process(one.pid)
            with process.oneshot():
                rss, threads = process.memory_info().rss, process.num_threads()
            held = Sample(time.monotonic(), rss, open_files(one.pid), threads)
        except (psutil.Error, ValueError, OSError):
            continue
        samples[name, one.pid].append(held)


def open_files(pid: int) -> int:
    """Descriptors of a process, but for those of /proc: ClickHouse holds three for each of its threads, and
    threads have a limit of their own. Raises `OSError` when the process is gone."""
    held = 0
    for each in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            held += not each.readlink().is_relative_to("/proc")
    return held


def _parts(scene: Scene) -> int:
    """Parts of the table that has most; 0 while the store is away."""
    try:
        ((most,),) = scene.asked.sql(
            "SELECT max(n) FROM (SELECT count() AS n FROM system.parts WHERE active AND database = 'ioc'"
            " GROUP BY table)"
        )
        return int(most)
    except Exception:  # killed a moment ago: asked again at the next look
        return 0


def slope(points: Sequence[tuple[float, int]]) -> float:
    """MiB an hour of (seconds, bytes): the median of the slopes between all pairs (Theil and Sen), which a
    few high or low looks, or a step that comes and goes, do not move."""
    slopes = [(b - a) / (t - s) for (s, a), (t, b) in combinations(sorted(points), 2) if t > s]
    return median(slopes) * 3600 / MIB if slopes else 0.0


def _filling_mib(name: str, rss: int) -> float:
    """What the process may take before its memory tells anything."""
    return max(0.0, FILLS_MIB.get(name, 0) - rss / MIB)


def allowed_mib(noise: float, hours: float, growth_mib_h: float = GROWTH_MIB_H) -> float:
    """What may be gained in so many hours."""
    return noise + growth_mib_h * hours


def _level(scene: Scene, samples: Samples, since: float, keeps: Mapping[str, float]) -> None:
    """Nobody has gained memory since then, nor all together; a slope as a number tells how much.

    `keeps`: MiB an hour that a process keeps of the load, by design.
    """
    found: dict[str, dict[str, float]] = {}
    together: dict[int, list[tuple[float, int]]] = defaultdict(list)
    filling = 0.0
    for (name, pid), listed in samples.items():
        later = [(each.at, each.rss) for each in listed if each.at >= since]
        if len(later) < 3 or listed[-1].at < max(one[-1].at for one in samples.values()) - 3 * EVERY_S:
            continue
        for number, point in enumerate(reversed(later)):
            together[number].append(point)
        fills = _filling_mib(name, later[0][1])
        filling += fills
        found[name] = _gain(
            scene, f"{name} ({pid})", later, NOISE_MIB + fills, GROWTH_MIB_H + keeps.get(name, 0.0)
        )
    whole = [
        (max(at for at, _ in points), sum(rss for _, rss in points))
        for points in together.values()
        if len(points) == len(found)
    ]
    growth = GROWTH_MIB_H * len(found) + sum(keeps.values())
    found["all"] = _gain(scene, "all processes together", whole, SUM_NOISE_MIB + filling, growth)
    scene.numbers["memory_in_the_calm"] = found


def _gain(
    scene: Scene, name: str, points: Sequence[tuple[float, int]], noise: float, growth_mib_h: float
) -> dict[str, float]:
    hours = (max(at for at, _ in points) - min(at for at, _ in points)) / 3600 if points else 0.0
    rises, most = slope(points), allowed_mib(noise, hours, growth_mib_h)
    if rises * hours > most:
        gained = f"gained {rises * hours:.0f} MiB in {hours * 60:.0f} minutes of calm"
        scene.wrong("I8", f"{name} {gained}, allowed {most:.0f}")
    return {
        "slope_mib_h": round(rises, 1),
        "gained_mib": round(rises * hours, 1),
        "allowed_mib": round(most, 1),
        "hours": round(hours, 2),
    }


def _bounded(scene: Scene, samples: Samples) -> None:
    """Open files and threads of every process that lived."""
    found: dict[str, dict[str, float]] = {}
    for (name, pid), listed in samples.items():
        most = {
            "rss_mib": round(max(each.rss for each in listed) / MIB, 1),
            "files": max(each.files for each in listed),
            "threads": max(each.threads for each in listed),
        }
        before = found.setdefault(name, dict.fromkeys(most, 0.0))
        found[name] = {key: max(before[key], value) for key, value in most.items()}
        for key, limit in (("files", MOST_FILES), ("threads", MOST_THREADS)):
            if most[key] > limit:
                scene.wrong("I8", f"{name} ({pid}): {most[key]:.0f} {key}, limit {limit}")
    scene.numbers["processes"] = found


def fault(minutes: float, rate: float) -> Fault:
    """The soak as one long fault."""
    title = f"{minutes:g} minutes at {rate:g} events/s, in the first half a process killed each minute"
    return Fault("SOAK", title, soaking(minutes, rate), rate=rate)
