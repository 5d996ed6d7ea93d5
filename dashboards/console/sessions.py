"""Who is signed in at the console. The page and the cookie never hold the gateway's token.

The cookie is a random key; the token it stands for lives in this process's memory only. A wall that starts
again knows nobody, and people sign in again: better than tokens in a file.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr

from ioc.clock import Clock
from ioc.messages import of
from ioc.roles import Role, Roles

COOKIE = "ioc_console"
AT_MOST = 2000
"""Sessions held; the oldest one gives way."""


class Signed(BaseModel):
    """One session: its token, whose it is and until when."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    token: SecretStr = Field(min_length=16)
    account: str
    role: str
    unit: str
    must_change: bool = False
    expires: AwareDatetime


class Visitor(BaseModel):
    """A session as pages use it."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    key: str
    signed: Signed
    held: Role | None

    @property
    def token(self) -> str:
        return self.signed.token.get_secret_value()

    @property
    def role_name(self) -> str:
        return of(self.held.name) if self.held else self.signed.role

    @property
    def sees_all(self) -> bool:
        """Whether all units are open to it, or its own only."""
        return self.held is not None and self.held.sees.unit == "all"

    @property
    def sees_cases(self) -> bool:
        return self.held is not None and self.held.sees.detail == "subject"

    def opens(self, *pages: str) -> bool:
        """Whether one of these pages of roles.yaml is open to it."""
        return self.held is not None and any(page in self.held.sees.pages for page in pages)


class Sessions:
    """Keys and what they stand for. Lives on the web process's event loop."""

    def __init__(self, roles: Roles, clock: Clock) -> None:
        self._roles = roles
        self._clock = clock
        self._held: dict[str, Signed] = {}
        self._answered: dict[str, float] = {}

    def open(self, said: Mapping[str, Any]) -> str:
        """Keep what the gateway answered to a sign-in and return the key for the cookie."""
        key = secrets.token_urlsafe(32)
        while len(self._held) >= AT_MOST:
            self.close(next(iter(self._held)))
        self._held[key] = Signed.model_validate(said)
        self.confirm(key)
        return key

    def confirm(self, key: str) -> None:
        """The gateway has just said that this session is one."""
        if key in self._held:
            self._answered[key] = self._clock.monotonic()

    def confirmed(self, key: str, within: float) -> bool:
        """Whether it said so in the last seconds."""
        answered = self._answered.get(key)
        return answered is not None and self._clock.monotonic() - answered < within

    def find(self, key: str | None) -> Visitor | None:
        """Who a cookie belongs to; None when nobody, or its time is up."""
        signed = self._held.get(key or "")
        if signed is None or key is None:
            return None
        if signed.expires <= self._clock.now():
            self.close(key)
            return None
        return Visitor(key=key, signed=signed, held=self._roles.get(signed.role))

    def close(self, key: str) -> None:
        """Forget it."""
        self._held.pop(key, None)
        self._answered.pop(key, None)
