"""Accounts of the people who act, their sessions, and what is written down of what they did.

An account is named after a post (`truc_ca_1`), never after a person: what is written down about its actions
says which post acted; who held it then is known to the duty roster, not to this system.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from ioc.contracts.screening import is_personal, is_secret
from ioc.errors import IocError
from ioc.roles import Roles
from ioc.units import Units

FIRST = "quan_tri"
"""The account of the first administrator."""
FIRST_ROLE = "platform_admin"
LINE = "dong_lenh"
"""The account of the command line on the machine that runs the stack: of scripts, and of who owns it."""
LINE_ROLE = "truong_ca_ioc"
SESSION = timedelta(hours=12)
"""A shift and its hand-over; then one signs in again, used or not."""
IDLE = timedelta(hours=1)
"""A console that is left open: it asks for its lists all the time, so this ends closed ones."""
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_DIGITS_AT_MOST = 4
LONGEST = 32


class AccountRefused(IocError):
    """An account that cannot be: its name, its role or its unit is not as expected."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account without its secret. `version` counts its changes; each ends the sessions before it."""

    name: str
    role: str
    unit: str
    disabled: bool = False
    must_change: bool = False
    version: int = 1


@dataclass(frozen=True, slots=True)
class Kept:
    """An account and what is kept of its password."""

    account: Account
    password_hash: str


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in. `digest`: SHA-256 of the token, in hexadecimal; the token itself is kept nowhere."""

    digest: str
    account: Account
    began_at: datetime
    expires_at: datetime
    used_at: datetime

    def alive(self, now: datetime) -> bool:
        return now < self.expires_at and now - self.used_at < IDLE


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of the audit trail. `outcome`: done, refused or failed; `detail`: codes as `name=value`."""

    id: UUID
    at: datetime
    account: str
    role: str
    action: str
    object: str
    outcome: str
    detail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shift:
    """A hand-over: how many alerts stood how, counted by the centre, and what else the next shift must know,
    as codes."""

    id: UUID
    handed_at: datetime
    account: str
    role: str
    counts: dict[str, int]
    notes: tuple[str, ...]


def digest(token: str) -> str:
    """What is kept of a token. It has 256 bits of chance: a plain hash is enough, nobody can try them all."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def check_name(name: str) -> str:
    """The name, if an account may have it. Raises `AccountRefused`."""
    if not _NAME.fullmatch(name) or len(name) > LONGEST:
        raise AccountRefused(
            f"account name: expected up to {LONGEST} of a-z, 0-9 and _ that name a post, such as truc_ca_1"
        )
    # A post needs a number or two; more digits are somebody's telephone or identity number.
    digits = sum(sign.isdigit() for sign in name)
    if digits > _DIGITS_AT_MOST or is_personal(name) or is_secret(name):
        raise AccountRefused("account name: expected the name of a post, without a number of a person in it")
    return name


def check_post(roles: Roles, units: Units, tenant: str, role: str, unit: str) -> str:
    """The unit the account belongs to: `unit`, or the ministry for a role that needs none of its own.

    Raises `AccountRefused`.
    """
    if role not in roles:
        raise AccountRefused(f"role {role!r}: expected one of {', '.join(roles)}")
    if unit and unit not in units.codes:
        raise AccountRefused(f"unit {unit!r}: expected the code of a unit, such as {min(units.codes)}")
    if not unit and roles[role].needs_unit:
        raise AccountRefused(f"role {role}: expected --unit, for it acts in its own unit only")
    return unit or tenant
