"""What systems tell by the clock and not by cases: archive batches, data quality, calls between systems."""

import random
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from ioc.baselines import System
from ioc.contracts.fields import stamp
from producers.simulator.draft import Draft, Life, moment
from producers.simulator.duties import DATASETS
from producers.simulator.world import World

PEERS = ("csdlqg_dancu", "dvcqg", "vxp", "csdlqg_cbccvc", "csdl_tthc")
PLATFORMS = ("ngsp", "lgsp", "dscp", "axis")
SERVICES = ("tra-cuu", "dong-bo", "xac-thuc", "danh-muc")
CALLS_EVERY_H = 6
"""Hours that one sum of calls covers in the past; live it is a minute."""
CONNECTED_LATER = 3
"""So many registered systems are not connected when a year begins; one after the other follows."""

OPERATIONS = ("described", "digitised", "verified", "published")
OPERATION_WEIGHTS = (38, 42, 12, 8)
HOLDINGS: Mapping[str, int] = {
    "archive_items": 200_000,
    "archive_pages": 5_000_000,
    "archive_highuse_pages": 1_000_000,
}
"""Where no baseline says how much there is."""
DONE: Mapping[tuple[str, bool], tuple[str, float]] = {
    ("described", False): ("archive_items", 0.61),
    ("digitised", True): ("archive_highuse_pages", 0.42),
    ("digitised", False): ("archive_pages", 0.09),
}
"""What has been done before the history begins: the share of which holdings."""


class Quality(NamedTuple):
    """What a dataset is like: its size and its share of errors when a year begins."""

    records: int
    wrong: float
    empty: float
    dirty: float
    stale: float


@lru_cache(maxsize=64)
def _quality(seed: int, code: str) -> Quality:
    rng = random.Random(f"dataset/{seed}/{code}")  # noqa: S311 - chance, not secrecy
    shares = [rng.uniform(*span) for span in ((0.01, 0.04), (0.02, 0.05), (0.01, 0.05), (0.02, 0.09))]
    return Quality(rng.randint(3_000, 900_000), *shares)


def archive_batch(world: World, at: datetime) -> Life:
    """One batch that an archive centre has finished."""
    rng = world.rng
    operation = rng.choices(OPERATIONS, OPERATION_WEIGHTS)[0]
    items = rng.randint(15, 60)
    high_use = rng.random() < 0.45
    yield _batch(world, at, operation, items, items * rng.randint(12, 40), high_use=high_use), None


def archived(world: World, at: datetime) -> Iterator[Draft]:
    """What had been described and digitised before the history begins, fonds by fonds."""
    baselines, day = world.catalogue.baselines, world.day(at)
    units = world.answering("luutru")
    for (operation, high_use), (name, share) in DONE.items():
        stated = sum(baselines.value(name, unit, day) for unit in units)
        done, fonds = int((stated or HOLDINGS[name]) * share), 8
        for n in range(fonds):
            amount = done // fonds
            items, pages = (amount, amount * 25) if operation == "described" else (amount // 25, amount)
            yield _batch(world, at + timedelta(seconds=n), operation, items, pages, high_use=high_use)


def _batch(world: World, at: datetime, operation: str, items: int, pages: int, *, high_use: bool) -> Draft:
    rng = world.rng
    centre = rng.choice(world.answering("luutru") or (world.top,))
    ref = world.ref(f"LO-{at:%y%m%d}")
    data = {
        "batch_ref": ref,
        "archive_centre": centre,
        "fonds_code": f"PHONG-{rng.randint(1, 40):03d}",
        "operation": operation,
        "items": items,
        "pages": pages,
        "error_items": int(items * 0.02) if rng.random() < 0.1 else 0,
        "high_use": high_use,
        "at": stamp(at),
    }
    return Draft("archive.batch_processed", "luutru", ref, centre, at, data)


def assessment(code: str, world: World, at: datetime) -> Life:
    """The nightly check of one dataset: a little better every week, sometimes suddenly worse."""
    rng, found = world.rng, _quality(world.seed, code)
    elapsed = world.day(at).timetuple().tm_yday / 366
    better = (1 - 0.6 * elapsed) * (3 if rng.random() < 0.01 else rng.uniform(0.95, 1.05))
    total = int(found.records * (1 + 0.08 * elapsed))
    checked = max(total // 20, 200)
    errors = int(total * found.dirty * better)
    codes = world.organisation.on(world.day(at))
    unit = DATASETS[code] if DATASETS[code] in {each.code for each in codes} else codes[0].code
    data = {
        "dataset_code": code,
        "org": unit,
        "assessed_at": stamp(at),
        "records_total": total,
        "records_checked": checked,
        "verified_ok": checked - int(checked * found.wrong * better),
        "mandatory_total": 12 * total,
        "mandatory_filled": 12 * total - int(12 * total * found.empty * better),
        "duplicates": errors // 4,
        "format_errors": errors // 2,
        "ref_errors": errors // 3,
        "error_records": errors,
        "stale_records": int(total * found.stale * better),
        "rule_version": "2026.1" if at.year >= 2026 else "2025.1",
    }
    yield Draft("dataset.assessed", "dq_job", code, unit, at, data), None


def calls(system: System, hours: float, world: World, at: datetime) -> Life:
    """The calls of one registered system in the hours before `at`."""
    rng = world.rng
    made = int(rng.uniform(0.4, 1.6) * 900 * hours) + 1
    failed = made if rng.random() < 0.004 else int(made * rng.random() ** 6 * 0.05)
    data = {
        "system_code": system.code,
        "peer_code": rng.choice([peer for peer in PEERS if peer != system.code]),
        "service_code": rng.choice(SERVICES),
        "platform": rng.choice(PLATFORMS),
        "window_start": stamp(at - timedelta(hours=hours)),
        "calls": made,
        "ok": made - failed,
        "failed": failed,
        "p95_ms": round(rng.uniform(40, 900), 1),
    }
    yield Draft("interop.recorded", "lgsp", system.code, system.unit, at, data), None


def connected(world: World, day: date) -> list[System]:
    """The registered systems of a day that have been connected by then."""
    registered = [each for each in world.catalogue.baselines.systems if each.holds(day)]
    chance = random.Random(f"systems/{world.seed}")  # noqa: S311 - chance, not secrecy
    later = chance.sample(sorted(each.code for each in registered), min(CONNECTED_LATER, len(registered)))
    joined = int(day.timetuple().tm_yday / 366 * (CONNECTED_LATER + 1))
    waiting = set(later[joined:])
    return [each for each in registered if each.code not in waiting]


def hours_of(day: date) -> list[datetime]:
    """When the sums of calls of a day are told."""
    return [moment(day, hour) for hour in range(CALLS_EVERY_H, 25, CALLS_EVERY_H)]
