"""Counted once, whatever dies: worker, reducer and store are killed again and again while events flow.

Afterwards every value equals an independent computation over the generated file, the ledger has no gap, and a
rebuild gives byte-equal cells. The seed stands in the test's id; `make chaos-full` runs the large one.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from ioc import canary, settings
from ioc.kpis import Kpis
from ioc.topics import BY_NAME
from local.probes import wait_for
from local.rundir import read_stack
from storage.client import Store
from storage.ledger import totals
from storage.values import Window, compute
from tests.oracle.calendar import date as date_of
from tests.oracle.calendar import day, midnight
from tests.oracle.kpis import ALL, COVERAGES, Oracle
from tests.stack.conftest import free_ports
from tests.stack.running import RunningStack

DAYS = 45
WATCH = BY_NAME["ioc.alerts"]
CANARIES = canary.urn(settings.Settings().tenant)
VICTIMS = ("worker", "clickhouse", "reducer")
CATALOGUE = Path(__file__).parents[2] / "ioc" / "catalogue"


@dataclass(frozen=True)
class Size:
    events: int
    rate: int
    kills: int
    catch_up_s: int


SMALL = Size(events=15_000, rate=500, kills=3, catch_up_s=120)
FULL = Size(events=200_000, rate=1_200, kills=10, catch_up_s=900)


@pytest.mark.parametrize(
    ("size", "seed"),
    [
        pytest.param(SMALL, 11, id="15000-seed11", marks=[pytest.mark.stack, pytest.mark.timeout(600)]),
        pytest.param(FULL, 12, id="200000-seed12", marks=[pytest.mark.chaos, pytest.mark.timeout(3600)]),
    ],
)
def test_every_value_equals_the_independent_count(size: Size, seed: int, tmp_path: Path) -> None:
    running = RunningStack(tmp_path / "data", free_ports(8)).start()
    try:
        oracle = _generate_under_fire(running, size, seed, tmp_path / "oracle.ndjson")
        ledger = _settled_ledger(running, size)
        assert ledger["gaps"] == []
        with _store(running) as store:
            _check_verdicts(store, oracle, ledger)
            _wait_for_equal_values(store, oracle, size)
            before, made_by = _closed_cells(store), _versions(store)
            with _looking(running, _values(store)) as seen:
                rebuilt = running.run("rebuild", timeout_s=size.catch_up_s)
            assert rebuilt.returncode == 0, rebuilt.stderr
            assert _closed_cells(store) == before
            assert before
            assert _versions(store)[0] > made_by[1], "the cells were not made anew"
            assert seen.looks > 10 and not seen.wrong, seen
            if size is FULL:  # the engine's tests check small ones
                checked = running.run("rebuild", "--check", timeout_s=size.catch_up_s)
                assert checked.returncode == 0, checked.stdout + checked.stderr
    except BaseException:
        sys.stderr.write(running.last_lines())
        raise
    finally:
        running.stop(within_s=30)


def _generate_under_fire(running: RunningStack, size: Size, seed: int, file: Path) -> Oracle:
    """Run the simulator and kill processes until it is done and each of them has died often enough."""
    numbers = [
        "--seed",
        str(seed),
        "--events",
        str(size.events),
        "--rate",
        str(size.rate),
        "--days",
        str(DAYS),
    ]
    command = [sys.executable, "-m", "ioc", "simulate", *numbers, "--oracle", str(file), "--json"]
    chance = random.Random(seed)
    simulator = subprocess.Popen(
        [*command, "--data", str(running.data)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(size.kills):
            for name in VICTIMS:
                _kill(running, name)
                time.sleep(chance.uniform(0.1, 1.0))
        out, _ = simulator.communicate(timeout=size.catch_up_s + size.events / size.rate)
    finally:
        simulator.kill()
    assert simulator.returncode == 0, out
    return Oracle(file, _headcounts())


def _kill(running: RunningStack, name: str) -> None:
    """SIGKILL one process of the stack while it works."""
    state: dict[str, Any] = {}

    def working() -> bool:
        state.update(read_stack(running.data)["processes"][name])
        return bool(state["up"] and state["pid"])

    assert wait_for(working, 90), f"{name} did not come back\n{running.last_lines()}"
    os.kill(state["pid"], signal.SIGKILL)
    # The supervisor notices within its next look; until then the file still shows the dead one as up.
    assert wait_for(lambda: read_stack(running.data)["processes"][name]["pid"] != state["pid"], 30)


def _settled_ledger(running: RunningStack, size: Size) -> dict[str, Any]:
    """The ledger once everything that Kafka holds has landed."""
    seen: dict[str, Any] = {}

    def settled() -> bool:
        done = running.run("ledger", "--json")
        if done.returncode == 0:
            seen.clear()
            seen.update(json.loads(done.stdout))
        return bool(seen) and seen["in_flight"] == 0 and seen["received"] >= size.events

    assert wait_for(settled, size.catch_up_s), seen
    return seen


def _check_verdicts(store: Store, oracle: Oracle, ledger: dict[str, Any]) -> None:
    """What was sent, by verdict, reason and identity; the centre's own alerts are beside that."""
    found = Counter[str]()
    own = Counter[str]()
    for each in totals(store):
        if not each.own:
            (own if each.topic == WATCH.name else found)[each.verdict] += each.records
    assert found == oracle.written.verdicts, ledger
    # The report was made before this reading, and an alert may have opened between them.
    assert found.total() <= ledger["received"] <= found.total() + own.total(), own
    assert own.keys() <= {"counted", "suppressed"}, own
    rows = store.query("SELECT reason, count() FROM ioc.events WHERE verdict = 'rejected' GROUP BY reason")
    assert dict(rows) == dict(oracle.written.reasons)
    counted = store.query(
        "SELECT source, id FROM ioc.events"
        " WHERE verdict = 'counted' AND _table != %(own)s AND source != %(urn)s",
        {"own": WATCH.ledger, "urn": CANARIES},
    )
    assert sorted(counted) == sorted(oracle.written.ids)


