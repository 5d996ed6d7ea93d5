"""A KPI file in a catalogue of one's own is drawn and documented without a line of code about it."""

import json
from pathlib import Path

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from dashboards.boards.catalogue import load
from dashboards.boards.clickhouse import Query
from dashboards.boards.kpi import tile
from dashboards.boards.parts import place
from dashboards.boards.values import Shown, statement
from ioc.docs import generate
from tests.unit.reduce.test_kpi_composites import saved, score, stock


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("catalogue")
    saved(folder, stock(baseline="headcount") | {"direction": "up", "targets": [{"value": 55}]})
    saved(folder, score(targets=[{"value": 71}]))
    return folder


@pytest.mark.parametrize(
    ("kpi", "unit", "decimals", "target"),
    [("made_up_stock", "percent", 1, 55), ("made_up_score", "short", 1, 71)],
)
def test_it_is_drawn(folder: Path, kpi: str, unit: str, decimals: int, target: float) -> None:
    facts = load(folder)
    values = Query(statement([Shown(kpi, "ytd")]))
    made = tile(facts.measure(kpi), values, place(0, 0, 6, 9)).build()
    panel = json.loads(JSONEncoder(sort_keys=True).encode(made))
    assert panel["title"] == facts.measures[kpi].name
    assert panel["description"] == facts.measures[kpi].meaning
    defaults = panel["fieldConfig"]["defaults"]
    assert (defaults["unit"], defaults["decimals"]) == (unit, decimals)
    assert target in [step["value"] for step in defaults["thresholds"]["steps"]]
    assert f"'{kpi}'" in json.dumps(panel["targets"], ensure_ascii=False)


def test_it_is_documented_and_what_is_declared_is_marked(folder: Path) -> None:
    (stocked, scored) = (
        next(line for line in generate.pages(folder)["kpis.md"].splitlines() if f"`{kpi}`" in line)
        for kpi in ("made_up_stock", "made_up_score")
    )
    assert "mẫu số là số gốc `headcount`" in stocked
    assert "Trụ cột A 60 điểm: `online_dossier_rate` 40, `hr_credential_coverage/e_card` 20" in scored
    assert "`dx_team` (tự khai) 10" in scored
