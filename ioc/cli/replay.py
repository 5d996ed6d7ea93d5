"""`ioc replay`: is the ledger what Kafka holds?"""

from contextlib import closing
from typing import Annotated

import typer

from ioc.cli.output import Data, Json, fail, print_json, say


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(replay)


def replay(
    topic: Annotated[str, typer.Option(help="Only this one: ioc.documents.")] = "",
    keep: Annotated[bool, typer.Option("--keep", help="Leave the tables beside, in ioc_shadow.")] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Land everything that Kafka still has once more, beside, and compare it with the ledger.

    What runs is not touched. Exits 1 when a record differs.
    """
    from ioc.cli.attached import attached
    from ioc.reference import Catalogue
    from ioc.topics import EVENT_TOPICS
    from storage.client import Store
    from streams.land import replaying

    wanted = [each for each in EVENT_TOPICS if topic in ("", each.name)]
    if not wanted:
        fail(f"--topic {topic}: expected one of {', '.join(each.name for each in EVENT_TOPICS)}", 2)
    settings = attached(data)
    rules = Catalogue.load(settings.catalogue).rules(settings.tenant)
    with closing(Store(settings.clickhouse, timeout=600)) as store:
        try:
            found = replaying.replay(settings, store, rules, wanted)
        finally:
            if not keep:
                replaying.drop(store)
    differing = sum(each.differing for each in found)
    if json:
        print_json(
            {
                "records": sum(each.records for each in found),
                "differing": differing,
                "partitions": [each.document() for each in found],
            }
        )
    else:
        for each in found:
            said = f"khác ở {each.differing}: {each.offsets}" if each.differing else "khớp"
            say(f"{each.topic}/{each.partition}: {each.records} bản ghi ({each.first}–{each.last}), {said}")
    if differing:
        raise SystemExit(1)