def _wait_for_equal_values(store: Store, oracle: Oracle, size: Size) -> None:
    """Both computations at the same instant, until the reducer has caught up with the ledger."""
    wrong: list[str] = []

    def equal() -> bool:
        now = int(datetime.now(UTC).timestamp() * 1000)
        wrong[:] = list(_differences(store, oracle, now))
        return not wrong

    assert wait_for(equal, size.catch_up_s, every_s=2), f"{len(wrong)} values differ: {wrong[:20]}"
    today = day(int(datetime.now(UTC).timestamp() * 1000))
    for kpi in ALL:
        _, below = oracle.table(kpi, today - DAYS, today, midnight(today + 1))["", ""]
        assert below > 10, f"{kpi} compares next to nothing"


def _differences(store: Store, oracle: Oracle, now: int) -> Iterator[str]:
    windows = _windows(now)
    kpis = Kpis.load()
    root = settings.Settings().tenant
    found = compute(store, [kpis[kpi] for kpi in ALL], windows, tenant=root)
    stored: dict[tuple[str, str], dict[tuple[str, str], tuple[int, int]]] = {}
    for value in found:
        of = (value.unit if value.unit != root else "", value.dim)
        stored.setdefault((value.kpi, value.window), {})[of] = value.numerator, value.denominator
    for kpi in ALL:
        for window in windows:
            first, last = (_number(each) for each in (window.start, window.last))
            expected = oracle.table(kpi, first, last, window.t)
            got = stored.get((kpi, window.name), {})
            for of in expected.keys() | got.keys():
                if _plain(expected.get(of), kpi) != _plain(got.get(of), kpi):
                    yield f"{kpi} {of} {window.name}: expected {expected.get(of)}, got {got.get(of)}"


