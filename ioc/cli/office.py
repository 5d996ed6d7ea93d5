"""`ioc user`: accounts of the back office."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ioc.cli.output import Data, Json, fail, print_json, say

if TYPE_CHECKING:
    from ioc.accounts import Account
    from ioc.settings import Settings
    from storage.client import Store

user = typer.Typer(
    help="Accounts of those who act: named after posts, never after persons.", no_args_is_help=True
)
Name = Annotated[str, typer.Argument(help="Name of the post: truc_ca_1.")]
FromStdin = Annotated[
    bool,
    typer.Option("--password-stdin", help="Read the password from stdin instead of making one."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(user, name="user")


@user.command()
def add(
    name: Name,
    role: Annotated[str, typer.Option("--role", help="A role of roles.yaml: truc_ca_ioc.")],
    unit: Annotated[
        str, typer.Option("--unit", help="Its unit; needed where the role acts in its own.")
    ] = "",
    password_stdin: FromStdin = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Create an account. A password that is made here is shown once, now."""
    from ioc.accounts import Account, check_name, check_post
    from ioc.cli.attached import attached
    from ioc.reference import Catalogue
    from ioc.roles import Roles

    settings = attached(data)
    roles, units = Roles.load(settings.catalogue), Catalogue.load(settings.catalogue).units
    place = check_post(roles, units, settings.tenant, role, unit)
    account = Account(check_name(name), role, place, must_change=not password_stdin)
    if _known(settings, name) is not None:
        fail(f"account {name}: there is one already; `ioc user reset {name}` gives it a new password")
    _keep(settings, account, "add_account", password_stdin, json=json)


@user.command("list")
def listed(data: Data = None, json: Json = False) -> None:
    """All accounts, without anything secret."""
    from ioc.cli.attached import attached
    from storage import accounts

    settings = attached(data)
    found = _with_store(settings, lambda store: accounts.listed(store, settings.tenant))
    if json:
        print_json({"accounts": [_document(each) for each in found]})
        return
    for each in found:
        state = "khóa" if each.disabled else "phải đổi mật khẩu" if each.must_change else ""
        say(f"{each.name:<24} {each.role:<20} {each.unit:<10} {state}")


@user.command()
def disable(name: Name, data: Data = None, json: Json = False) -> None:
    """Nobody signs in with it any more, and its sessions end within seconds."""
    from ioc.accounts import Kept
    from ioc.cli.attached import attached

    settings = attached(data)
    known = _must_know(settings, name)
    _write(settings, Kept(replace(known.account, disabled=True), known.password_hash), "disable_account")
    _told({"account": name, "disabled": True}, f"{name}: đã khóa", json=json)


@user.command()
def reset(name: Name, password_stdin: FromStdin = False, data: Data = None, json: Json = False) -> None:
    """Give it a new password (shown once), and open it again if it was disabled."""
    from ioc.cli.attached import attached

    settings = attached(data)
    account = replace(_must_know(settings, name).account, disabled=False, must_change=not password_stdin)
    _keep(settings, account, "reset_password", password_stdin, json=json)


def _keep(settings: "Settings", account: "Account", action: str, from_stdin: bool, *, json: bool) -> None:
    from ioc.accounts import Kept
    from ioc.passwords import Passwords, check, generate
    from local.first_account import remember

    given = sys.stdin.readline().rstrip("\r\n") if from_stdin else None
    password = check(account.name, given if given is not None else generate())
    # Before the store knows it: a crash in between leaves a password that does not work, not a lost one.
    remember(settings, account.name, password)
    _write(settings, Kept(account, Passwords().hash(password)), action)
    shown: dict[str, Any] = {"account": account.name, "role": account.role, "unit": account.unit}
    if given is None:
        shown["password"] = password
    lines = f"{account.name}: {account.role}, {account.unit}"
    secret = f"\nMật khẩu (chỉ hiện một lần): {password}" if given is None else ""
    _told(shown, lines + secret, json=json)


def _write(settings: "Settings", kept: Any, action: str) -> None:
    from uuid import uuid4

    from ioc.accounts import Deed
    from ioc.clock import SystemClock
    from storage import accounts, audit_trail

    now = SystemClock().now()
    account = kept.account
    detail = (f"role={account.role}", f"unit={account.unit}", "by=command_line")

    def both(store: "Store") -> None:
        audit_trail.note(
            store, settings.tenant, Deed(uuid4(), now, "", "", action, account.name, "done", detail)
        )
        accounts.keep(store, settings.tenant, kept, now)

    _with_store(settings, both)


def _known(settings: "Settings", name: str) -> Any:
    from storage import accounts

    return _with_store(settings, lambda store: accounts.find(store, settings.tenant, name))


def _must_know(settings: "Settings", name: str) -> Any:
    from ioc.accounts import check_name

    found = _known(settings, check_name(name))
    if found is None:
        fail(f"account {name}: there is none; `ioc user list` shows all")
    return found


def _with_store(settings: "Settings", call: Any) -> Any:
    from storage.client import Store

    store = Store(settings.clickhouse)
    try:
        return call(store)
    finally:
        store.close()


def _document(account: "Account") -> dict[str, Any]:
    return {
        "account": account.name,
        "role": account.role,
        "unit": account.unit,
        "disabled": account.disabled,
        "must_change": account.must_change,
    }


def _told(document: dict[str, Any], line: str, *, json: bool) -> None:
    if json:
        print_json(document)
    else:
        say(line)
