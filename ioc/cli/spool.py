"""`ioc spool`: look into a publisher's spool, and empty one whose process does not run."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ioc.cli.output import Data, Json, fail, print_json, say

if TYPE_CHECKING:
    from producers.spool import Pending, Refusal

spool = typer.Typer(help="What a publisher keeps until Kafka has it.", no_args_is_help=True)
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder that the publisher gave its spool.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(spool, name="spool")


@spool.command()
def show(folder: Folder, json: Json = False) -> None:
    """What waits, was refused, is kept; also while its publisher runs. Exit 1: something was refused."""
    from ioc.clock import SystemClock
    from producers.spool.asking import look

    stands, refused = look(folder, SystemClock().now())
    _print(stands, refused, json)


@spool.command()
def send(
    folder: Folder,
    since: Annotated[str, typer.Option(help="Also send again what was acknowledged since (RFC 3339).")] = "",
    retry_refused: Annotated[bool, typer.Option(help="Also try what Kafka refused once more.")] = False,
    timeout: Annotated[float, typer.Option(help="Seconds to wait for Kafka.")] = 60.0,
    data: Data = None,
    json: Json = False,
) -> None:
    """Send what waits in the spool of a publisher that does not run. Exit 1: something waits or was refused.

    The same events count once, however often they are sent.
    """
    from ioc import settings
    from producers.sdk import PublishFailed
    from producers.spool import SpooledPublisher

    moment = _moment(since)
    with SpooledPublisher(settings.load(data).kafka, folder, client_id="ioc-spool") as publisher:
        if moment is not None:
            publisher.resend(moment)
        if retry_refused:
            publisher.retry_refused()
        try:
            publisher.flush(timeout)
        except PublishFailed as waiting:
            if not json:
                say(str(waiting))
        stands, refused = publisher.pending(), publisher.refusals()
        publisher.close(0)
    _print(stands, refused, json)
    if stands.count:
        raise SystemExit(1)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        fail(f"--since {text!r}: expected an instant as 2026-11-20T08:00:00+07:00", 2)
    if moment is not None and moment.tzinfo is None:
        fail(f"--since {text!r}: expected an offset, as 2026-11-20T08:00:00+07:00", 2)
    return moment


def _print(stands: "Pending", refused: "list[Refusal]", json: bool) -> None:
    if json:
        print_json(
            {
                "waiting": stands.count,
                "bytes": stands.bytes,
                "oldest_s": stands.oldest_age.total_seconds() if stands.oldest_age is not None else None,
                "kept": stands.kept,
                "kept_since": stands.kept_since,
                "set_aside": stands.set_aside,
                "refused": [{"source": one.source, "id": one.id, "reason": one.reason} for one in refused],
            }
        )
    else:
        age = f", lâu nhất {stands.oldest_age.total_seconds():.0f} giây" if stands.oldest_age else ""
        say(f"đang chờ {stands.count} sự kiện ({stands.bytes} byte{age})")
        say(f"còn giữ {stands.kept} sự kiện đã có biên nhận")
        for one in refused:
            say(f"  bị từ chối: {one.id}  {one.reason}")
        for name in stands.set_aside:
            say(f"  tệp hỏng để riêng: {name}")
    if refused or stands.set_aside:
        raise SystemExit(1)