def _plain(pair: tuple[int, int] | None, kpi: str) -> tuple[int, int]:
    """Nothing counted is nothing, whether it is said or not; so is a coverage of nobody."""
    if pair is None or (kpi in COVERAGES and not pair[0]):
        return 0, 0
    return pair


def _windows(now: int) -> list[Window]:
    """Every day of the history, and the week, month and year to date of today."""
    today = day(now)
    numbers = range(today - DAYS + 1, today + 1)
    days = [Window(f"day {date_of(n)}", date_of(n), date_of(n), min(now, midnight(n + 1))) for n in numbers]
    on = date_of(today)
    starts = {
        "week": on - timedelta(days=on.weekday()),
        "month": on.replace(day=1),
        "ytd": on.replace(month=1, day=1),
    }
    return days + [Window(name, start, on, now) for name, start in starts.items()]


def _number(of: date) -> int:
    return (of - date(1970, 1, 1)).days


def _closed_cells(store: Store) -> list[tuple[Any, ...]]:
    """Cells of all closed days, without the number of the tick that wrote them."""
    return store.query(
        "SELECT kpi, part, dim, unit, day, numerator, denominator, cases FROM ioc.kpi_cells FINAL"
        " WHERE day < toDate(now('Asia/Ho_Chi_Minh')) AND (numerator, denominator, cases) != (0, 0, 0)"
        " ORDER BY kpi, part, dim, unit, day"
    )


@dataclass
class _Seen:
    """What somebody saw who looked all the time: how often, and what was missing, less than before or old."""

    looks: int = 0
    wrong: list[str] = field(default_factory=list)


def _values(store: Store) -> dict[str, int]:
    """What only grows: events of this year, of all units; cells; cases; and whether values are fresh."""
    rows = store.query(
        "SELECT toString(kpi), toInt64(any(denominator)), min(ifNull(fresh, 1)) FROM ioc_read.values_now"
        " WHERE window = 'ytd' AND unit = 'G09' AND dim = '' AND kpi IN"
        " ('online_dossier_rate', 'doc_registered_on_time_rate', 'doc_digital_exchange_rate') GROUP BY kpi"
    )
    found = {kpi: int(d) for kpi, d, _ in rows}
    found["fresh"] = min((int(fresh) for _, _, fresh in rows), default=0)
    ((found["cells"], found["dossiers"]),) = store.query(
        "SELECT (SELECT sum(denominator) FROM ioc_read.cells WHERE part = 'flow'),"
        " (SELECT count() FROM ioc_read.cases_dossiers)"
    )
    return found


@contextmanager
def _looking(running: RunningStack, before: dict[str, int]) -> Iterator[_Seen]:
    """Read without a pause, with a connection of its own, until the block ends."""
    seen, enough = _Seen(), threading.Event()

    def look() -> None:
        with _store(running) as store:
            while not enough.is_set():
                now = _values(store)
                seen.looks += 1
                seen.wrong += [
                    f"{name}: {now.get(name)} after {was}"
                    for name, was in before.items()
                    if now.get(name, -1) < was
                ]

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        enough.set()
        watcher.join()


def _versions(store: Store) -> tuple[int, int]:
    """The first and the last tick that the present cells come from."""
    ((first, last),) = store.query("SELECT min(version), max(version) FROM ioc.kpi_cells FINAL")
    return first, last


def _headcounts() -> dict[str, int]:
    """The staff of the units that still exist: the history is too short to know others."""
    entries = yaml.safe_load((CATALOGUE / "units.yaml").read_text(encoding="utf-8"))["units"]
    lasting = [entry for entry in entries if entry["parent"] is not None and "valid_to" not in entry]
    return {entry["code"]: entry["headcount"] for entry in lasting}


@contextmanager
def _store(running: RunningStack) -> Iterator[Store]:
    store = Store(settings.load(running.data).clickhouse)
    try:
        yield store
    finally:
        store.close()
