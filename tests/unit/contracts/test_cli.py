"""`ioc events` speaks as every command does: results on stdout, one sentence on stderr, exit 0, 1 or 2."""

from pathlib import Path

import orjson
import pytest
import typer
from typer.testing import CliRunner, Result

from ioc.cli import contracts
from ioc.contracts import TYPES, schemas


def run(*arguments: str) -> Result:
    app = typer.Typer()
    contracts.register(app)
    return CliRunner().invoke(app, list(arguments))


def test_the_list_names_every_type() -> None:
    listed = orjson.loads(run("events", "list", "--json").stdout)
    assert {kind["type"] for kind in listed} == set(TYPES)
    assert "document.received" in run("events", "list").stdout


@pytest.mark.parametrize("name", ["feedback.changed", "vn.gov.ioc.feedback.changed.v1"])
def test_a_schema_is_printed_by_either_name(name: str) -> None:
    shown = orjson.loads(run("events", "schema", name).stdout)
    assert shown["$id"] == "urn:ioc:schema:vn.gov.ioc.feedback.changed.v1"
    assert orjson.loads(run("events", "schema", name, "--json").stdout) == shown


def test_an_unknown_type_is_wrong_use() -> None:
    result = run("events", "schema", "document.shredded")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1


def test_generated_schemas_are_compared_and_written(tmp_path: Path) -> None:
    assert run("events", "generate", "--check").exit_code == 0
    assert len(schemas.write(tmp_path)) == len(TYPES)
    (tmp_path / "vn.gov.ioc.old.thing.v1.json").write_text("{}")
    (tmp_path / "vn.gov.ioc.feedback.changed.v1.json").write_text("{}")
    expected = ["vn.gov.ioc.feedback.changed.v1.json", "vn.gov.ioc.old.thing.v1.json"]
    assert schemas.drift(tmp_path) == expected
    assert schemas.write(tmp_path) == expected
    assert schemas.drift(tmp_path) == []


def test_drift_is_found_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemas, "drift", lambda: ["x.json"])
    result = run("events", "generate", "--check", "--json")
    assert result.exit_code == 1
    assert orjson.loads(result.stdout) == {"drift": ["x.json"]}
