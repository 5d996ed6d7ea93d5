"""The page of verdicts and the README's link say what the verdict files say."""

import json
from pathlib import Path

import pytest

from proof import standing
from proof.verdicts import FOLDER


def test_the_page_and_the_readme_are_as_new_as_the_files() -> None:
    found = standing.files()
    again = "make them anew: python -m proof index"
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == standing.page(found), again
    readme = standing.README.read_text(encoding="utf-8")
    assert standing.linked(readme, found) == readme, again


def verdict(folder: Path, at: str, outcomes: dict[int, str], **more: object) -> None:
    runs = [
        {"fault": "F05", "title": "kill -9", "seed": seed, "outcome": outcome}
        for seed, outcome in outcomes.items()
    ]
    said = {"kind": "run F05", "at": at, "outcome": {"PASS": len(runs)}, "runs": runs, **more}
    (folder / f"{at[:13]}.json").write_text(json.dumps(said), encoding="utf-8")


def test_a_later_run_replaces_an_earlier_one_seed_by_seed(tmp_path: Path) -> None:
    verdict(tmp_path, "2026-11-23T01:00:00+07:00", {1: "FAIL", 2: "PASS", 3: "FAIL"})
    verdict(tmp_path, "2026-11-23T02:00:00+07:00", {1: "PASS"})
    rows = standing.page(standing.files(tmp_path)).splitlines()
    assert [row for row in rows if row.startswith("| F05 |")] == [
        "| F05 | kill -9 of the landing worker, four times | PASS | 2 of 3 |"
        " [2026-11-23T02](2026-11-23T02.json) |"
    ]


def test_a_run_that_was_ended_says_how_far_it_came(tmp_path: Path) -> None:
    verdict(tmp_path, "2026-11-23T01:00:00+07:00", {1: "PASS"}, asked_for=7)
    assert standing.files(tmp_path)[0].outcome == "1 PASS, ended after 1 of 7"


def test_a_bug_that_nobody_found_stands_out(tmp_path: Path) -> None:
    missed = {"bug": "window-0", "title": "no tokens", "fault": "S1", "red": [], "found": False}
    verdict(tmp_path, "2026-11-23T01:00:00+07:00", {}, score="0/1", bugs=[missed])
    assert "| no tokens | S1 | **nothing** |" in standing.page(standing.files(tmp_path))


def test_a_readme_without_the_link_is_refused(tmp_path: Path) -> None:
    verdict(tmp_path, "2026-11-23T01:00:00+07:00", {1: "PASS"})
    with pytest.raises(ValueError, match="0 links to a verdict file, expected 1"):
        standing.linked("no link", standing.files(tmp_path))
