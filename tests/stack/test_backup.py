"""The restore drill on a whole stack: copied under load, wiped, put back, caught up from Kafka, all equal."""

import json
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ioc import settings
from local.probes import wait_for
from storage.client import Store
from tests.stack.conftest import free_ports
from tests.stack.running import RunningStack

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]

EVENTS = 6_000


def test_a_wiped_store_comes_back_to_the_record(tmp_path: Path) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy"
    running = RunningStack(data, free_ports(8), {"IOC_CANARY_EVERY_S": "0"}).start()
    try:
        flow = _flowing(data)
        assert wait_for(lambda: _landed(running) > EVENTS // 4, 120)
        made = running.json("backup", str(copy))
        assert made["rows"] > 0 and made["kafka"]["ends"]
        assert flow.wait(240) == 0
        before = _settled(running)
        assert running.stop(within_s=30) == 0
        refused = running.run("restore", str(copy))
        assert refused.returncode == 1 and "holds a store already" in refused.stderr
        shutil.rmtree(data / "clickhouse")
        restored = running.json("restore", str(copy))
        assert restored["rows"] >= 0 and restored["made_at"]
        running.start()
        assert _settled(running) == before
    except BaseException:
        sys.stderr.write(running.last_lines())
        raise
    finally:
        running.stop(within_s=30)


def test_a_copy_that_was_touched_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    (copy / "files" / "x").mkdir(parents=True)
    (copy / "manifest.json").write_text(json.dumps({"format": 1, "migrations": ["9999_later.sql"]}))
    done = subprocess.run(
        [sys.executable, "-m", "ioc", "restore", str(copy), "--reissue", "--data", str(tmp_path / "data")],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "newer version" in done.stderr


def _flowing(data: Path) -> subprocess.Popen[bytes]:
    numbers = ["--seed", "7", "--events", str(EVENTS), "--rate", "300"]
    command = [sys.executable, "-m", "ioc", "simulate", *numbers, "--json", "--data", str(data)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _landed(running: RunningStack) -> int:
    state = json.loads(running.run("ledger", "--json").stdout)
    return int(state["received"] - state["in_flight"])


def _settled(running: RunningStack) -> dict[str, Any]:
    """Ledger and closed cells, once everything has landed and been reduced."""
    seen: dict[str, Any] = {}

    def still() -> bool:
        now = _content(running)
        state = json.loads(running.run("ledger", "--json").stdout)
        same = bool(seen) and now == seen and state["in_flight"] == 0 and state["received"] >= EVENTS
        seen.clear()
        seen.update(now)
        return same and not state["gaps"]

    assert wait_for(still, 240, every_s=5), {key: len(str(value)) for key, value in seen.items()}
    assert running.json("reconcile")["adds_up"]
    assert running.json("audit", "verify")["lines"], "the trail's chain holds, before the copy and after"
    return dict(seen)


def _content(running: RunningStack) -> dict[str, Any]:
    with closing(Store(settings.load(running.data).clickhouse, timeout=60)) as store:
        return {
            "ledger": store.query(
                "SELECT _table, count(),"
                " sum(cityHash64(topic_id, partition, offset, verdict, fingerprint, data))"
                " FROM ioc.events WHERE _table != 'events_alerts' GROUP BY _table ORDER BY _table"
            ),
            "cells": store.query(
                "SELECT kpi, part, dim, unit, day, numerator, denominator, cases FROM ioc.kpi_cells FINAL"
                " WHERE day < toDate(now('Asia/Ho_Chi_Minh'))"
                " AND (numerator, denominator, cases) != (0, 0, 0)"
                " ORDER BY kpi, part, dim, unit, day"
            ),
        }
