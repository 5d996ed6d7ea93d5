"""`ioc audit`: whether the audit trail is what was written, and a link of it to keep elsewhere."""

import re
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ioc.cli.output import Data, Json, fail, print_json, say

if TYPE_CHECKING:
    from ioc.audit_chain import Fault

audit = typer.Typer(help="Nhật ký thao tác: kiểm chuỗi băm, ghi mốc (audit trail).", no_args_is_help=True)
SHOWN = 20
WHY = {
    "changed": "its content is not what was written",
    "gap": "the line before it is missing",
    "twice": "another line has the same number",
    "order": "it does not follow the line before it",
    "cut": "a line that it follows is gone",
    "before": "the lines older than the chain are not what they were",
    "unchained": "it belongs to no chain, and is younger than the first one",
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(audit, name="audit")


@audit.command()
def verify(
    link: Annotated[
        list[str] | None, typer.Option("--link", help="Mốc đã giữ ở nơi khác, phải còn trong nhật ký.")
    ] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Kiểm từng dòng; thoát 1 và nêu dòng đầu tiên không khớp."""
    from ioc.audit_chain import verify as verified
    from ioc.cli.attached import attached
    from storage import audit_trail
    from storage.client import Store

    anchors = [_link(each) for each in link or ()]
    settings = attached(data)
    with closing(Store(settings.clickhouse)) as store:
        found = verified(settings.tenant, audit_trail.chained(store, settings.tenant), anchors=anchors)
    if json:
        counts = {"lines": found.lines, "before": found.before, "writers": found.writers}
        told = {"ends": list(found.ends), "missing": list(found.missing), "unfit": len(found.faults)}
        print_json(
            {"sound": found.sound, **counts, **told, "faults": [_told(each) for each in found.faults[:SHOWN]]}
        )
    else:
        say(
            f"{found.lines} dòng của {found.writers} chuỗi; {found.before} dòng có từ trước chuỗi"
            f" (chỉ kiểm được cả khối); không khớp: {len(found.faults)}"
        )
        _say_faults(found.faults)
        for each in found.missing:
            say(f"mốc {each}: không còn trong nhật ký; các dòng mới nhất đã mất, hoặc kho đã được phục hồi")
        for each in found.ends:
            say(f"cuối chuỗi: {each}")
    if not found.sound:
        raise SystemExit(1)


@audit.command()
def head(data: Data = None, json: Json = False) -> None:
    """Ghi một dòng mốc đứng sau mọi chuỗi và in mã của nó, để giữ ở nơi khác."""
    from uuid import uuid4

    from ioc.accounts import Deed
    from ioc.cli.attached import attached
    from ioc.clock import SystemClock
    from storage import audit_trail
    from storage.client import Store

    settings, now = attached(data), SystemClock().now()
    deed = Deed(uuid4(), now, "", "", "anchor_audit", "", "done", ("by=command_line",))
    with closing(Store(settings.clickhouse)) as store:
        line = audit_trail.note(store, settings.tenant, deed)
    if json:
        print_json({"link": line.link, "at": line.deed.at, "follows": len(line.after)})
    else:
        say(line.link)


def _link(given: str) -> str:
    if not re.fullmatch("[0-9a-f]{64}", given):
        fail("--link: expected 64 hexadecimal digits, as `ioc audit head` prints them", 2)
    return given


def _say_faults(faults: "Sequence[Fault]") -> None:
    for each in faults[:SHOWN]:
        one = each.line
        say(
            f"{one.deed.at.isoformat(timespec='milliseconds')} dòng {one.deed.id} ({one.deed.action},"
            f" chuỗi {one.writer} số {one.seqno}): {WHY[each.kind]}"
        )
    if len(faults) > SHOWN:
        say(f"… và {len(faults) - SHOWN} dòng nữa")


def _told(fault: "Fault") -> dict[str, Any]:
    one = fault.line
    place = {"id": str(one.deed.id), "at": one.deed.at, "writer": str(one.writer), "seqno": one.seqno}
    return {"kind": fault.kind.value, **place, "action": one.deed.action, "expected": fault.expected}
