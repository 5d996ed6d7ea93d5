"""`ioc alerts`: what needs a person, and what that person did about it."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ioc.cli.output import Data, Json, fail, print_json, say

if TYPE_CHECKING:
    from ioc.settings import Settings

alerts = typer.Typer(help="Cảnh báo: danh sách, xác nhận, phân công, xử lý (alerts).", no_args_is_help=True)
Ref = Annotated[str, typer.Argument(metavar="REF", help="Mã cảnh báo, hoặc phần đầu của nó.")]
Role = Annotated[str, typer.Option("--role", help="Vai trò thao tác.")]
Actor = Annotated[str, typer.Option("--actor", help="Tên tài khoản thao tác.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Mã lý do trong danh mục của quy tắc.")]
SHIFT = "truc_ca_ioc"
LEAD = "truong_ca_ioc"
LINE = "dong_lenh"
ANSWER_S = 10.0
LANDED_S = 10.0
VIETNAM = timezone(timedelta(hours=7))


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(alerts, name="alerts")


@alerts.command("list")
def list_(
    data: Data = None,
    json: Json = False,
    every: Annotated[bool, typer.Option("--all", help="Cả cảnh báo đã xong.")] = False,
) -> None:
    """Cảnh báo đang mở, nghiêm trọng nhất trước."""
    from storage.alerts import listed

    with _Reader(data) as store:
        rows = [_plain(row) for row in listed(store, only_open=not every)]
    if json:
        print_json({"alerts": rows})
        return
    for row in rows:
        raised = datetime.fromisoformat(row["raised_at"]).astimezone(VIETNAM) if row["raised_at"] else None
        at = f"{raised:%d/%m/%Y %H:%M}" if raised else ""
        what = f"{row['severity']:<8} {row['status']:<12} {row['unit']:<8} {row['name_vi']}"
        say(f"{row['alert_ref'][:8]}  {at}  {what}")
    say(f"{len(rows)} cảnh báo." if rows else "Không có cảnh báo nào.")


@alerts.command()
def show(ref: Ref, data: Data = None, json: Json = False) -> None:
    """Một cảnh báo và mọi bước của nó."""
    from storage.alerts import shown

    with _Reader(data) as store:
        found = shown(store, _row(store, ref)["alert_ref"])
    if found is None:
        fail(f"alert {ref} does not exist; `ioc alerts list --all` shows all")
    alert, steps = _plain(found[0]), [_plain(step) for step in found[1]]
    if json:
        print_json({**alert, "history": steps})
        return
    for key, value in alert.items():
        say(f"{key:>16}  {value}")
    for step in steps:
        who = " → ".join(part for part in (step["role"], step["to_role"], step["to_unit"]) if part)
        more = " ".join(part for part in (step["reason"], step["step"]) if part)
        say(f"  #{step['seqno']} {step['at']}  {step['state']:<12} {who} {more}".rstrip())


@alerts.command()
def ack(ref: Ref, data: Data = None, json: Json = False, role: Role = SHIFT, actor: Actor = LINE) -> None:
    """Xác nhận đã nhận cảnh báo."""
    _wish(ref, data, json, role, actor, "acknowledge")


@alerts.command()
def assign(
    ref: Ref,
    to_role: Annotated[str | None, typer.Option("--to-role", help="Vai trò nhận.")] = None,
    to_unit: Annotated[str | None, typer.Option("--to-unit", help="Mã đơn vị nhận.")] = None,
    data: Data = None,
    json: Json = False,
    role: Role = SHIFT,
    actor: Actor = LINE,
) -> None:
    """Phân công cho vai trò hoặc đơn vị."""
    _wish(ref, data, json, role, actor, "assign", to_role=to_role, to_unit=to_unit)


@alerts.command()
def explain(
    ref: Ref,
    reason: Annotated[str, typer.Option("--reason", help="Mã lý do trong danh mục của quy tắc.")],
    data: Data = None,
    json: Json = False,
    role: Role = SHIFT,
    actor: Actor = LINE,
) -> None:
    """Giải trình bằng mã lý do."""
    _wish(ref, data, json, role, actor, "explain", reason_code=reason)


@alerts.command()
def escalate(
    ref: Ref,
    to_role: Annotated[str | None, typer.Option("--to-role", help="Vai trò; mặc định: cấp kế tiếp.")] = None,
    reason: Reason = None,
    data: Data = None,
    json: Json = False,
    role: Role = SHIFT,
    actor: Actor = LINE,
) -> None:
    """Chuyển lên cấp trên."""
    _wish(ref, data, json, role, actor, "escalate", to_role=to_role, reason_code=reason)


@alerts.command()
def shelve(
    ref: Ref,
    minutes: Annotated[int, typer.Option("--minutes", help="Tạm ẩn trong bao nhiêu phút.", min=1)],
    reason: Reason = None,
    data: Data = None,
    json: Json = False,
    role: Role = LEAD,
    actor: Actor = LINE,
) -> None:
    """Tạm ẩn có thời hạn; việc của trưởng ca."""
    until = datetime.now(UTC) + timedelta(minutes=minutes)
    _wish(ref, data, json, role, actor, "shelve", until=until, reason_code=reason)


@alerts.command()
def step(
    ref: Ref,
    name: Annotated[str, typer.Argument(metavar="STEP", help="Mã bước của quy trình.")],
    data: Data = None,
    json: Json = False,
    role: Role = SHIFT,
    actor: Actor = LINE,
) -> None:
    """Ghi nhận đã làm một bước của quy trình."""
    _wish(ref, data, json, role, actor, "step", step=name)


@alerts.command()
def resolve(
    ref: Ref,
    reason: Reason = None,
    data: Data = None,
    json: Json = False,
    role: Role = SHIFT,
    actor: Actor = LINE,
) -> None:
    """Kết thúc: đã xử lý xong."""
    _wish(ref, data, json, role, actor, "resolve", reason_code=reason)


@alerts.command()
def close(ref: Ref, data: Data = None, json: Json = False, role: Role = LEAD, actor: Actor = LINE) -> None:
    """Đóng cảnh báo đã xử lý xong."""
    _wish(ref, data, json, role, actor, "close")


def _wish(
    ref: str, data: Path | None, json: bool, role: str, actor: str, action: Any, **more: object
) -> None:
    """Send the command with the state as it is now, and wait for its answer. Exit 1 when it is refused."""
    from ioc import commands
    from ioc.cli.attached import attached
    from producers.commands import send
    from producers.sdk import Publisher
    from storage.alerts import latest

    settings = attached(data)
    with _Reader(data) as store:
        row = _row(store, ref)
        status, seqno = latest(store, row["alert_ref"]) or (row["status"], row["seqno"])
        seen = commands.Seen.model_validate({"status": status, "seqno": seqno})
        at = datetime.now(UTC)
        command = commands.build(row["alert_ref"], action, role=role, actor=actor, seen=seen, at=at, **more)
        _written_down(settings, command)
        with Publisher(settings.kafka, client_id="ioc-alerts") as publisher:
            send(publisher, command)
        accepted, reason, status, seqno = _answer(store, command)
        if accepted:
            _visible(store, command.alert_ref, seqno)
    words = commands.REFUSALS.get(reason, reason)
    if json:
        print_json(
            {
                "command_id": str(command.id), "alert_ref": command.alert_ref, "accepted": accepted,
                "reason": reason, "message": words, "status": status, "seqno": seqno,
            }
        )  # fmt: skip
    elif accepted:
        say(f"Cảnh báo {command.alert_ref[:8]}: {status} (bước {seqno}).")
    if not accepted:
        fail(f"alert {command.alert_ref}: {action} was refused: {words}")


def _written_down(settings: "Settings", command: Any) -> None:
    """Before it is sent, as the gateway does: who owns this machine needs no session, but leaves a line."""
    from contextlib import closing

    from ioc.accounts import Deed
    from storage import audit_trail
    from storage.client import Store

    said = (f"command={command.id}", f"seen={command.seen.status}.{command.seen.seqno}", "by=command_line")
    who, about = (command.actor, command.role), (command.action, command.alert_ref)
    deed = Deed(command.id, command.at, *who, *about, "done", said)
    with closing(Store(settings.clickhouse)) as writer:
        audit_trail.note(writer, settings.tenant, deed)


def _answer(store: Any, command: Any) -> tuple[bool, str, str, int]:
    from storage.alerts import outcome

    until = time.monotonic() + ANSWER_S
    while (found := outcome(store, command.id)) is None and time.monotonic() < until:
        time.sleep(0.1)
    if found is None:
        fail(f"command {command.id}: no answer within {ANSWER_S:g} s; is the reducer running? (`ioc status`)")
    return found


def _visible(store: Any, ref: str, seqno: int) -> None:
    """Wait until the step can be read, so that who looks next sees it; not longer than a moment."""
    from storage.alerts import shown

    until = time.monotonic() + LANDED_S
    while time.monotonic() < until:
        found = shown(store, ref)
        if found is not None and found[0]["seqno"] >= seqno:
            return
        time.sleep(0.1)


def _row(store: Any, ref: str) -> dict[str, Any]:
    """The alert whose reference begins so."""
    from storage.alerts import named

    found = named(store, ref)
    if len(found) != 1:
        what = "does not exist" if not found else f"is not one alert but {len(found)}"
        fail(f"alert {ref} {what}; `ioc alerts list --all` shows all")
    return found[0]


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Times as RFC 3339 in UTC."""
    return {
        key: value.replace(tzinfo=value.tzinfo or UTC).isoformat() if isinstance(value, datetime) else value
        for key, value in row.items()
    }


class _Reader:
    """`with _Reader(data) as store:` a reader on the running stack."""

    def __init__(self, data: Path | None) -> None:
        from ioc.cli.attached import attached
        from storage.client import Store

        self._store = Store(attached(data).clickhouse, role="reader")

    def __enter__(self) -> Any:
        return self._store

    def __exit__(self, *_error: object) -> None:
        self._store.close()
