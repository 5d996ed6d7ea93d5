"""Rule files: the packaged ones, an own catalogue's, and what is wrong with a bad one."""

from pathlib import Path

import pytest

from ioc import notify
from ioc.alerts import PACKAGED, Rules, alert_ref
from ioc.errors import SettingsError
from ioc.kpis import Kpis
from ioc.review import Tables, review
from storage import schema, watching
from tests.unit.watch.support import at

TABLES = Tables({**schema.views(), **watching.columns()}, schema.spans())


def changed(folder: Path, name: str, *changes: tuple[str, str], to: str = "") -> Path:
    text = (PACKAGED / f"{name}.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    own = folder / "alerts"
    own.mkdir(exist_ok=True)
    (own / f"{to or name}.yaml").write_text(text, encoding="utf-8")
    return folder


def test_the_rules_are_there_each_with_a_procedure_and_reasons() -> None:
    rules = Rules.load()
    assert len(rules) == 14
    assert all(rule.procedure and rule.reasons and rule.escalate for rule in rules.values())
    assert rules["hoatoc_unassigned"].quiet == "never"
    assert len(rules.about(Kpis.load())) == 14


def test_a_new_file_is_a_new_rule_and_one_of_the_same_name_goes_first(tmp_path: Path) -> None:
    changed(tmp_path, "task_overdue", ("severity: major", "severity: minor"))
    changed(tmp_path, "task_overdue", ("id: task_overdue", "id: task_late"), to="task_late")
    rules = Rules.load(tmp_path)
    assert len(rules) == 15
    assert rules["task_overdue"].severity == "minor"
    assert not [each for each in review(tmp_path, TABLES).findings if "alerts/" in each.file]


def test_the_owner_of_a_kpi_stands_for_its_code_and_rules_without_their_kpi_are_left_out() -> None:
    kpis = dict(Kpis.load())
    rule = Rules.load().about(kpis)["hr_sync_breach"]
    assert rule.escalate[0].unit == kpis["hr_sync_sla_rate"].owner
    del kpis["hr_sync_sla_rate"]
    assert "hr_sync_breach" not in Rules.load().about(kpis)


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("task_overdue", "since: due_at", "since: due_at_x", "cases.since: due_at_x to be a column of task"),
        ("task_overdue", "where: open AND", "where: (open AND", "cases.where: a closing bracket"),
        ("task_overdue", "view: task", "view: tasks", "cases.view: tasks to be a view"),
        ("task_overdue", "kpi: task_overdue_open", "kpi: none_such", "kpi none_such to be a KPI"),
        ("task_overdue", "owner: thu_truong_don_vi", "owner: ong_chu", "owner ong_chu to be a role"),
        ("task_overdue", "task.assigned", "task.forgotten", "feeds: task.forgotten to be an event type"),
        ("task_overdue", "role: chanh_van_phong,", "role: chanh_van_phong, unit: G77,", "escalate.unit G77"),
        ("task_overdue", "severity: major", "severity: grave", "severity: Input should be"),
        ("ontime_drop", "below: 95", "below: 95, above: 99", "expected either below or above"),
        ("source_gap", "quiet: never", "quiet: never\nrenew: true", "renew needs cases.since"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found_with_file_and_expectation(
    tmp_path: Path, name: str, old: str, new: str, expected: str
) -> None:
    found = review(changed(tmp_path, name, (old, new)), TABLES).findings
    said = [each.expected for each in found if each.file == f"alerts/{name}.yaml"]
    assert any(expected in each for each in said), said


def test_a_bad_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"task_overdue\.yaml: severity"):
        Rules.load(changed(tmp_path, "task_overdue", ("severity: major", "severity: grave")))
    with pytest.raises(SettingsError, match="expected the name of the file, renamed"):
        other = tmp_path / "other"
        other.mkdir()
        Rules.load(changed(other, "task_overdue", to="renamed"))


def test_the_name_of_an_alert_comes_from_rule_unit_and_instant_alone() -> None:
    first = alert_ref("r", "G09.901", at("2026-03-02 08:00"))
    assert first == alert_ref("r", "G09.901", at("2026-03-02 08:00"))
    others = {
        alert_ref("q", "G09.901", at("2026-03-02 08:00")),
        alert_ref("r", "G09.902", at("2026-03-02 08:00")),
        alert_ref("r", "G09.901", at("2026-03-02 08:01")),
    }
    assert len({first, *others}) == 4


def test_targets_of_notification_hold_no_addresses() -> None:
    targets = notify.load()
    assert {"truc_ca", "webhook"} <= {target.id for target in targets}
    assert "://…" in (PACKAGED.parent / "notify.yaml").read_text(encoding="utf-8")
