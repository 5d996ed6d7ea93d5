"""`ioc boards …`: what a person and a program are told, and the exit codes."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from dashboards.boards import generate, health
from ioc.cli import wall
from ioc.kpis import Kpis

SECOND = Path(__file__).parents[3] / "examples" / "g02"


def run(*arguments: str) -> Result:
    app = typer.Typer()
    wall.register(app)
    return CliRunner().invoke(app, ["boards", *arguments])


def test_a_clean_check_says_so_to_programs_and_to_people() -> None:
    said = json.loads(run("check", "--json").stdout)
    assert said["ok"] and said["complaints"] == [] and said["statements"] == []
    assert set(said["boards"]) == set(generate.boards(Kpis.load()))
    assert "nothing to complain about" in run("check").stdout


def test_drift_is_a_complaint_and_exit_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "drifted", lambda folder: ["people.json"])
    result = run("check", "--json")
    assert result.exit_code == 1
    (complaint,) = json.loads(result.stdout)["complaints"]
    assert (complaint["board"], complaint["rule"]) == ("people.json", "drift")


def test_every_board_is_listed_with_its_kiosk_addresses() -> None:
    rows = json.loads(run("list", "--json", "--base", "https://ioc.example/grafana/").stdout)
    assert rows[0]["uid"] == "operations-wall" and rows[0]["wall"] == "/wall/operations-wall?kiosk"
    for row in rows:
        assert row["grafana"].startswith(f"https://ioc.example/grafana/d/{row['uid']}?kiosk&_dash.hide")


def test_a_ministrys_own_boards_know_their_console(tmp_path: Path) -> None:
    arguments = ("--folder", str(tmp_path), "--catalogue", str(SECOND), "--console", "https://ioc.example")
    assert run("generate", *arguments).exit_code == 0
    board = json.loads((tmp_path / "tasks.json").read_text(encoding="utf-8"))
    variables = {each["name"]: each["query"] for each in board["templating"]["list"]}
    assert variables["console"] == "https://ioc.example"
    assert not (tmp_path / "data-quality.json").exists(), "this ministry counts nothing of it"
    assert not (tmp_path / health.FILE.name).exists()


def test_the_projects_own_files_are_made_without_a_console() -> None:
    assert run("generate", "--console", "https://ioc.example").exit_code == 2


def test_a_grafana_that_is_no_web_address_is_refused() -> None:
    assert run("playlist", "--url", "file:///etc/passwd").exit_code == 1
