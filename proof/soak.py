"""Half an hour of load with a fault each minute: nothing is lost, and nothing grows."""

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

from proof.harness.stack import Stack
from proof.scene import Act, Fault, Scene

EVERY_S = 5.0
VICTIMS = ("worker", "gateway", "reducer", "clickhouse", "kafka")
MOST_FILES, MOST_THREADS, MOST_PARTS = 600, 250, 300
MOST_SLOPE_MIB_H = 120.0
"""Of a process that lived at least `LIVED_S`, over the second half of its life: before, it warms up."""
LIVED_S = 240.0
MIB = 1 << 20


@dataclass(frozen=True)
class Sample:
    """One look at one process."""

    at: float
    rss: int
    files: int
    threads: int


def soaking(minutes: float) -> Act:
    """Kill one process each minute in turn, and look at all of them meanwhile."""

    def act(scene: Scene) -> None:
        samples: dict[tuple[str, int], list[Sample]] = defaultdict(list)
        parts: list[int] = []
        end, next_fault, turn = time.monotonic() + minutes * 60, time.monotonic() + 60, 0
        while time.monotonic() < end:
            _look(scene.stack, samples)
            parts.append(_parts(scene))
            if time.monotonic() >= next_fault:
                next_fault += 60
                scene.kill(VICTIMS[turn % len(VICTIMS)])
                turn += 1
            time.sleep(EVERY_S)
        scene.numbers["processes"] = _judged(scene, samples)
        scene.numbers["parts_at_most"] = max(parts, default=0)
        if max(parts, default=0) > MOST_PARTS:
            scene.wrong("I8", f"{max(parts)} parts of one table, limit {MOST_PARTS}")

    return act


def _look(stack: Stack, samples: dict[tuple[str, int], list[Sample]]) -> None:
    for name, one in stack.state().items():
        try:
            process = psutil.Process(one.pid)
            with process.oneshot():
                held = Sample(
                    time.monotonic(), process.memory_info().rss, process.num_fds(), process.num_threads()
                )
        except (psutil.Error, ValueError):
            continue
        samples[name, one.pid].append(held)


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


def slope(samples: Sequence[Sample]) -> float:
    """MiB an hour, least squares."""
    n = len(samples)
    if n < 3:
        return 0.0
    mean_t = sum(each.at for each in samples) / n
    mean_m = sum(each.rss for each in samples) / n
    below = sum((each.at - mean_t) ** 2 for each in samples)
    above = sum((each.at - mean_t) * (each.rss - mean_m) for each in samples)
    return above / below * 3600 / MIB if below else 0.0


def _judged(scene: Scene, samples: dict[tuple[str, int], list[Sample]]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for (name, pid), listed in samples.items():
        lived = listed[-1].at - listed[0].at
        later = [each for each in listed if each.at >= listed[0].at + lived / 2]
        rises = slope(later) if lived >= LIVED_S else 0.0
        most = {
            "rss_mib": max(each.rss for each in listed) / MIB,
            "files": max(each.files for each in listed),
            "threads": max(each.threads for each in listed),
            "slope_mib_h": rises,
            "lived_s": lived,
        }
        before = found.setdefault(name, dict.fromkeys(most, 0.0))
        found[name] = {key: round(max(before[key], value), 1) for key, value in most.items()}
        limits = (("files", MOST_FILES), ("threads", MOST_THREADS), ("slope_mib_h", MOST_SLOPE_MIB_H))
        for key, limit in limits:
            if most[key] > limit:
                scene.wrong("I8", f"{name} ({pid}): {key} {most[key]:.0f}, limit {limit:.0f}")
    return found


def fault(minutes: float, rate: float) -> Fault:
    """The soak as one long fault."""
    title = f"{minutes:g} minutes at {rate:g} events/s, a process killed each minute"
    return Fault("SOAK", title, soaking(minutes), rate=rate)
