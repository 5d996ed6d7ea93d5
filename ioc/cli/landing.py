"""`ioc landing resume`: let a partition that stands still go on, and say what is lost by it."""

import re
import time
from contextlib import closing
from typing import Annotated

import typer

from ioc.cli.output import Data, Json, fail, print_json, say
from ioc.losses import REASONS

landing = typer.Typer(help="Partitions that stand still, and going on.", no_args_is_help=True)
PATIENCE_S = 60.0
MAY = frozenset({"retention", "recreated", "refused"})


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(landing, name="landing")


@landing.callback()
def _group() -> None:
    """Keeps `resume` a command of its own."""


@landing.command()
def resume(
    place: Annotated[str, typer.Argument(metavar="TOPIC/PARTITION", help="ioc.documents/0")],
    accept_loss: Annotated[str, typer.Option(metavar="A-B", help="The offsets it stands still for.")],
    reason: Annotated[str, typer.Option(help=f"One of {', '.join(REASONS)}.")],
    account: Annotated[str, typer.Option(help="Name of the post that decides: truc_ca_1.")] = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Give up offsets A to B of a partition and land what comes behind. Audited; they stay as lost."""
    from uuid import UUID, uuid4

    from ioc.accounts import Deed, check_name
    from ioc.cli.attached import attached
    from ioc.clock import SystemClock
    from ioc.topics import BY_NAME
    from storage import audit_trail, losses
    from storage.client import Store
    from storage.ledger import Log

    name, _, number = place.rpartition("/")
    topic = BY_NAME.get(name)
    if topic is None or topic.ledger is None or not number.isdigit():
        fail(f"{place!r} is not topic/partition, expected something like ioc.documents/0", 2)
    found = re.fullmatch(r"(\d+)-(\d+)", accept_loss)
    if found is None:
        fail(f"--accept-loss {accept_loss!r}: expected the first and the last offset, such as 120-349", 2)
    if reason not in REASONS:
        fail(f"--reason {reason!r}: expected one of {', '.join(REASONS)}", 2)
    who = check_name(account) if account else ""
    settings, clock = attached(data), SystemClock()
    here = Log(topic, UUID(int=0), int(number))
    with closing(Store(settings.clickhouse)) as store:
        stop = losses.standing(store, here)
        if stop is None:
            fail(f"{place} does not stand still: see `ioc reconcile`")
        if (int(found[1]), int(found[2])) != (stop.first, stop.last):
            fail(f"{place} stands still for offsets {stop.first}-{stop.last}, not {accept_loss}")
        if stop.kind not in MAY:
            fail(
                f"{place}: {stop.reason}; nothing can be given up, for other records may have these offsets:"
                " make the topic anew (docs/runbook.md)"
            )
        said = (f"first={stop.first}", f"last={stop.last}", f"reason={reason}", f"log={stop.log.topic_id}")
        now = clock.now()
        audit_trail.note(
            store, settings.tenant, Deed(uuid4(), now, who, "", "accept_loss", place, "done", said)
        )
        lost = losses.give_up(store, stop, reason, who, now)
        until = time.monotonic() + PATIENCE_S
        while (standing := losses.standing(store, here)) == stop and time.monotonic() < until:
            time.sleep(0.5)
    result = {
        "place": place,
        "first": stop.first,
        "last": stop.last,
        "lost": lost,
        "goes_on": standing is None,
    }
    if json:
        print_json(result)
    else:
        say(
            f"{place}: {lost} bản ghi được ghi là mất; "
            + ("ghi sổ đi tiếp" if standing is None else "chưa đi tiếp")
        )
    if standing is not None:
        raise SystemExit(1)
