"""Accounts and sessions in the store. Their tables are the writer's: readers have no view of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from ioc.accounts import Account, Kept, Session
from storage.client import Store

ACCOUNTS, SESSIONS = "ioc.accounts", "ioc.sessions"
_COLUMNS = ("account", "role", "unit", "disabled", "must_change", "version")
_LAST = 2**64 - 1
"""The version of a session's end: a use that is written later does not bring it back."""


def find(store: Store, tenant: str, name: str) -> Kept | None:
    """The account and what is kept of its password; None when there is none of that name."""
    rows = store.query(
        f"SELECT {', '.join(_COLUMNS)}, password_hash FROM {ACCOUNTS} FINAL"  # noqa: S608
        " WHERE tenant = %(tenant)s AND account = %(name)s",
        {"tenant": tenant, "name": name},
    )
    return Kept(_account(rows[0]), str(rows[0][-1])) if rows else None


def listed(store: Store, tenant: str) -> list[Account]:
    """All accounts by name, disabled ones too."""
    rows = store.query(
        f"SELECT {', '.join(_COLUMNS)} FROM {ACCOUNTS} FINAL"  # noqa: S608
        " WHERE tenant = %(tenant)s ORDER BY account",
        {"tenant": tenant},
    )
    return [_account(row) for row in rows]


def keep(store: Store, tenant: str, kept: Kept, at: datetime) -> Account:
    """Write the account as it is from now on, under its next version, and return it.

    Its open sessions end, for they began under another version.
    """
    known = find(store, tenant, kept.account.name)
    account = replace(kept.account, version=known.account.version + 1 if known else 1)
    row = {
        "tenant": tenant,
        "account": account.name,
        "role": account.role,
        "unit": account.unit,
        "disabled": int(account.disabled),
        "must_change": int(account.must_change),
        "version": account.version,
        "password_hash": kept.password_hash,
        "changed_at": at,
    }
    store.insert(ACCOUNTS, list(row), [[value] for value in row.values()])
    return account


def begin(store: Store, tenant: str, session: Session) -> None:
    """Write a new session down."""
    _write(store, tenant, session, ended=False)


def use(store: Store, tenant: str, session: Session) -> None:
    """Write down that it was used; not needed at every request, some minutes do."""
    _write(store, tenant, session, ended=False)


def end(store: Store, tenant: str, session: Session) -> None:
    """End it for good."""
    _write(store, tenant, session, ended=True)


def session(store: Store, tenant: str, digest: str) -> Session | None:
    """The session of a token's digest, with its account as it is now.

    None: there is none, it was ended, or its account was changed or disabled since. Whether its time is up
    is for the caller to say, who has the clock.
    """
    rows = store.query(
        f"SELECT {', '.join(f'a.{name}' for name in _COLUMNS)}, s.began_at, s.expires_at, s.used_at"  # noqa: S608
        f" FROM (SELECT * FROM {SESSIONS} FINAL WHERE tenant = %(tenant)s AND digest = %(digest)s) AS s"
        f" INNER JOIN (SELECT * FROM {ACCOUNTS} FINAL WHERE tenant = %(tenant)s) AS a"
        " ON a.account = s.account"
        " WHERE s.ended = 0 AND a.disabled = 0 AND a.version = s.account_version",
        {"tenant": tenant, "digest": digest},
    )
    if not rows:
        return None
    began, expires, used = (_utc(each) for each in rows[0][-3:])
    return Session(digest, _account(rows[0]), began, expires, used)


def _account(row: Sequence[object]) -> Account:
    name, role, unit, disabled, must_change, version = row[: len(_COLUMNS)]
    return Account(str(name), str(role), str(unit), bool(disabled), bool(must_change), int(str(version)))


def _write(store: Store, tenant: str, session: Session, *, ended: bool) -> None:
    row = {
        "tenant": tenant,
        "digest": session.digest,
        "account": session.account.name,
        "account_version": session.account.version,
        "began_at": session.began_at,
        "expires_at": session.expires_at,
        "used_at": session.used_at,
        "ended": int(ended),
        "version": _LAST if ended else int(session.used_at.timestamp() * 1000),
    }
    store.insert(SESSIONS, list(row), [[value] for value in row.values()])


def _utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
