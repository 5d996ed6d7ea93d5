"""`ioc calendar`: working time, asked from the command line."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ioc.cli.output import Json, fail, print_json, say
from ioc.reference import Catalogue

calendar = typer.Typer(help="Working time by the official calendar.", no_args_is_help=True)
Instant = Annotated[str, typer.Argument(help="ISO 8601 with an offset, as 2026-08-21T16:00:00+07:00.")]
Folder = Annotated[
    Path | None, typer.Option("--catalogue", help="Folder of reference data.", envvar="IOC_CATALOGUE")
]


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        fail(f"{text!r} is not an instant; expected ISO 8601 with an offset", code=2)
    if at.tzinfo is None:
        fail(f"{text!r} has no offset; expected for example {text}+07:00", code=2)
    return at


@calendar.command()
def minutes(start: Instant, end: Instant, json: Json = False, catalogue: Folder = None) -> None:
    """Working minutes from START to END (negative if END is earlier)."""
    first, last = _instant(start), _instant(end)
    working = Catalogue.load(catalogue).calendar
    counted = working.working_minutes(first, last)
    if json:
        print_json({"minutes": counted})
        return
    say(str(counted))
    years = range(min(first, last).year, max(first, last).year + 1)
    missing = [year for year in years if not working.covers(first.date().replace(year=year, day=1))]
    if missing:
        typer.echo(f"ioc: chưa có lịch nghỉ chính thức của năm {missing[0]}: tính như tuần thường", err=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(calendar, name="calendar")
