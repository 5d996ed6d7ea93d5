"""The command line: the only composition root. Stages are imported inside the commands that need them."""

import importlib
import logging
import os
import sys
from typing import Any

import typer

from ioc.errors import IocError

ROOMS = (
    "stack",
    "health",
    "store",
    "contracts",
    "docs",
    "calendar",
    "catalogue",
    "imports",
    "spool",
    "ledger",
    "quarantine",
    "reconcile",
    "landing",
    "backup",
    "values",
    "forecast",
    "brief",
    "export",
    "rebuild",
    "replay",
    "qd766",
    "gateway",
    "office",
    "simulate",
    "wall",
    "alerts",
    "adoption",
    "targets",
    "audit",
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
    """Entry point of `ioc`. Whatever goes wrong is one sentence on stderr; `IOC_TRACE=1` shows where."""
    _register()
    for library in ("kafka", "aiokafka", "clickhouse_driver"):
        # What they log is raised as well and said once, by us; services have handlers of their own.
        logging.getLogger(library).addHandler(logging.NullHandler())
    try:
        app()
    except IocError as error:
        sys.stderr.write(f"ioc: {error}\n")
        raise SystemExit(1) from None
    except BrokenPipeError:
        raise SystemExit(1) from None
    except Exception as error:
        if os.environ.get("IOC_TRACE"):
            raise
        sys.stderr.write(f"ioc: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}\n")
        raise SystemExit(1) from None
