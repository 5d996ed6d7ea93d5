"""In whose name the command line acts: an account that is named, one that signed in before, the stack's own.

A session that is kept stands in `~/.local/state/ioc/sessions.json` (`IOC_SESSIONS` names another), by the
address of its gateway, mode 600. A password stands nowhere but in the stack's own credentials.
"""

import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ioc.cli.output import fail

if TYPE_CHECKING:
    from ioc.settings import Settings

PASSWORD = "IOC_ACCOUNT_PASSWORD"  # noqa: S105 - the name of a variable
GATEWAY = frozenset({"IOC_GATEWAY__HOST", "IOC_GATEWAY__PORT"})


@dataclass(frozen=True, slots=True)
class Ticket:
    """An account with either its password or the token of a session that is open already."""

    account: str
    password: str = ""
    token: str = ""


def reached(data: Path | None) -> "Settings":
    """Settings with the gateway to speak to: of the running stack, or the one that the environment names.

    Raises `StackNotFound` when there is neither.
    """
    from ioc.cli.attached import attached
    from ioc.settings import load

    return attached(data) if GATEWAY.isdisjoint(os.environ) else load(data)


def ticket(settings: "Settings", account: str | None, *, from_stdin: bool = False) -> Ticket:
    """Who acts. Leaves with 2 and what is missing when nobody is there to act as."""
    if account is None and from_stdin:
        fail("--password-stdin: expected --account too, whose password it is", code=2)
    held = None if from_stdin else kept(settings)
    if held is not None and account in (None, held.account):
        return held
    if account is not None:
        return fresh(account, from_stdin=from_stdin)
    own = _own(settings)
    if own is None:
        fail(
            "nobody to act as: sign in with `ioc alerts sign-in --account NAME`, name one with --account,"
            f" or act as the user who owns {settings.credentials_file}",
            code=2,
        )
    return own


def fresh(account: str, *, from_stdin: bool) -> Ticket:
    """An account with its password: from stdin, the environment, or typed. Leaves with 2 without one."""
    return Ticket(account, password=_password(account, from_stdin=from_stdin))


def _own(settings: "Settings") -> Ticket | None:
    """The stack's own account, for who may read its credentials."""
    from ioc.accounts import LINE
    from local.first_account import known

    password = known(settings, LINE)
    return Ticket(LINE, password=password) if password else None


def _password(account: str, *, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if given := os.environ.get(PASSWORD):
        return given
    if not sys.stdin.isatty():
        fail(
            f"account {account}: expected its password with --password-stdin or in {PASSWORD},"
            f" or `ioc alerts sign-in --account {account}` before",
            code=2,
        )
    return getpass(f"Mật khẩu của {account}: ")


def kept(settings: "Settings") -> Ticket | None:
    """The session that was kept for this gateway, while its time lasts."""
    from local.credentials import is_private

    entry = _file().get(address(settings))
    if entry is None:
        return None
    if not is_private(_path()):
        fail(f"{_path()}: others can read the sessions in it; expected mode 600")
    expires = datetime.fromisoformat(entry["expires"])
    return Ticket(entry["account"], token=entry["token"]) if datetime.now(UTC) < expires else None


def keep(settings: "Settings", said: dict[str, Any] | None) -> None:
    """Keep what the gateway answered to a sign-in, or forget the session with it (None)."""
    from local.credentials import OWNER_ONLY
    from local.rundir import write_atomically

    others = {where: entry for where, entry in _file().items() if where != address(settings)}
    mine = {address(settings): {name: said[name] for name in ("account", "token", "expires")}} if said else {}
    _path().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomically(_path(), {**others, **mine}, mode=OWNER_ONLY)


def address(settings: "Settings") -> str:
    """Where the gateway is, as sessions are kept by."""
    return settings.gateway.url


def _path() -> Path:
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(os.environ.get("IOC_SESSIONS") or Path(state) / "ioc" / "sessions.json")


def _file() -> dict[str, Any]:
    from ioc.settings import read_json

    return read_json(_path())
