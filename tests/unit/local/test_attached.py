"""A stack whose processes somebody else runs, in containers say."""

import json
from pathlib import Path

import pytest

from ioc.cli import health
from ioc.errors import StackNotFound
from local.rundir import held, write_atomically


@pytest.fixture(autouse=True)
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IOC_KAFKA__BOOTSTRAP", "kafka:9092")
    monkeypatch.setenv("IOC_GATEWAY__HOST", "gateway")
    monkeypatch.setenv("IOC_GATEWAY__PORT", "8080")
    monkeypatch.setattr("local.topics.lag", lambda _: {"ioc.tasks": 3})


def test_status_says_what_it_can_see_and_who_runs_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    health.status(tmp_path)
    said = capsys.readouterr().out
    assert "docker compose ps" in said
    assert "http://gateway:8080" in said
    assert "ioc.tasks 3" in said
    health.status(tmp_path, json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["processes"], told["lag"]) == (None, {"ioc.tasks": 3})


def test_processes_that_run_here_are_shown_with_a_broker_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = {"worker": {"pid": 7, "up": True, "restarts": 1, "since": None}}
    write_atomically(tmp_path / "run" / "stack.json", {"processes": known})
    with held(tmp_path):
        health.status(tmp_path, json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["processes"] == [{"name": "worker", **known["worker"]}]


def test_without_any_stack_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IOC_KAFKA__BOOTSTRAP")
    with pytest.raises(StackNotFound):
        health.status(tmp_path)
