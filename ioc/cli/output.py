"""How every command speaks: results on stdout, errors in one sentence on stderr, exit 0, 1 or 2."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NoReturn

import orjson
import typer

Data = Annotated[
    Path | None,
    typer.Option("--data", help="Data directory of the stack.", envvar="IOC_DATA", show_default="./data"),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def print_json(document: Mapping[str, Any] | list[Any]) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(orjson.dumps(document, default=str).decode() + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """A line for a person."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def fail(sentence: str, code: int = 1) -> NoReturn:
    """One sentence on stderr, then leave: 1 found something wrong, 2 wrong use."""
    sys.stderr.write(f"ioc: {sentence}\n")
    raise SystemExit(code)
