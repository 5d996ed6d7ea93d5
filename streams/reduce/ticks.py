"""The record of ticks in the store: what was finished, what was about to be touched, what was asked for."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from storage.client import Store
from streams.reduce.facts import Event
from streams.reduce.plan import Vector, load_vector
from streams.reduce.touched import Pair
from streams.reduce.worktime import number

WIDTH = math.log(1.05)
_LONGEST = 2**32 - 1
TOLD_LATE_MS = 86_400_000
"""What its source wrote longer ago than this is a past that is told (a back-fill, a spool after an outage).
It says nothing of the way from source to wall; that its source was silent shows in the source's staleness."""
LOG_MS = 6 * 86_400_000
"""After a longer pause than this `ioc.reduce_log`, whose rows expire, may no longer know what was touched."""


@dataclass(frozen=True)
class Finished:
    """The last finished tick."""

    tick: int = 0
    vector: str = ""
    live: bool = True
    values_at: int = 0
    settled: int = 0
    reached_at: int = 0

    def watermark(self) -> Vector:
        return load_vector(self.vector)


@dataclass(frozen=True)
class Tick:
    """A tick in progress."""

    number: int
    kind: str
    started: int
    live: bool


def last_finished(store: Store) -> Finished:
    """Where to go on. Without a tick (they expire): at the ledger's beginning, behind all versions used."""
    rows = store.query(
        "SELECT tick, vector, live, toUnixTimestamp64Milli(values_at), settled,"
        " toUnixTimestamp64Milli(reached_at) FROM ioc.ticks ORDER BY tick DESC LIMIT 1"
    )
    if not rows:
        return Finished(tick=used(store))
    tick, vector, live, values_at, settled, reached_at = rows[0]
    return Finished(tick, vector, bool(live), values_at, settled, reached_at)


def used(store: Store) -> int:
    """The greatest version of any case, cell or value."""
    return int(store.query("SELECT max(version) FROM merge('ioc', '^(cases|kpi)_')")[0][0])


def log_touched(store: Store, tick: int, pairs: Mapping[Pair, Iterable[date]]) -> None:
    """Before anything is written: the cells that this tick may change."""
    rows = [(view, column, list(days)) for (view, column), days in sorted(pairs.items())]
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        store.insert("ioc.reduce_log", ["tick", "view", "day_column", "days"], [[tick] * len(rows), *columns])


def unsettled_pairs(store: Store, after: int) -> list[tuple[str, str, list[int]]]:
    """What ticks behind the last settled one touched or were about to touch."""
    rows = store.query(f"SELECT view, day_column, days FROM ioc.reduce_log WHERE tick > {after}")  # noqa: S608
    return [(view, column, [number(day) for day in days]) for view, column, days in rows]


def latencies(events: Iterable[Event], visible: int) -> list[tuple[str, int, int]]:
    """(source, milliseconds rounded up by at most 5 %, events) from published to visible."""
    buckets: Counter[tuple[str, int]] = Counter()
    for event in events:
        if visible - event.producedat > TOLD_LATE_MS:
            continue
        buckets[event.source, math.ceil(math.log(max(visible - event.producedat, 1)) / WIDTH)] += 1
    return [
        (source, min(math.ceil(math.exp(bucket * WIDTH)), _LONGEST), seen)
        for (source, bucket), seen in sorted(buckets.items())
    ]


def finish(
    store: Store,
    tick: Tick,
    done: Finished,
    at: int,
    events: list[Event],
    cases: int,
    fresh: Sequence[tuple[int, int]] = (),
) -> None:
    """The last act of a tick, at this instant: from now on it is done. `fresh`: as of `visible.Unshown`."""
    seen = latencies(events, at) if tick.live else []
    row = {
        "tick": tick.number,
        "kind": tick.kind,
        "started_at": tick.started,
        "finished_at": at,
        "events": len(events),
        "cases": cases,
        "live": int(tick.live),
        "values_at": done.values_at,
        "settled": done.settled,
        "reached_at": done.reached_at,
        "fresh_ms": [ms for ms, _ in fresh],
        "fresh_records": [records for _, records in fresh],
        "vector": done.vector,
        "latency_source": [source for source, _, _ in seen],
        "latency_ms": [ms for _, ms, _ in seen],
        "latency_events": [count for _, _, count in seen],
    }
    store.insert("ioc.ticks", list(row), [[value] for value in row.values()], token=f"tick-{tick.number}")


def store_plan(store: Store, tick: int, vector: str) -> None:
    """A plan too long for a commit."""
    store.insert("ioc.reduce_plans", ["tick", "plan"], [[tick], [vector]], token=f"plan-{tick}")


def stored_plan(store: Store, tick: int) -> str | None:
    rows = store.query(
        f"SELECT plan FROM ioc.reduce_plans WHERE tick = {tick} ORDER BY logged_at DESC LIMIT 1"  # noqa: S608
    )
    return str(rows[0][0]) if rows else None
