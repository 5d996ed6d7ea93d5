"""The first administrator: made once, when the store has no account at all."""

from collections.abc import Callable

from ioc.accounts import FIRST, FIRST_ROLE, Account, Kept
from ioc.clock import Clock
from ioc.passwords import Passwords, generate
from ioc.settings import Settings, read_json
from local.credentials import OWNER_ONLY
from local.rundir import write_atomically
from storage import accounts
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


def known(settings: Settings, name: str) -> str | None:
    """The password of an account that the credentials file holds."""
    found = read_json(settings.credentials_file).get(ENTRY, {}).get(name, {}).get("password")
    return str(found) if found else None


def remember(settings: Settings, name: str, password: str) -> None:
    """Keep a new password of the first administrator where the first one stood; of nobody else."""
    if known(settings, name) is not None:
        _write(settings, name, password)


def _write(settings: Settings, name: str, password: str) -> None:
    document = read_json(settings.credentials_file)
    held = {**document.get(ENTRY, {}), name: {"password": password}}
    write_atomically(settings.credentials_file, {**document, ENTRY: held}, mode=OWNER_ONLY)
