"""What is done about records that were not counted, from the command line: asked of the back office."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ioc.cli.alerts import As, Stdin
from ioc.cli.output import Data, Json, fail, print_json, say
from ioc.cli.quarantine import Field, Reason, Since, Source, since_of, urn_of
from ioc.desk import Why

if TYPE_CHECKING:
    from dashboards.console.office import Office

DONE_S = 120.0
DRY_RUN = "Thử: mỗi bản ghi sẽ được phán quyết thế nào, chỉ số nào đổi từ đâu sang đâu. Không ghi gì."
REPLAY = "Gửi lại qua cửa chính, dưới nguồn và mã ban đầu. Nhiều bản ghi cần người thứ hai xác nhận."
REFUSALS = {
    "not_found": "there is no such record or act in quarantine for this account",
    "not_open": "a record is not open any more; `ioc quarantine show` tells what became of it",
    "not_awaiting": "nothing of this act waits for a second account",
    "not_replayable": "for personal data and secrets the publisher sends the event again, without them",
    "second_account": "another account than the one that asked must confirm",
    "unit_not_allowed": "this account may do that with records of its own unit only",
    "schema": "expected records as topic/partition/offset and changes of codes as field:old=new",
}
Ids = Annotated[
    list[str] | None, typer.Argument(metavar="ID", help="topic/partition/offset, như trong danh sách.")
]
Map = Annotated[list[str] | None, typer.Option("--map", help="Đổi mã: orgunit:G09.17=G09.917.")]
Set = Annotated[list[str] | None, typer.Option("--set", help="Đặt mã: data.org=G09.917.")]


def add(app: typer.Typer) -> None:
    """Add the commands to `ioc quarantine`."""
    app.command("dry-run", help=DRY_RUN)(_mending("dry_run"))
    app.command("replay", help=REPLAY)(_mending("replay"))
    for command in (discard, confirm, decline, acts):
        app.command()(command)


def _mending(kind: str) -> Callable[..., None]:
    """A trial and the act itself take the same options, so that what was tried is what is done."""

    def mending(
        ids: Ids = None,
        source: Source = "",
        reason: Reason = "",
        field: Field = "",
        since: Since = "",
        map_: Map = None,
        set_: Set = None,
        account: As = None,
        password_stdin: Stdin = False,
        data: Data = None,
        json: Json = False,
    ) -> None:
        asked = _asked(kind, ids, source, reason, field, since, [*(map_ or ()), *(set_ or ())])
        _ask("POST", "/acts", asked, account, password_stdin, data, json)

    return mending


def discard(
    why: Annotated[Why, typer.Option("--why", help="Mã lý do.")],
    ids: Ids = None,
    source: Source = "",
    reason: Reason = "",
    field: Field = "",
    since: Since = "",
    account: As = None,
    password_stdin: Stdin = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Loại: đóng bản ghi với một mã lý do. Nhiều bản ghi cần người thứ hai xác nhận."""
    asked = {**_asked("discard", ids, source, reason, field, since, []), "reason": why.value}
    _ask("POST", "/acts", asked, account, password_stdin, data, json)


