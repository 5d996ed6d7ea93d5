"""Accounts that a stack makes for itself: the first administrator, and that of its own command line."""

from collections.abc import Callable
from uuid import uuid4

from ioc.accounts import FIRST, FIRST_ROLE, LINE, LINE_ROLE, Account, Deed, Kept
from ioc.clock import Clock
from ioc.passwords import Passwords, generate
from ioc.roles import Roles
from ioc.settings import Settings, read_json
from local.credentials import OWNER_ONLY
from local.rundir import write_atomically
from storage import accounts, audit_trail
from storage.client import Store

ENTRY = "accounts"
"""Where the credentials file holds it: name → password."""


def ensure(
    settings: Settings, store: Store, clock: Clock, hasher: Callable[[], Passwords] = Passwords
) -> str | None:
    """Make the first account if there is none at all, and return its password; None when there is one.

    The password stands in the credentials file (mode 600) before the store knows it, so that a crash in
    between loses nothing: the next start takes the same.
    """
    if accounts.listed(store, settings.tenant):
        return None
    password = known(settings, FIRST)
    if password is None:
        password = generate()
        _write(settings, FIRST, password)
    account = Account(FIRST, FIRST_ROLE, settings.tenant, must_change=True)
    accounts.keep(store, settings.tenant, Kept(account, hasher().hash(password)), clock.now())
    return password


def ensure_line(
    settings: Settings, store: Store, clock: Clock, hasher: Callable[[], Passwords] = Passwords
) -> None:
    """Make the account of the command line unless there is one, open or disabled.

    Its password is nobody's to type: it stands in the credentials file (mode 600) only. Without a shift lead
    among the roles of the own catalogue there is none.
    """
    roles = Roles.load(settings.catalogue)
    if LINE_ROLE not in roles or accounts.find(store, settings.tenant, LINE) is not None:
        return
    password = known(settings, LINE)
    if password is None:
        password = generate()
        _write(settings, LINE, password)
    now, account = clock.now(), Account(LINE, LINE_ROLE, settings.tenant)
    detail = (f"role={LINE_ROLE}", f"unit={settings.tenant}", "by=start")
    audit_trail.note(store, settings.tenant, Deed(uuid4(), now, "", "", "add_account", LINE, "done", detail))
    accounts.keep(store, settings.tenant, Kept(account, hasher().hash(password)), now)


def known(settings: Settings, name: str) -> str | None:
    """The password of an account that the credentials file holds."""
    found = read_json(settings.credentials_file).get(ENTRY, {}).get(name, {}).get("password")
    return str(found) if found else None


def remember(settings: Settings, name: str, password: str) -> None:
    """Keep a new password of an account of the stack's own where the first one stood; of nobody else."""
    if known(settings, name) is not None:
        _write(settings, name, password)


def _write(settings: Settings, name: str, password: str) -> None:
    document = read_json(settings.credentials_file)
    held = {**document.get(ENTRY, {}), name: {"password": password}}
    write_atomically(settings.credentials_file, {**document, ENTRY: held}, mode=OWNER_ONLY)
