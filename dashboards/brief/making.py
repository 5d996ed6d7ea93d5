"""A briefing made and written: for one unit and week, or all that are due."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib import import_module
from pathlib import Path

from dashboards.brief.content import compose
from dashboards.brief.model import Brief
from dashboards.brief.reading import Desk, read
from ioc.briefing import Format, Week, recipients
from storage import accounts


def make(desk: Desk, unit: str, week: Week, now: int) -> Brief:
    """The briefing of a unit and everything beneath it as it stands at `now`, milliseconds since 1970.

    Raises `NothingCounted`, `StoreUnavailable`.
    """
    return compose(read(desk, unit, week, now))


def written(brief: Brief, form: Format) -> bytes:
    """The bytes of the file; the writers' libraries are loaded when they are needed."""
    writer: Callable[[Brief], bytes] = import_module(f"dashboards.brief.{form}").write
    return writer(brief)


def keep(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_bytes(content)
    part.replace(path)


def due(desk: Desk, folder: Path, now: datetime) -> Iterator[tuple[Path, str, Week, Format]]:
    """The files that should be there by now and are not: `folder`/2026-W47/G09.pdf."""
    heads = [
        (each.role, each.unit) for each in accounts.listed(desk.numbers, desk.tenant) if not each.disabled
    ]
    for occasion in desk.plan.schedule:
        week = occasion.tells(now)
        for unit in recipients(occasion, desk.tenant, heads):
            for form in occasion.formats:
                path = folder / week.code / f"{unit}.{form}"
                if unit in desk.catalogue.units.codes and not path.exists():
                    yield path, unit, week, form
