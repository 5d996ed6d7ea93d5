"""Passwords: how they are made, how they are kept (Argon2id, RFC 9106), how they are compared.

What a password was cannot be found out again from anything that is written down, and readers of the store see
nothing of that either.
"""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ioc.errors import IocError

SHORTEST, LONGEST = 12, 256
"""Characters. No rule on kinds of characters: length is what counts (NIST SP 800-63B §3.1.1.2)."""


_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look like others."""


class PasswordRefused(IocError):
    """A password that is too short, too long, or the account's own name."""


class Passwords:
    """Hashing at one cost: some tenths of a second and 64 MiB each, so off the event loop and few at once."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        # Compared with when there is no such account, so that the answer takes as long.
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))

    def hash(self, password: str) -> str:
        """What is kept: parameters, salt and hash in one text."""
        return self._hasher.hash(password)

    def matches(self, kept: str | None, password: str) -> bool:
        """Whether this is the password; `kept` None: no such account, the same work and never a match."""
        try:
            return self._hasher.verify(kept or self._nobody, password) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def generate() -> str:
    """A password with 118 bits of chance that can be read out and typed: six groups of four signs."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(6))


def check(account: str, password: str) -> str:
    """The password, if it may be used. Raises `PasswordRefused`; its text never holds the password."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordRefused(f"the password of {account}: expected {SHORTEST} to {LONGEST} characters")
    if account in password.lower():
        raise PasswordRefused(f"the password of {account}: expected one without the account's name in it")
    return password
