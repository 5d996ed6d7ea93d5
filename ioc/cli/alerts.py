"""`ioc alerts`: what needs a person, and what that person did about it.

Lists are read from the store; whoever acts does so through the gateway, in the name of an account.
"""

from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from ioc.cli.output import Data, Json, fail, print_json, say
from ioc.clock import VIETNAM

alerts = typer.Typer(help="Cảnh báo: danh sách, xác nhận, phân công, xử lý (alerts).", no_args_is_help=True)
Ref = Annotated[str, typer.Argument(metavar="REF", help="Mã cảnh báo, hoặc phần đầu của nó.")]
As = Annotated[
    str | None,
    typer.Option(
        "--account",
        envvar="IOC_ACCOUNT",
        help="Tài khoản thao tác; mặc định: phiên đã đăng nhập, hoặc tài khoản dòng lệnh của máy này.",
    ),
]
Stdin = Annotated[bool, typer.Option("--password-stdin", help="Đọc mật khẩu của --account từ stdin.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Mã lý do trong danh mục của quy tắc.")]


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

    with closing(_reader(data)) as store:
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

    with closing(_reader(data)) as store:
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


@alerts.command("sign-in")
def sign_in(
    account: Annotated[
        str, typer.Option("--account", envvar="IOC_ACCOUNT", help="Tài khoản, như truc_ca_1.")
    ],
    password_stdin: Stdin = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Đăng nhập một lần cho các lệnh sau; phiên được giữ trong tệp quyền 600."""
    from ioc.cli import through, tickets

    settings = tickets.reached(data)
    said = through.sign_in(settings, tickets.fresh(account, from_stdin=password_stdin))
    tickets.keep(settings, said)
    shown = {name: said[name] for name in ("account", "role", "unit", "must_change", "expires")}
    if json:
        print_json(shown)
        return
    until = datetime.fromisoformat(said["expires"]).astimezone(VIETNAM)
    say(f"{account}: {said['role']}, {said['unit']}, đến {until:%d/%m/%Y %H:%M}")
    if said["must_change"]:
        say("Mật khẩu này do người khác cấp: hãy đổi ở trang /console/password trước khi thao tác.")


@alerts.command("sign-out")
def sign_out(data: Data = None, json: Json = False) -> None:
    """Kết thúc phiên đã giữ."""
    from ioc.cli import through, tickets

    settings = tickets.reached(data)
    held = tickets.kept(settings)
    if held is not None:
        through.sign_out(settings, held)
        tickets.keep(settings, None)
    if json:
        print_json({"account": held.account if held else None})
    else:
        say(f"{held.account}: đã đăng xuất" if held else "Không có phiên nào đang giữ.")


@alerts.command()
def ack(
    ref: Ref, data: Data = None, json: Json = False, account: As = None, password_stdin: Stdin = False
) -> None:
    """Xác nhận đã nhận cảnh báo."""
    _wish(ref, data, json, account, password_stdin, "acknowledge")


@alerts.command()
def assign(
    ref: Ref,
    to_role: Annotated[str | None, typer.Option("--to-role", help="Vai trò nhận.")] = None,
    to_unit: Annotated[str | None, typer.Option("--to-unit", help="Mã đơn vị nhận.")] = None,
    data: Data = None,
    json: Json = False,
    account: As = None,
    password_stdin: Stdin = False,
) -> None:
    """Phân công cho vai trò hoặc đơn vị."""
    _wish(ref, data, json, account, password_stdin, "assign", to_role=to_role, to_unit=to_unit)


@alerts.command()
def explain(
    ref: Ref,
    reason: Annotated[str, typer.Option("--reason", help="Mã lý do trong danh mục của quy tắc.")],
    data: Data = None,
    json: Json = False,
    account: As = None,
    password_stdin: Stdin = False,
) -> None:
    """Giải trình bằng mã lý do."""
    _wish(ref, data, json, account, password_stdin, "explain", reason_code=reason)


@alerts.command()
def escalate(
    ref: Ref,
    to_role: Annotated[str | None, typer.Option("--to-role", help="Vai trò; mặc định: cấp kế tiếp.")] = None,
    reason: Reason = None,
    data: Data = None,
    json: Json = False,
    account: As = None,
    password_stdin: Stdin = False,
) -> None:
    """Chuyển lên cấp trên."""
    _wish(ref, data, json, account, password_stdin, "escalate", to_role=to_role, reason_code=reason)


@alerts.command()
def shelve(
    ref: Ref,
    minutes: Annotated[int, typer.Option("--minutes", help="Tạm ẩn trong bao nhiêu phút.", min=1)],
    reason: Reason = None,
    data: Data = None,
    json: Json = False,
    account: As = None,
    password_stdin: Stdin = False,
) -> None:
    """Tạm ẩn có thời hạn; việc của trưởng ca."""
    until = (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat(timespec="seconds")
    _wish(ref, data, json, account, password_stdin, "shelve", until=until, reason_code=reason)


@alerts.command()
def step(
    ref: Ref,
    name: Annotated[str, typer.Argument(metavar="STEP", help="Mã bước của quy trình.")],
    data: Data = None,
    json: Json = False,
    account: As = None,
    password_stdin: Stdin = False,
) -> None:
    """Ghi nhận đã làm một bước của quy trình."""
    _wish(ref, data, json, account, password_stdin, "step", step=name)


@alerts.command()
def resolve(
    ref: Ref,
    reason: Reason = None,
    data: Data = None,
    json: Json = False,
    account: As = None,
    password_stdin: Stdin = False,
) -> None:
    """Kết thúc: đã xử lý xong."""
    _wish(ref, data, json, account, password_stdin, "resolve", reason_code=reason)


@alerts.command()
def close(
    ref: Ref, data: Data = None, json: Json = False, account: As = None, password_stdin: Stdin = False
) -> None:
    """Đóng cảnh báo đã xử lý xong."""
    _wish(ref, data, json, account, password_stdin, "close")


def _wish(
    ref: str,
    data: Path | None,
    json: bool,
    account: str | None,
    password_stdin: bool,
    action: str,
    **more: object,
) -> None:
    """Ask the gateway with the state as it is now, and wait for the answer. Exit 1 when it is refused."""
    from ioc.cli import through, tickets
    from ioc.messages import named

    settings = tickets.reached(data)
    who = tickets.ticket(settings, account, from_stdin=password_stdin)
    given = {name: value for name, value in more.items() if value is not None}
    done = through.act(settings, who, ref, action, given)
    words = named("why", done["reason"]) if done["reason"] else ""
    if json:
        print_json({**done, "message": words})
    elif done["accepted"]:
        say(f"Cảnh báo {done['alert_ref'][:8]}: {done['status']} (bước {done['seqno']}).")
    if not done["accepted"]:
        fail(f"alert {done['alert_ref']}: {action} by {who.account} was refused: {words}")


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


def _reader(data: Path | None) -> Any:
    from ioc.cli.attached import attached
    from storage.client import Store

    return Store(attached(data).clickhouse, role="reader")
