"""KPI files: complete, strict, and their errors name file and key."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from ioc.contracts import BY_NAME
from ioc.errors import SettingsError
from ioc.formulas import uses_clock
from ioc.kpis import PACKAGED, Kpis, feeding, read
from storage.cells import formulas
from streams.reduce.kinds import KINDS
from tests.unit.reduce.cases import catalogue

WANTED = {
    "doc_digital_exchange_rate", "doc_registered_on_time_rate", "doc_urgent_assign_minutes_p95",
    "doc_on_time_rate", "doc_overdue_open", "doc_sent_on_time_rate", "dossier_on_time_rate",
    "dossier_overdue_open", "dossier_due_soon", "dossier_time_ratio", "online_dossier_rate",
    "online_procedure_rate", "portal_sync_rate", "online_payment_rate", "dossier_digitised_rate",
    "e_result_rate", "satisfaction_rate", "feedback_on_time_rate", "procedure_reduction_rate",
    "hr_record_coverage", "hr_sync_sla_rate", "hr_credential_coverage", "dx_training_coverage",
    "ai_skill_coverage", "archive_highuse_digitised_rate", "archive_digitised_rate",
    "archive_described_rate", "gov10_task_completion", "task_on_time_rate", "task_overdue_open",
    "dq_correct_rate", "dq_complete_rate", "dq_clean_rate", "dq_live_rate", "interop_coverage_rate",
    "source_staleness_minutes", "event_latency_p95", "alert_ack_minutes_p90",
}  # fmt: skip


def written(folder: Path, **changes: object) -> Path:
    document = yaml.safe_load((PACKAGED / "online_dossier_rate.yaml").read_text(encoding="utf-8")) | changes
    (folder / "kpis").mkdir(exist_ok=True)
    file = folder / "kpis" / "online_dossier_rate.yaml"
    file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return file


def test_the_packaged_kpis() -> None:
    kpis = Kpis.load()
    assert set(kpis) >= WANTED
    for kpi in kpis.values():
        assert set(kpi.feeds) <= set(BY_NAME), kpi.id
        assert not kpi.feeds or feeding(kpi, catalogue().sources), kpi.id
        assert kpi.owner in catalogue().units.codes
        assert all(formula.view in KINDS for formula in formulas(kpi))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "mixed"}, "needs ['flow', 'stock']"),
        ({"colour": "red"}, "colour"),
        ({"id": "other"}, "expected the name of the file"),
        ({"feeds": []}, "feeds"),
        ({"name": {"vi": "Tỷ lệ"}}, "name.en"),
        ({"direction": "sideways"}, "direction"),
        ({"targets": [{"value": 95, "dim": "citizen"}]}, "the kpi has no dim"),
        ({"flow": {"view": "dossier", "day": "opened_at", "numerator": "count()"}}, "flow.denominator"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, changes: dict[str, object], words: str) -> None:
    file = written(tmp_path, **changes)
    with pytest.raises(SettingsError) as caught:
        read(file)
    assert words in str(caught.value)
    assert str(file) in str(caught.value)


def test_a_file_of_the_same_id_takes_the_place_of_the_packaged_one(tmp_path: Path) -> None:
    written(tmp_path, minimum_cases=3)
    assert Kpis.load(tmp_path)["online_dossier_rate"].minimum_cases == 3
    assert len(Kpis.load(tmp_path)) == len(Kpis.load())


@pytest.mark.parametrize(
    ("on", "target"), [(date(2025, 6, 1), 90), (date(2026, 1, 1), 95), (date(2031, 1, 1), 95)]
)
def test_the_next_target_counts_and_then_the_last(tmp_path: Path, on: date, target: float) -> None:
    targets = [{"value": 95, "by": "2030-12-31"}, {"value": 90, "by": "2025-12-31"}]
    assert read(written(tmp_path, targets=targets)).target(on) == target


def test_a_kind_has_its_own_target_or_that_of_the_whole() -> None:
    urgent = Kpis.load()["doc_urgent_assign_minutes_p95"]
    on = date(2026, 3, 2)
    assert (urgent.target(on), urgent.target(on, "hoa_toc"), urgent.target(on, "khan")) == (30, 15, 30)


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("due_at < t", True),
        ("countIf(t > due)", True),
        ("count()", False),
        ("p.t = 1", False),
        ("total", False),
    ],
)
def test_an_expression_that_speaks_of_the_clock(text: str, clock: bool) -> None:
    assert uses_clock(text, None) is clock
