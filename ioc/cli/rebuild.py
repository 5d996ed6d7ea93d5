"""`ioc rebuild`: the numbers made anew from the ledger."""

import time
from datetime import datetime
from typing import Annotated

import typer

from ioc.cli.output import Data, Json, fail, print_json, say


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
    data: Data = None,
    json: Json = False,
) -> None:
    """Make all cases, cells and values anew from the ledger: the running reducer does it, this waits."""
    from ioc.cli.attached import attached
    from storage.client import Store
    from storage.rebuilds import ask, progress

    store = Store(attached(data).clickhouse)
    request = ask(store, round(time.time() * 1000), day.date() if day else None)
    asked, last = time.monotonic(), -1
    while True:
        state = progress(store, request)
        if state.done:
            break
        if not state.running and time.monotonic() - asked > PATIENCE_S:
            fail("no reducer took up the rebuild within 30 s; is the stack running? see `ioc status`")
        if not json and state.events != last:
            say(f"đã dựng lại {state.events} sự kiện")
            last = state.events
        time.sleep(REBUILD_POLL_S)
    result = {"rebuilt": True, "events": state.events, "ticks": state.ticks, "kept": state.message}
    if json:
        print_json(result)
    else:
        say(f"xong: {state.events} sự kiện" + (f"; {state.message}" if state.message else ""))
