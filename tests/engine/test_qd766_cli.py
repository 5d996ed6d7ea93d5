"""`ioc qd766 import` and `explain` against the real engine: our score beside the published one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ioc.cli import app
from ioc.settings import ClickHouse
from storage.client import Store
from tests.engine.process import environment
from tests.engine.reducing import Bench
from tests.engine.test_qd766 import MARCH
from tests.unit.qd766 import published
from tests.unit.qd766.test_check import register_once

pytestmark = pytest.mark.engine
Run = Callable[..., Any]


@pytest.fixture(scope="module", autouse=True)
def counted(alone: Store) -> None:
    Bench(alone, "2026-03-10 10:00").reduce(MARCH)
    alone.execute("TRUNCATE TABLE ioc.qd766_official")


@pytest.fixture
def run(own_engine: ClickHouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    for name, value in environment(own_engine).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("IOC_CLICKHOUSE__HOST", own_engine.host)
    monkeypatch.setenv("IOC_DATA", str(tmp_path / "data"))
    register_once()

    def _run(*arguments: Any, code: int = 0) -> Any:
        result = CliRunner().invoke(app, ["qd766", *map(str, arguments)])
        assert result.exit_code == code, result.output
        return json.loads(result.stdout) if "--json" in arguments else result.output

    return _run


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    folder = tmp_path / "answers"
    folder.mkdir()
    for group, made in published.ALL.items():
        (folder / f"{group}.json").write_text(json.dumps(made()), encoding="utf-8")
    return folder


def line(document: Any, metric: str) -> Any:
    return next(each for each in document["lines"] if each["metric"] == metric)


def test_published_scores_stand_beside_ours(run: Run, saved: Path) -> None:
    alone = run("explain", "--unit", "G09.915", "--period", "2026-03", "--json")
    assert alone["official"] is None and line(alone, "4.1")["official"] is None
    kept = run("import", saved, "--period", "2026-03", "--unit", "H44=G09.915", "--json")
    assert kept["units"] == 17
    assert "H44.100" in kept["foreign"] and "G09.915" not in kept["foreign"]
    found = run("explain", "--unit", "G09.915", "--period", "2026-03", "--json")
    # 7.96 + 19.57 + 8.56 + 6.67 + 10.68 + 11.43, also of the two groups whose answers carry no codes
    assert found["official"] == 64.87
    assert found["difference"] == pytest.approx(found["points"] - 64.87)
    assert [each["official"] for each in found["groups"]] == [7.96, 19.57, 8.56, 6.67, 10.68, 11.43]
    progress = line(found, "2.1")
    # in the whole of March: A, D, H of A B C D E F H; G was another unit's
    assert (progress["numerator"], progress["denominator"], progress["points"]) == (3, 7, 8.57)
    assert (progress["official"], progress["difference"]) == (19.57, -11.0)
    assert (progress["official_numerator"], progress["official_denominator"]) == (161_553, 165_139)
    assert progress["one_more"] == pytest.approx(20 / 7, abs=1e-6)
    sync = line(found, "1.4")
    assert sync["quality_status"] == "TEMP_NATIONAL_REPORT_DENOMINATOR"
    assert (sync["official"], sync["valid_from"], sync["maximum"]) == (6.0, "2026-01-01", 6.0)
    copies = line(found, "certified_copy")
    assert (copies["points"], copies["official"], copies["difference"]) == (None, 2.0, None)
    assert "sự kiện" in copies["missing"]


def test_a_line_opens_down_to_its_events(run: Run) -> None:
    for metric, (numerator, denominator) in {
        "2.1": (3, 7),
        "5.4": (2, 7),
        "1.1": (1, 2),
        "3.2": (2, 2),
    }.items():
        found = run("explain", "--unit", "G09.915", "--period", "2026-03", "--metric", metric, "--json")
        shown = line(found, metric)
        assert (shown["numerator"], shown["denominator"]) == (numerator, denominator)
        assert sum(case["numerator"] for case in found["cases"]) == numerator
        assert sum(case["denominator"] for case in found["cases"]) == denominator
    found = run("explain", "--unit", "G09.915", "--period", "2026-03", "--metric", "5.4", "--json")
    cases = {case["subject"]: case for case in found["cases"]}
    assert cases["B"]["numerator"] == -1  # late, and disliked besides
    assert {"B-r", "B-s", "B-t"} <= set(cases["B"]["events"])
    none = run("explain", "--period", "2026-03", "--metric", "certified_copy", "--json")
    assert none["cases"] == []
    assert "  B  B-" in run("explain", "--unit", "G09.915", "--period", "2026-03", "--metric", "2.1")


def test_importing_again_replaces(run: Run, saved: Path, alone: Store) -> None:
    run("import", saved, "--period", "2026-Q1", "--unit", "H44=G09.915")
    changed = published.progress()
    changed["data"]["parent"]["totalScore"] = 18.5
    again = saved.parent / "again.json"
    again.write_text(json.dumps(changed), encoding="utf-8")
    run("import", again, "--period", "2026-Q1", "--unit", "H44=G09.915")
    found = run("explain", "--unit", "G09.915", "--period", "2026-Q1", "--json")
    assert line(found, "2.1")["official"] == 18.5
    rows = "SELECT count() FROM ioc.qd766_official FINAL WHERE period = '2026-Q1' AND unit = 'G09.915'"
    assert alone.query(rows) == [(6 + 4 + 1 + 3 + 3 + 6 + 3,)]


def test_a_null_stays_null_on_the_way(run: Run, tmp_path: Path, alone: Store) -> None:
    file = tmp_path / "nothing.json"
    file.write_text(json.dumps(published.nothing_at_all()), encoding="utf-8")
    run("import", file, "--period", "2025", "--unit", "H44.01=G09.914")
    rows = "SELECT metric, score FROM ioc.qd766_official FINAL WHERE period = '2025' ORDER BY metric"
    assert alone.query(rows) == [("", 0), ("1.1", None), ("1.2", None), ("1.3", None), ("1.4", None)]


def test_readers_see_the_published_scores(run: Run, saved: Path, reading_alone: Store) -> None:
    run("import", saved, "--period", "2026-01", "--unit", "H44=G09")
    rows = (
        "SELECT score FROM ioc_read.qd766_official WHERE period = '2026-01' AND unit = 'G09' AND metric = ''"
    )
    assert sum(float(score) for (score,) in reading_alone.query(rows)) == pytest.approx(64.87)


def test_a_table_for_a_person(run: Run) -> None:
    text = run("explain", "--unit", "G09.914", "--period", "2026-03")
    assert "Tiến độ giải quyết" in text and "20,00" in text and "01/01/2026" in text
    assert "certified_copy không có điểm" in text


def test_wrong_use_is_said(run: Run) -> None:
    assert "2026-Q3" in run("explain", "--period", "Q3", code=2)
    assert "2026-01-01" in run("explain", "--period", "2025-Q4", code=2)
    assert "G09.999" in run("explain", "--period", "2026", "--unit", "G09.999", code=2)
    assert "certified_copy" in run("explain", "--period", "2026", "--metric", "9.9", code=2)
    assert "H44.07=G09.914" in run("import", "x.json", "--period", "2026", "--unit", "H44", code=2)
    assert "absent.json" in run("import", "absent.json", "--period", "2026", code=2)