def confirm(
    act: Annotated[str, typer.Argument(metavar="ACT", help="Mã việc đang chờ.")],
    account: As = None,
    password_stdin: Stdin = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Người thứ hai xác nhận việc trên nhiều bản ghi."""
    _ask("POST", f"/acts/{act}/confirm", None, account, password_stdin, data, json)


def decline(
    act: Annotated[str, typer.Argument(metavar="ACT", help="Mã việc đang chờ.")],
    account: As = None,
    password_stdin: Stdin = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Người thứ hai từ chối, hoặc người đề nghị rút lại: các bản ghi lại mở."""
    _ask("POST", f"/acts/{act}/decline", None, account, password_stdin, data, json)


def acts(
    stage: Annotated[str, typer.Option("--stage", help="awaiting, asked, done, failed.")] = "awaiting",
    account: As = None,
    password_stdin: Stdin = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Các việc đã yêu cầu; mặc định: đang chờ người thứ hai."""
    found = _told("GET", "/acts", account, password_stdin, data, params={"stage": stage})["acts"]
    if json:
        print_json({"acts": found})
        return
    for each in found:
        say(f"{each['act_id']}  {each['kind']:<8} {len(each['records']):>5} bản ghi  {each['account']}")


def _asked(
    kind: str, ids: list[str] | None, source: str, reason: str, field: str, since: str, mends: list[str]
) -> dict[str, Any]:
    """The body of an act; the source is completed where the tenant is known."""
    if not ids and not (source or reason or field):
        fail("expected records, or --source, --reason or --field to choose by", 2)
    at = since_of(since)
    body: dict[str, Any] = {"kind": kind, "records": ids or [], "source": source, "reason_of": reason}
    return body | {"field": field, "since": at.isoformat() if at else None, "mends": mends}


def _ask(
    method: str,
    path: str,
    body: dict[str, Any] | None,
    account: str | None,
    from_stdin: bool,
    data: Path | None,
    json: bool,
) -> None:
    """Ask, wait until it is done, and tell. Exits 1 when a record was not as wished."""
    act = _told(method, path, account, from_stdin, data, **({"json": body} if body is not None else {}))
    if json:
        print_json(act)
    else:
        _say_act(act)
    wrong = any(_unwished(act["kind"], each) for each in act["outcome"].get("records", []))
    if act["stage"] == "failed" or wrong:
        raise SystemExit(1)


def _told(
    method: str, path: str, account: str | None, from_stdin: bool, data: Path | None, **more: Any
) -> dict[str, Any]:
    """What the desk answers in the name of an account, once it has done what it does by itself."""
    from ioc.cli import through, tickets

    settings = tickets.reached(data)
    if (asked := more.get("json")) is not None:
        more["json"] = {**asked, "source": urn_of(settings.tenant, asked["source"])}

    async def work(office: "Office", token: str) -> dict[str, Any]:
        from dashboards.console.office import OfficeRefused

        try:
            told = await office.desk(method, path, token, **more)
        except OfficeRefused as refused:
            if refused.code not in REFUSALS:
                raise
            fail(f"quarantine: {REFUSALS[refused.code]}")
        if "stage" not in told:
            return told
        done = await office.desk_done(token, told, DONE_S)
        if done is None:
            fail(
                f"act {told['act_id']}: no answer within {DONE_S:g} s; is the reducer running? (`ioc status`)"
            )
        return done

    return through.in_session(settings, tickets.ticket(settings, account, from_stdin=from_stdin), work)


def _unwished(kind: str, record: Mapping[str, Any]) -> bool:
    return kind != "discard" and record["verdict"] not in ("counted", "suppressed")


def _say_act(act: Mapping[str, Any]) -> None:
    if act["stage"] == "awaiting":
        say(f"{len(act['records'])} bản ghi: chờ tài khoản khác xác nhận đến {act['until']}")
        say(f"  ioc quarantine confirm {act['act_id']} --account …")
        return
    outcome = act["outcome"]
    if outcome.get("declined_by"):
        say(f"{len(act['records'])} bản ghi lại mở: {outcome['declined_by']} không xác nhận")
    for each in outcome.get("records", []):
        why = f"{each.get('reason', '')} {each.get('field', '')}".strip()
        say(f"{each['id']:<26} {each['verdict']:<10} {each.get('now') or each.get('counted') or why}")
        if each["verdict"] == "gone":
            say("  bản gốc không còn trong Kafka: đề nghị hệ thống nguồn gửi lại sự kiện này")
    for value in outcome.get("values", []):
        before, after = value["before"], value["after"]
        where = f"{value['kpi']} {value['unit']} {value['window']} {value['dim']}".rstrip()
        shown = "dưới 5 người, không nêu" if value.get("hidden") else f"{_counts(before)} → {_counts(after)}"
        say(f"{where:<56} {shown}")
    if also := outcome.get("also"):
        say(f"cũng đổi, không cộng dồn nên không tính trước: {', '.join(also)}")
    if outcome.get("error"):
        say(outcome["error"])


def _counts(side: Mapping[str, Any]) -> str:
    return f"{side['numerator']}/{side['denominator']}"
