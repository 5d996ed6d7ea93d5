"""What the README says of all commands is true of each."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from ioc import cli

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
OF_FILES = {
    *("boards generate", "boards list", "boards playlist", "calendar minutes", "catalogue check"),
    *("docs generate", "events generate", "events list", "events schema", "qd766 check", "spool show"),
}
"""They read files, or ask Grafana; no stack."""
RUN_OR_PREPARE = {
    *("clickhouse", "demo", "gateway", "kafka", "wall", "worker"),
    *("boards generate", "migrate", "prepare", "topics"),
}


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, set[str]]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield " ".join(path), {option for each in command.params for option in each.opts}
        return
    for name, each in inner.items():
        yield from commands(each, (*path, name))


def test_commands_take_data_and_json_as_the_readme_says() -> None:
    app = typer.Typer()
    for room in cli.ROOMS:
        importlib.import_module(f"ioc.cli.{room}").register(app)
    found = dict(commands(typer.main.get_command(app)))
    assert len(found) > 60
    assert {name for name, options in found.items() if "--data" not in options} == OF_FILES
    assert {name for name, options in found.items() if "--json" not in options} == RUN_OR_PREPARE
    assert "Every command takes" not in README
    assert "Commands about a stack take `--data DIR`" in README
