"""`ioc worker`, `ioc ledger`, `ioc quarantine`: landing, and what became of every record."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer

from ioc.cli.output import Data, Json, fail, print_json, say

quarantine = typer.Typer(help="Records that were not counted, and why.", no_args_is_help=True)


class Role(StrEnum):
    land = "land"
    reduce = "reduce"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(worker)
    app.command()(ledger)
    app.add_typer(quarantine, name="quarantine")


def worker(
    data: Data = None,
    role: Annotated[Role, typer.Option(help="What this worker does.")] = Role.land,
    port: Annotated[int, typer.Option(help="Port of its own page; also tells landing workers apart.")] = 0,
) -> None:
    """Run a worker: it lands events in the ledger, or reduces them to cases, cells and values."""
    from ioc.settings import load
    from streams.app import run

    settings = load(data)
    if port and role is Role.land:
        settings = settings.model_copy(update={"worker_port": port})
    run(settings, "land" if role is Role.land else "reduce")


def ledger(data: Data = None, json: Json = False) -> None:
    """Every record of every topic: received = counted + suppressed + conflict + rejected + lost + in flight.

    Exits 1 when a record is missing between others.
    """
    from ioc.cli.attached import attached
    from streams.land.account import account

    result = account(attached(data)).document()
    if json:
        print_json(result)
    else:
        _say_ledger(result)
    if result["gaps"]:
        raise SystemExit(1)


def _say_ledger(result: Mapping[str, Any]) -> None:
    words = {
        "received": "đã nhận",
        "counted": "đã tính",
        "suppressed": "trùng, bỏ qua",
        "conflict": "trùng mã, khác nội dung",
        "rejected": "bị từ chối",
        "lost": "đã chấp nhận mất",
        "in_flight": "đang xử lý",
    }
    for name, word in words.items():
        say(f"{word:>24}  {result[name]:>12,}".replace(",", "."))
    for gap in result["gaps"]:
        say(f"thiếu {gap['topic']}/{gap['partition']}: {gap['first']}–{gap['last']}")
    for stop in result["stopped"]:
        say(f"dừng {stop['topic']}/{stop['partition']}: {stop['reason']} ({stop['first']}–{stop['last']})")


@quarantine.command("list")
def list_(
    data: Data = None,
    json: Json = False,
    limit: Annotated[int, typer.Option(help="At most so many, the newest first.", min=1)] = 1000,
) -> None:
    """Records in quarantine, newest first."""
    from ioc.cli.attached import attached
    from storage.client import Store
    from storage.ledger import quarantine as found

    store = Store(attached(data).clickhouse)
    rows = [_document(row) for row in found(store, limit)]
    store.close()
    if json:
        print_json(rows)
        return
    for row in rows:
        say(f"{row['at']}  {row['id']:<24} {row['reason']:<20} {row['field']:<24} {row['source']}")


@quarantine.command()
def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="topic/partition/offset, as in the list.")],
    data: Data = None,
    json: Json = False,
) -> None:
    """One record in quarantine: its reason and the shape of what it held."""
    from ioc.cli.attached import attached
    from ioc.topics import BY_NAME
    from storage.client import Store
    from storage.ledger import quarantined

    topic_name, partition, offset = (*name.split("/"), "", "")[:3]
    topic = BY_NAME.get(topic_name)
    if topic is None or topic.ledger is None or not (partition.isdigit() and offset.isdigit()):
        fail(f"{name!r} is not topic/partition/offset, expected something like ioc.documents/0/123", 2)
    store = Store(attached(data).clickhouse)
    rows = quarantined(store, topic, int(partition), int(offset))
    store.close()
    if not rows:
        fail(f"{name} is not in quarantine")
    document = _document(rows[0])
    if json:
        print_json(document)
        return
    for key, value in document.items():
        say(f"{key:>10}  {value}")


def _document(row: Any) -> dict[str, Any]:
    return {
        "id": row.name,
        "verdict": row.verdict,
        "reason": row.reason,
        "field": row.field,
        "source": row.source,
        "type": row.type,
        "event_id": row.id,
        "unit": row.unit,
        "at": row.at.isoformat(timespec="milliseconds"),
        "masked": row.masked,
        "rules": row.rules,
    }
