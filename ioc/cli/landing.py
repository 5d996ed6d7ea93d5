"""`ioc landing resume`: let a partition that stands still go on, and say what is lost by it."""

import re
import time
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from ioc.cli.output import Data, Json, fail, print_json, say
from ioc.losses import REASONS

if TYPE_CHECKING:
    from storage.client import Store
    from storage.ledger import Log
    from storage.losses import Standing

landing = typer.Typer(help="Partitions that stand still, and going on.", no_args_is_help=True)
PATIENCE_S = 60.0
MAY = frozenset({"retention", "recreated", "refused", "killing"})


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
    from ioc.accounts import check_name
    from ioc.cli.attached import attached
    from storage.client import Store

    here, offsets = _log_of(place), _offsets_of(accept_loss)
    if reason not in REASONS:
        fail(f"--reason {reason!r}: expected one of {', '.join(REASONS)}", 2)
    who = check_name(account) if account else ""
    settings = attached(data)
    with closing(Store(settings.clickhouse)) as store:
        stop = _standing(store, here, place, offsets)
        lost = _given_up(store, settings.tenant, stop, place, reason, who)
        goes_on = _goes_on(store, here, stop)
    if json:
        print_json({"place": place, "first": stop.first, "last": stop.last, "lost": lost, "goes_on": goes_on})
    else:
        then = "ghi sổ đi tiếp" if goes_on else "chưa đi tiếp"
        say(f"{place}: {lost} bản ghi được ghi là mất; {then}")
    if not goes_on:
        raise SystemExit(1)


def _log_of(place: str) -> "Log":
    """The log of a place; its topic id is not known here, and a stand is looked up without it."""
    from uuid import UUID

    from ioc.topics import BY_NAME
    from storage.ledger import Log

    name, _, number = place.rpartition("/")
    topic = BY_NAME.get(name)
    if topic is None or topic.ledger is None or not number.isdigit():
        fail(f"{place!r} is not topic/partition, expected something like ioc.documents/0", 2)
    return Log(topic, UUID(int=0), int(number))


def _offsets_of(accept_loss: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d+)-(\d+)", accept_loss)
    if found is None:
        fail(f"--accept-loss {accept_loss!r}: expected the first and the last offset, such as 120-349", 2)
    return int(found[1]), int(found[2])


def _standing(store: "Store", here: "Log", place: str, offsets: tuple[int, int]) -> "Standing":
    """The stand that is meant, if it is one that may be given up."""
    from storage import losses

    stop = losses.standing(store, here)
    if stop is None:
        fail(f"{place} does not stand still: see `ioc reconcile`")
    if offsets != (stop.first, stop.last):
        fail(f"{place} stands still for offsets {stop.first}-{stop.last}, not {offsets[0]}-{offsets[1]}")
    if stop.kind not in MAY:
        fail(
            f"{place}: {stop.reason}; nothing can be given up, for other records may have these offsets:"
            " make the topic anew (docs/runbook.md)"
        )
    return stop


def _given_up(store: "Store", tenant: str, stop: "Standing", place: str, reason: str, who: str) -> int:
    """Audited first, then done. Returns how many records are lost."""
    from uuid import uuid4

    from ioc.accounts import Deed
    from ioc.clock import SystemClock
    from storage import audit_trail, losses

    now = SystemClock().now()
    said = (f"first={stop.first}", f"last={stop.last}", f"reason={reason}", f"log={stop.log.topic_id}")
    audit_trail.note(store, tenant, Deed(uuid4(), now, who, "", "accept_loss", place, "done", said))
    return losses.give_up(store, stop, reason, who, now)


def _goes_on(store: "Store", here: "Log", stop: "Standing") -> bool:
    from storage import losses

    until = time.monotonic() + PATIENCE_S
    while (standing := losses.standing(store, here)) == stop and time.monotonic() < until:
        time.sleep(0.5)
    return standing is None
