"""A second ministry beside the first: another folder of reference data and other ports, the same code."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from ioc.settings import load
from local.probes import wait_for
from storage.client import Store

from .conftest import free_ports
from .running import RunningStack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]
EXAMPLE = Path(__file__).parents[2] / "examples" / "g02"


@pytest.fixture(scope="module")
def second(stack: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """Bộ Công Thương, while the first ministry's stack runs."""
    data = tmp_path_factory.mktemp("second") / "data"
    running = RunningStack(data, free_ports(8), options=["--catalogue", str(EXAMPLE)])
    try:
        yield running.start()
    finally:
        running.stop()


def received(source: str, *, tenant: str = "G02", unit: str = "G02.904") -> dict[str, Any]:
    """An export licence asked for online, a minute ago."""
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1)
    said = at.isoformat().replace("+00:00", "Z")
    ref = f"000.00.01.{tenant}-1"
    data = {
        "dossier_ref": ref, "procedure_code": "2.000001", "field_code": "xuat_nhap_khau", "org": unit,
        "channel": "online", "applicant_kind": "business", "submitted_at": said, "received_at": said,
        "due_at": (at + timedelta(days=9)).isoformat().replace("+00:00", "Z"), "statutory_days": 5,
        "digitised_components": True, "components_total": 3, "components_reused": 0, "vneid_verified": True,
        "fee_required": False,
    }  # fmt: skip
    return {
        "specversion": "1.0", "id": "6f2b8a54-0000-4000-8000-000000000001",
        "type": "vn.gov.ioc.dossier.received.v1", "source": f"urn:ioc:{tenant}:{source}", "subject": ref,
        "time": said, "datacontenttype": "application/json", "tenant": tenant, "orgunit": unit,
        "seqno": 1, "producedat": said, "dataclass": "internal", "data": data,
    }  # fmt: skip


def publish(stack: RunningStack, source: str, event: dict[str, Any]) -> httpx.Response:
    key = stack.json("credentials", source)["key"]
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/cloudevents+json"}
    return httpx.post(f"{stack.ready['gateway']}/v1/events", json=event, headers=headers)


def test_an_event_of_its_own_source_counts_in_its_own_units(second: RunningStack) -> None:
    answer = publish(second, "vnsw", received("vnsw"))
    assert answer.status_code == 202, answer.text
    arguments = ("value", "verified_dossier_rate", "--window", "ytd", "--unit", "G02.904")
    assert wait_for(lambda: second.json(*arguments)["denominator"] == 1, 60, every_s=0.5), second.last_lines()
    for kpi in ("verified_dossier_rate", "online_dossier_rate"):
        value = second.json("value", kpi, "--window", "ytd")
        assert (value["unit"], value["numerator"], value["denominator"]) == ("G02", 1, 1)
    assert second.json("value", "online_dossier_rate")["target"] == 80


def test_its_units_indicators_and_wall_are_its_own(second: RunningStack) -> None:
    store = Store(load(second.data).clickhouse, role="reader")
    try:
        units = {code for (code,) in store.query("SELECT code FROM ioc_read.units")}
        kpis = dict(store.query("SELECT kpi, owner FROM ioc_read.kpis"))
        changes = store.query("SELECT DISTINCT tenant, toString(kind) FROM ioc_read.catalogue_changes")
    finally:
        store.close()
    assert len(units) == 11
    assert all(code.startswith("G02") for code in (*units, *kpis.values()))
    assert {"verified_dossier_rate", "portal_sync_rate", "service_index_766"} <= kpis.keys()
    assert not {"gov10_task_completion", "archive_digitised_rate", "unit_dx_score"} & kpis.keys()
    assert changes == [("G02", "first")]
    board = json.loads((second.data / "boards" / "operations-wall.json").read_text(encoding="utf-8"))
    assert "Bộ Công Thương" in json.dumps(board, ensure_ascii=False)
    assert httpx.get(f"{second.ready['wall']}/healthz").json()["ok"]
    assert second.json("catalogue", "changes")["changes"] == []


def test_neither_takes_the_others_events_or_data(stack: RunningStack, second: RunningStack) -> None:
    strange = publish(stack, "qlvb", received("qlvb"))
    assert strange.status_code in (403, 422), strange.text
    strange = publish(second, "qlvb", received("qlvb", tenant="G09", unit="G09.901"))
    assert strange.status_code in (403, 422), strange.text
    done = second.run("up", "--port-base", str(free_ports(8)), "--tenant", "G09")
    assert done.returncode == 1
    assert "expected G02" in done.stderr
