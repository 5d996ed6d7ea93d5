"""`ioc backup`, `ioc restore`: copies of the store, made while it runs, and put back."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ioc.cli.output import Data, Json, fail, print_json, say

if TYPE_CHECKING:
    from ioc.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(backup)
    app.command()(restore)


def backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Copy the running store, put the copy back once to see that it can be, and write its manifest.

    Without credentials: they belong where secrets are kept, not beside the data that they protect.
    """
    from ioc.cli.attached import attached
    from ioc.clock import SystemClock
    from local import backups

    settings, began = attached(data), time.monotonic()
    about = {"made_at": SystemClock().now().isoformat(timespec="seconds"), "kafka": _kafka(settings)}
    manifest = backups.make(settings, folder, about)
    seconds = time.monotonic() - began
    rows = sum(each["rows"] for each in manifest["tables"].values())
    size = backups.size_of(manifest)
    if json:
        print_json({"rows": rows, "bytes": size, "seconds": round(seconds, 1), "kafka": manifest["kafka"]})
    else:
        say(f"{folder}: {rows} dòng, {size} byte, {seconds:.1f} giây; đã thử phục hồi một lần")


def restore(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that `ioc backup` made.")],
    reissue: Annotated[
        bool, typer.Option("--reissue", help="Make new credentials where there are none.")
    ] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Put a backup into a data directory without a store, and hold it against its manifest.

    Then start the stack: landing goes on from Kafka behind the last record of the backup, exactly.
    """
    from ioc.settings import load
    from local import backups, credentials
    from local.rundir import held
    from local.stack import source_codes

    os.umask(0o077)
    settings, began = load(data), time.monotonic()
    if not settings.clickhouse.embedded or os.environ.get("IOC_CLICKHOUSE__HOST"):
        manifest = backups.put_back(settings, folder)
    else:
        backups.manifest_of(folder)
        if not settings.credentials_file.exists() and not reissue:
            fail(
                f"{settings.credentials_file}: put the kept credentials here first, or give --reissue for new"
                " ones (persons would then get other pseudonyms than before)",
                2,
            )
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        with held(settings.data):
            credentials.ensure(settings.credentials_file, source_codes(settings))
            manifest = backups.put_back(load(data), folder)
    result = {
        "rows": sum(each["rows"] for each in manifest["tables"].values()),
        "made_at": manifest["made_at"],
        "seconds": round(time.monotonic() - began, 1),
    }
    if json:
        print_json(result)
    else:
        say(
            f"đã phục hồi {result['rows']} dòng của {result['made_at']}, khớp bản kê,"
            f" {result['seconds']} giây"
        )


def _kafka(settings: "Settings") -> dict[str, Any]:
    """Which cluster and logs the copy belongs to, and how far they reached."""
    from ioc.topics import EVENT_TOPICS
    from streams.land import cluster

    names = cluster.names(settings.kafka, [topic.name for topic in EVENT_TOPICS])
    reach = cluster.extents(settings.kafka, EVENT_TOPICS)
    return {
        "cluster": names.cluster_id,
        "topics": {name: str(id_) for name, id_ in names.topic_ids.items()},
        "ends": {f"{topic}/{partition}": end for (topic, partition), (_, end) in sorted(reach.items())},
    }
