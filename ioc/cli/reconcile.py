"""`ioc reconcile`: does everything add up, topic by topic and source by source?"""

from collections.abc import Mapping
from contextlib import closing
from typing import Any

import typer

from ioc.cli.output import Data, Json, print_json, say


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(reconcile)


def reconcile(data: Data = None, json: Json = False) -> None:
    """Every record of every topic, every event that a source says it sent: where it is, what is missing.

    Exits 1 when something does not add up, and names it.
    """
    from ioc.cli.attached import attached
    from ioc.clock import SystemClock
    from storage.client import Store
    from streams.land.reconciling import reconciled

    settings = attached(data)
    with closing(Store(settings.clickhouse, timeout=120)) as store:
        result = reconciled(store, settings.tenant, SystemClock().now())
    if json:
        print_json(result)
    else:
        _say(result)
    if not result["adds_up"]:
        raise SystemExit(1)


WORDS = {
    "received": "nhận",
    "counted": "đếm",
    "suppressed": "trùng",
    "conflict": "mâu thuẫn",
    "rejected": "cách ly",
    "lost": "mất",
    "in_flight": "đang xử lý",
    "waiting_s": "chờ (giây)",
}


def _say(result: Mapping[str, Any]) -> None:
    say(f"{'':>16}" + "".join(f"{word:>13}" for word in WORDS.values()))
    for topic in result["topics"]:
        say(f"{topic['topic']:>16}" + "".join(f"{_number(topic[name]):>13}" for name in WORDS))
    for source in result["sources"]:
        say(
            f"{source['system_code']:>16}  gửi {_number(source['sent'])} = đếm {_number(source['counted'])}"
            f" + cách ly {_number(source['rejected'] - source['corrected'])}"
            f" + chưa giải thích {_number(source['unexplained'])}"
            f" (cổng từ chối {_number(source['refused'])})"
        )
    for wrong in result["wrong"]:
        say(f"SAI: {wrong}")
    if result["adds_up"]:
        say("khớp: không thiếu bản ghi nào")


def _number(value: float) -> str:
    return f"{round(value):,}".replace(",", ".")
