"""`ioc rebuild`: the numbers made anew from the ledger."""

import time
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ioc.cli.output import Data, Json, fail, print_json, say

if TYPE_CHECKING:
    from storage.client import Store
    from storage.rebuilds import Wish


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(rebuild)


REBUILD_POLL_S = 0.5
PATIENCE_S = 30.0


def rebuild(
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The cells of this day only, from the cases."),
    ] = None,
    source: Annotated[
        str, typer.Option(help="Only the cases that this source spoke about: qlvb, or urn:ioc:G09:qlvb.")
    ] = "",
    check: Annotated[
        bool, typer.Option("--check", help="Compare with the live tables and change nothing.")
    ] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Make all cases, cells and values anew from the ledger: the running reducer does it, this waits.

    It is done beside the live tables, which go on meanwhile, and what is made takes their place at the end.
    """
    from ioc.cli.attached import attached
    from ioc.reference import Catalogue
    from storage.client import Store
    from storage.rebuilds import ask

    if sum(map(bool, (day, source, check))) > 1:
        fail("--day, --source and --check: expected one of them at most", 2)
    settings = attached(data)
    code = source.removeprefix(f"urn:ioc:{settings.tenant}:")
    known = Catalogue.load(settings.catalogue).sources if source else {}
    if source and code not in known:
        fail(f"--source {source}: expected one of {', '.join(sorted(known))}", 2)
    with closing(Store(settings.clickhouse)) as store:
        now = round(time.time() * 1000)
        request = ask(store, now, day.date() if day else None, source=code, check=check)
        _tell(_followed(store, request, quiet=json), check=check, json=json)


def _followed(store: "Store", request: int, *, quiet: bool) -> "Wish":
    """The wish once it has ended. Another one may have to end first."""
    from storage.rebuilds import progress, waiting

    asked, last = time.monotonic(), -1
    while True:
        wish = progress(store, request)
        if wish.done:
            return wish
        under_way = wish if wish.running else waiting(store)
        if not (under_way and under_way.running) and time.monotonic() - asked > PATIENCE_S:
            fail("no reducer took up the rebuild within 30 s; is the stack running? see `ioc status`")
        if not quiet and wish.events != last:
            say(f"đã dựng lại {wish.events} sự kiện")
            last = wish.events
        time.sleep(REBUILD_POLL_S)


def _tell(wish: "Wish", *, check: bool, json: bool) -> None:
    """Say what became of it. Exits 1 when it came to nothing, or when a check found a difference."""
    import orjson

    report: dict[str, Any] = orjson.loads(wish.report) if wish.report else {}
    if "failed" in report:
        fail(f"the rebuild was given up, nothing was changed: {report['failed']}")
    differing = sum(report.get("cases", {}).values()) + sum(report.get("cells", {}).values())
    if json:
        said = {"events": wish.events, "slices": wish.slices, "kept": wish.message, **report}
        print_json({"rebuilt": not check, **said, **({"differing": differing} if check else {})})
    else:
        say(f"xong: {wish.events} sự kiện" + (f"; {wish.message}" if wish.message else ""))
        for kind, count in report.get("cases", {}).items():
            say(f"{'khác' if check else 'đã sửa'}: {count} hồ sơ loại {kind}")
        for kpi, count in report.get("cells", {}).items():
            say(f"khác: {count} ô của {kpi}")
        for name in report.get("named", []):
            say(f"  {name}")
        if check and not differing:
            say("khớp: không hồ sơ nào, không ô nào khác")
    if check and differing:
        raise SystemExit(1)
