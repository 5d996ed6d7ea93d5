"""Baselines and composites in KPI files: what is accepted, and what is said when it is not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from ioc.errors import SettingsError
from ioc.kpis import PACKAGED, Kpis, read

Change = Callable[[dict[str, Any]], None]


def score(**changes: Any) -> dict[str, Any]:
    """A score of two pillars over packaged KPIs."""
    return {
        "id": "made_up_score",
        "domain": "tasks",
        "name": {"vi": "Điểm", "en": "Score"},
        "meaning": {"vi": "Điểm thử.", "en": "A score."},
        "source": {"document": "Quy chế"},
        "unit": "points",
        "direction": "up",
        "owner": "G09.919",
        "kind": "composite",
        "composite": {
            "of": "dx_score",
            "pillars": [
                {
                    "id": "a",
                    "name": {"vi": "Trụ cột A", "en": "A"},
                    "weight": 60,
                    "parts": [
                        {"kpi": "online_dossier_rate", "weight": 40},
                        {"kpi": "hr_credential_coverage", "dim": "e_card", "weight": 20, "minimum_cases": 5},
                    ],
                },
                {
                    "id": "b",
                    "name": {"vi": "Trụ cột B", "en": "B"},
                    "weight": 40,
                    "parts": [
                        {"kpi": "doc_overdue_open", "weight": 30},
                        {"declared": "dx_team", "weight": 10},
                    ],
                },
            ],
        },
    } | changes


def stock(**changes: Any) -> dict[str, Any]:
    """A packaged stock, counted out of a baseline."""
    document: dict[str, Any] = yaml.safe_load((PACKAGED / "dossier_overdue_open.yaml").read_text("utf-8"))
    part = {"view": "dossier", "numerator": "count()", "baseline": "procedures", "complement": True}
    return document | {"id": "made_up_stock", "unit": "percent", "stock": part | changes}


def saved(folder: Path, document: dict[str, Any]) -> Path:
    (folder / "kpis").mkdir(exist_ok=True)
    file = folder / "kpis" / f"{document['id']}.yaml"
    file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return file


def refused(folder: Path, document: dict[str, Any]) -> str:
    file = saved(folder, document)
    with pytest.raises(SettingsError) as caught:
        Kpis.load(folder)
    assert file.name in str(caught.value)
    return str(caught.value)


def test_a_score_is_fed_by_what_feeds_its_parts(tmp_path: Path) -> None:
    saved(tmp_path, score())
    kpis = Kpis.load(tmp_path)
    made = kpis["made_up_score"]
    assert made.score is not None
    assert set(made.feeds) == {
        feed
        for part in ("online_dossier_rate", "hr_credential_coverage", "doc_overdue_open")
        for feed in kpis[part].feeds
    }
    assert [part.name for part in made.score.parts] == [
        "online_dossier_rate",
        "hr_credential_coverage/e_card",
        "doc_overdue_open",
        "dx_team",
    ]
    assert kpis.catalogue == tmp_path


def test_an_index_by_rules(tmp_path: Path) -> None:
    file = saved(tmp_path, score(composite={"of": "qd766"}, feeds=["dossier.received"]))
    kpi = read(file)
    assert kpi.score is None
    assert kpi.composite is not None
    assert kpi.composite.of == "qd766"


def pillar(document: dict[str, Any], index: int) -> dict[str, Any]:
    found: dict[str, Any] = document["composite"]["pillars"][index]
    return found


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: pillar(d, 0).update(weight=70), "weigh 60, expected 70"),
        (lambda d: d["composite"]["pillars"].pop(), "pillars weigh 60, expected 100"),
        (lambda d: pillar(d, 1).update(id="a"), "pillar a stands twice"),
        (lambda d: pillar(d, 1)["parts"][0].update(kpi="online_dossier_rate"), "part online_dossier_rate"),
        (lambda d: pillar(d, 1)["parts"][0].update(kpi="nothing"), "nothing is no KPI"),
        (lambda d: pillar(d, 1)["parts"][0].update(kpi="dossier_due_soon"), "has no target"),
        (lambda d: pillar(d, 1)["parts"][0].update(kpi="made_up_score"), "is a score itself"),
        (lambda d: pillar(d, 1)["parts"][0].update(dim="e_card"), "has no kinds"),
        (lambda d: pillar(d, 1)["parts"][1].update(kpi="e_result_rate"), "exactly one of them"),
        (lambda d: pillar(d, 1)["parts"][1].update(minimum_cases=1), "neither dim nor minimum_cases"),
        (lambda d: d.update(feeds=["dossier.received"]), "fed by what feeds its parts"),
        (lambda d: d.update(composite={"of": "average"}), "average"),
        (lambda d: d.update(composite={"of": "qd766"}), "feeds"),
        (lambda d: d.pop("composite"), "needs ['composite']"),
    ],
)
def test_what_is_wrong_in_a_score_is_named(tmp_path: Path, change: Change, words: str) -> None:
    document = score()
    change(document)
    assert words in refused(tmp_path, document)


def test_a_stock_over_a_baseline(tmp_path: Path) -> None:
    saved(tmp_path, stock())
    kpi = Kpis.load(tmp_path)["made_up_stock"]
    assert kpi.baseline == "procedures"
    assert Kpis.load()["hr_record_coverage"].baseline == "headcount"
    assert Kpis.load()["online_dossier_rate"].baseline is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"denominator": "count()"}, "the baseline procedures is the denominator"),
        ({"baseline": None}, "needs a baseline"),
        ({"baseline": "Procedures"}, "baseline"),
    ],
)
def test_what_is_wrong_in_a_baseline_is_named(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    assert words in refused(tmp_path, stock(**changes))


def test_only_a_stock_alone_has_a_baseline(tmp_path: Path) -> None:
    flow = {"view": "dossier", "day": "opened_at", "numerator": 1, "denominator": 1}
    assert "only a kpi of kind stock" in refused(tmp_path, stock() | {"kind": "mixed", "flow": flow})
