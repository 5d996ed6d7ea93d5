"""`ioc import`: files through the same adapters as the inbox."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ioc.cli.output import Data, Json, fail, print_json, say

if TYPE_CHECKING:
    from producers.adapters.importing import Progress, Summary


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_files)


def import_files(
    source: Annotated[str, typer.Argument(help="system_code of sources.yaml, as vxp, motcua, hrm.")],
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders of files.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Publish files of SOURCE. Exit code 1 when something in them was refused, or not acknowledged."""
    from ioc.cli.attached import attached
    from ioc.cli.recovering import LedgerRecovery
    from ioc.clock import SystemClock
    from ioc.reference import Catalogue
    from producers.adapters.importing import Summary
    from producers.adapters.wiring import Adapters
    from producers.sdk import Publisher

    found = attached(data)
    catalogue = Catalogue.load(found.catalogue)
    if source not in catalogue.sources:
        fail(f"no source {source!r}, expected one of {', '.join(catalogue.sources)}", code=2)
    files = list(_files(paths))
    known = catalogue.sources[source]
    total = Summary()
    with (
        Publisher(found.kafka, client_id=f"ioc-import-{source}") as publisher,
        _bar(files, as_json) as progress,
    ):
        adapters = Adapters(found, catalogue, SystemClock(), publisher, LedgerRecovery(found.clickhouse))
        importer = adapters.importer(known)
        for path in files:
            total.add(importer.take(path, adapters.reporter, progress))
    _print(total, as_json)
    if total.refused:
        raise SystemExit(1)


def _files(paths: list[Path]) -> Iterator[Path]:
    """Files in order; a folder stands for the files in it and beneath, hidden ones left out."""
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*") if each.is_file())
            yield from (each for each in inside if not each.name.startswith("."))
        elif path.is_file():
            yield path
        else:
            fail(f"{path}: no such file or folder", code=2)


@contextmanager
def _bar(files: list[Path], silent: bool) -> "Iterator[Progress]":
    """A line on stderr that counts what was read."""
    if silent or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.completed} mục"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"{len(files)} tệp", total=None)
        yield lambda count: bar.advance(task, count)


def _print(total: "Summary", as_json: bool) -> None:
    if as_json:
        print_json(total.as_json())
        return
    say(f"đọc {total.read}, đã gửi {total.published}, từ chối {total.refusals}")
    for each in total.refused:
        say(f"  {each.where}  {each.field}  {each.text}")
    if total.unlisted:
        say(f"  và {total.unlisted} từ chối nữa")
