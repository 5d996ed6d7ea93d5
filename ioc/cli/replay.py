"""`ioc replay`: is the ledger what Kafka holds? And, with --swap: let it be."""

from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ioc.cli.output import Data, Json, fail, print_json, say

if TYPE_CHECKING:
    from streams.land.replaying import Compared


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(replay)


def replay(
    topic: Annotated[str, typer.Option(help="Only this one: ioc.documents.")] = "",
    keep: Annotated[bool, typer.Option("--keep", help="Leave the tables beside, in ioc_shadow.")] = False,
    swap: Annotated[
        bool, typer.Option("--swap", help="Put what was landed beside in the ledger's place. Landing waits.")
    ] = False,
    accept: Annotated[
        int, typer.Option(metavar="N", help="With --swap: although exactly N records differ.")
    ] = 0,
    account: Annotated[str, typer.Option(help="With --swap: name of the post that decides: truc_ca_1.")] = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Land everything that Kafka still has once more, beside, and compare it with the ledger.

    What runs is not touched. Exits 1 when a record differs. With --swap the tables are exchanged when nothing
    differs, or when what differs is accepted by number; what Kafka no longer has stays. Audited.
    """
    from ioc.accounts import check_name
    from ioc.cli.attached import attached
    from ioc.reference import Catalogue
    from ioc.topics import EVENT_TOPICS
    from storage.client import Store
    from streams.land import replaying, swapping

    wanted = [each for each in EVENT_TOPICS if topic in ("", each.name)]
    if not wanted:
        fail(f"--topic {topic}: expected one of {', '.join(each.name for each in EVENT_TOPICS)}", 2)
    if (accept or account) and not swap:
        fail("--accept and --account: expected together with --swap", 2)
    if accept and not account:
        fail("--accept: expected --account, the post that decides to change the ledger", 2)
    who = check_name(account) if account else ""
    settings = attached(data)
    rules = Catalogue.load(settings.catalogue).rules(settings.tenant)
    with closing(Store(settings.clickhouse, timeout=600)) as store:
        try:
            if swap:
                done = swapping.swap(settings, store, rules, wanted, accept=accept, account=who)
                _tell(done.compared, json, {"swapped": done.swapped, "rebuild": done.rebuild})
            else:
                _tell(replaying.replay(settings, store, rules, wanted), json, {})
        finally:
            if not keep:
                replaying.drop(store)


def _tell(found: "list[Compared]", json: bool, swapped: dict[str, Any]) -> None:
    differing = sum(each.differing for each in found)
    if json:
        partitions = [each.document() for each in found]
        records = sum(each.records for each in found)
        print_json({"records": records, "differing": differing, "partitions": partitions, **swapped})
    else:
        for each in found:
            said = f"khác ở {each.differing}: {each.offsets}" if each.differing else "khớp"
            say(f"{each.topic}/{each.partition}: {each.records} bản ghi ({each.first}–{each.last}), {said}")
        if swapped:
            say("đã thay sổ cái" if swapped["swapped"] else "không thay sổ cái: còn bản ghi khác nhau")
        if swapped.get("rebuild"):
            say("hồ sơ và ô được tính lại từ sổ cái mới; theo dõi bằng `ioc rebuild --check` khi xong")
    if differing and not swapped.get("swapped"):
        raise SystemExit(1)
