"""`ioc qd766 check` over saved answers of every group: what the portal published, out of its own counters."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ioc.cli import ROOMS, app
from ioc.cli.qd766 import register
from tests.unit.qd766 import published

Save = Callable[..., Path]


def register_once() -> None:
    """The command line registers its rooms when it starts; a test that invokes a command does so itself."""
    assert "qd766" in ROOMS
    if not any(group.name == "qd766" for group in app.registered_groups):
        register(app)


register_once()


@pytest.fixture
def save(tmp_path: Path) -> Save:
    def _save(document: Any, name: str = "saved.json") -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
        return file

    return _save


def run(*arguments: Any) -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(app, ["qd766", "check", *map(str, arguments), "--json"])
    return result.exit_code, json.loads(result.stdout)


def refusal(*arguments: Any) -> str:
    result = CliRunner().invoke(app, ["qd766", "check", *map(str, arguments), "--json"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr


@pytest.mark.parametrize(
    ("group", "rows", "unchecked"),
    [
        ("transparency", 3 * 5, 0),
        ("dvc-progress-tree", len(published.PROGRESS), 0),
        ("provide-online-tree", 1, 2),
        ("formality-online-payment-tree", len(published.PAYMENT), 0),
        ("dossier-digitized", 3 * 7, 0),
        ("handling-satisfaction", 4 * 4, 0),
    ],
)
def test_every_published_score_comes_out(save: Save, group: str, rows: int, unchecked: int) -> None:
    code, found = run(save(published.ALL[group]()))
    assert found == {"rows": rows, "within": rows, "differences": [], "unchecked": unchecked}
    assert code == 0


def test_a_folder_of_all_groups(save: Save, tmp_path: Path) -> None:
    for group, made in published.ALL.items():
        save(made(), f"2026/{group}.json")
    code, found = run(tmp_path)
    assert (code, found["differences"]) == (0, [])
    assert found["within"] == found["rows"] == 15 + 7 + 1 + 9 + 21 + 16


def test_a_changed_score_is_found_and_named(save: Save) -> None:
    answer = published.digitised()
    answer["data"]["evaluation"][1]["metrics"][0]["score"] = 5.92
    code, found = run(save(answer))
    assert code == 1
    assert found["within"] == found["rows"] - 1
    assert found["differences"] == [
        {
            "unit": "H44.104",
            "group": "dossier-digitized",
            "metric": "ORIGINAL_RESULT_AVAILABLE",
            "published": 5.92,
            "ours": 5.9,
        }
    ]


def test_a_changed_total_is_found_in_both_shapes(save: Save) -> None:
    tree, listed = published.payment(), published.satisfaction()
    tree["data"]["children"][3]["totalScore"] = 6.7
    listed["data"]["overview"]["totalScore"] = 11.4
    code, found = run(save(tree, "tree.json"), save(listed, "listed.json"))
    assert code == 1
    assert [(each["unit"], each["metric"], each["ours"]) for each in found["differences"]] == [
        ("H44.100", "total", 6.68),
        ("H44", "total", 11.43),
    ]


@pytest.mark.parametrize(("score", "different"), [(19.585, False), (19.5851, True), (19.5549, True)])
def test_the_tolerance_is_fifteen_thousandths(save: Save, score: float, different: bool) -> None:
    answer = published.progress()
    answer["data"]["parent"]["totalScore"] = score  # ours is 19.57
    assert bool(run(save(answer))[1]["differences"]) is different


def test_null_stays_null(save: Save) -> None:
    code, found = run(save(published.nothing_at_all()))
    assert (code, found["rows"], found["differences"]) == (0, 5, [])
    zeroed = published.nothing_at_all()
    zeroed["data"]["overview"]["metrics"][0]["score"] = 0
    assert run(save(zeroed))[1]["differences"] == [
        {
            "unit": "H44.01",
            "group": "transparency",
            "metric": "PUBLISH_ON_TIME",
            "published": 0.0,
            "ours": None,
        }
    ]
    emptied = published.transparency()
    emptied["data"]["overview"]["metrics"][2]["score"] = None
    assert run(save(emptied))[1]["differences"][0] | {"unit": ""} == {
        "unit": "",
        "group": "transparency",
        "metric": "PUBLIC_CONTENT_FULL",
        "published": None,
        "ours": 1.96,
    }


def test_a_unit_without_a_code_is_named_by_its_id(save: Save) -> None:
    answer = published.transparency()
    answer["data"]["overview"]["metrics"][3]["score"] = 5
    assert run(save(answer))[1]["differences"][0]["unit"] == "id-H44"


def test_units_beneath_units_are_checked(save: Save) -> None:
    answer = published.progress()
    child = answer["data"]["children"].pop()
    answer["data"]["children"][0]["children"] = [child | {"score": 3}]
    differences = run(save(answer))[1]["differences"]
    assert [(each["unit"], each["published"], each["ours"]) for each in differences] == [
        ("H44.105", 3.0, 0.0)
    ]


def test_wrapping_and_unknown_fields_do_not_matter(save: Save) -> None:
    answer = published.payment()
    answer["data"]["parent"] |= {"extra": {"deep": [1]}, "level": None}
    answer |= {"trace": "x", "took": 12}
    wrapped = {
        "capturedAt": "2026-10-01T08:00:00+07:00",
        "request": {"timeType": "quarter"},
        "response": answer,
    }
    for document in (wrapped, [wrapped], {"formality-online-payment-tree": answer["data"]}):
        code, found = run(save(document))
        assert (code, found["rows"]) == (0, len(published.PAYMENT))
    assert run(save("\ufeff" + json.dumps(answer)))[0] == 0


def test_points_of_a_metric_no_rule_knows_stay_in_the_total(save: Save) -> None:
    answer = published.digitised()
    answer["data"]["overview"]["metrics"].append(published.metric("SOMETHING_NEW", 1, 2, 50, 1.5, 3))
    answer["data"]["overview"]["totalScore"] = 12.18
    assert run(save(answer))[0] == 0


def test_a_metric_may_go_by_its_number(save: Save) -> None:
    """Also where the portal itself has counters: no published score passes unseen because of its name."""
    line = published.unit(
        "H44", 19.57, 20, metrics=[published.metric("2.1", 161_553, 165_139, 97, 19.57, 20)]
    )
    assert run(save(published.by_metrics(line))) == (
        0,
        {"rows": 2, "within": 2, "differences": [], "unchecked": 0},
    )
    line["metrics"][0]["score"] = 19
    line |= {"totalReceived": 165_139, "totalOnTime": 161_553}
    code, found = run(save(published.by_metrics(line)))
    assert (code, found["rows"]) == (1, 2)
    assert found["differences"] == [
        {"unit": "H44", "group": "dvc-progress-tree", "metric": "2.1", "published": 19.0, "ours": 19.57}
    ]


def test_rules_of_a_catalogue_of_ones_own(save: Save, tmp_path: Path) -> None:
    packaged = Path("ioc/catalogue/qd766.yaml").read_text(encoding="utf-8")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "qd766.yaml").write_text(packaged.replace("full_at: 0.9", "full_at: 1"), "utf-8")
    code, found = run(save(published.satisfaction()), "--catalogue", tmp_path / "own")
    assert code == 1
    assert {each["metric"] for each in found["differences"]} == {"DOSSIER_RECEIVING_SATISFACTION", "total"}


def test_what_cannot_be_read_is_said_in_a_sentence(save: Save, tmp_path: Path) -> None:
    good = save(published.online(), "good.json")
    assert "absent.json" in refusal(good, tmp_path / "absent.json")
    assert "not JSON" in refusal(save("<html>", "page.json"))
    assert "'ERR_403'" in refusal(save({"code": "ERR_403", "message": "x"}, "refused.json"))
    assert "data.overview" in refusal(save({"code": "OK", "data": {"items": []}}, "other.json"))
    assert "data.overview" in refusal(save("[]", "empty.json"))
    assert "NaN" in refusal(save('{"data": {"parent": {"totalScore": NaN}, "children": []}}', "nan.json"))
    unnamed = {"parent": {"departmentCode": "H44", "totalScore": 1, "totalMaxScore": 7}, "children": []}
    assert "group" in refusal(save({"code": "OK", "data": unnamed}, "unnamed.json"))
    worded = published.progress()
    worded["data"]["parent"]["totalOnTime"] = "nhiều"
    assert "totalOnTime" in refusal(save(worded, "worded.json"))
    assert "2026-13" in refusal(good, "--period", "2026-13")


def test_a_person_reads_it_too(save: Save) -> None:
    answer = published.progress()
    answer["data"]["parent"]["totalScore"] = 20
    result = CliRunner().invoke(app, ["qd766", "check", str(save(answer))])
    assert result.exit_code == 1
    assert "H44  dvc-progress-tree  total: công bố 20,00, tính lại 19,57" in result.stdout
