"""`ioc worker`, `ioc ledger`: landing, and what became of every record."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer

from ioc.cli.output import Data, Json, print_json, say


class Role(StrEnum):
    land = "land"
    reduce = "reduce"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(worker)
    app.command()(ledger)


def worker(
    data: Data = None,
    role: Annotated[Role, typer.Option(help="What this worker does.")] = Role.land,
    port: Annotated[int, typer.Option(help="Port of its own page; also tells landing workers apart.")] = 0,
) -> None:
    """Run a worker: it lands events in the ledger, or reduces them to cases, cells and values."""
    from ioc.settings import load
    from streams.app import run

    settings = load(data).of_a_worker()
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
        "canaries": "sự kiện thử, ngoài số trên",
    }
    for name, word in words.items():
        say(f"{word:>24}  {result[name]:>12,}".replace(",", "."))
    for gap in result["gaps"]:
        say(f"thiếu {gap['topic']}/{gap['partition']}: {gap['first']}–{gap['last']}")
    for stop in result["stopped"]:
        say(f"dừng {stop['topic']}/{stop['partition']}: {stop['reason']} ({stop['first']}–{stop['last']})")
