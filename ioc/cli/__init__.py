"""The command line: the only composition root. Stages are imported inside the commands that need them."""

import importlib
import sys
from typing import Any

import typer

from ioc.errors import IocError

ROOMS = (
    "stack",
    "health",
    "store",
    "contracts",
    "calendar",
    "imports",
    "ledger",
    "values",
    "gateway",
    "simulate",
    "wall",
)
"""Modules of this folder; each has `register(app)`."""

app = typer.Typer(
    name="ioc",
    help="The operations centre's event backend.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _register() -> None:
    for room in ROOMS:
        module: Any = importlib.import_module(f"ioc.cli.{room}")
        module.register(app)


def main() -> None:
    """Entry point of `ioc`."""
    _register()
    try:
        app()
    except IocError as error:
        sys.stderr.write(f"ioc: {error}\n")
        raise SystemExit(1) from None
    except BrokenPipeError:
        raise SystemExit(1) from None
