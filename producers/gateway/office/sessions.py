"""Signing in and out. Tokens are random; what is kept of one is its digest, in the store, so that nobody is
signed out when the gateway starts again."""

import asyncio
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import uuid4

from starlette.concurrency import run_in_threadpool

from ioc import failpoints
from ioc.accounts import SESSION, Account, Deed, Kept, Session, digest
from ioc.clock import Clock
from ioc.errors import StoreUnavailable
from ioc.passwords import Passwords, check
from producers.gateway.office.desk import Desk
from producers.gateway.problems import Problem
from producers.throttle import Throttle, either

TRUSTED_S = 2.0
"""A session that was looked up is believed so long: after that a disabled account is out."""
WRITTEN_EVERY = timedelta(minutes=5)
HASHING_AT_ONCE, WAITING_AT_MOST = 2, 16
CACHED = 10_000
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
T = TypeVar("T")


async def stored(call: Callable[..., T], *arguments: object) -> T:
    """A call of the desk, off the event loop. Raises `Problem` 503 when the store does not answer."""
    try:
        return await run_in_threadpool(call, *arguments)
    except StoreUnavailable:
        raise Problem("store_unavailable", "the store does not answer; nothing was done, try again") from None


@dataclass(slots=True)
class _Held:
    session: Session
    looked: float
    written: datetime


class Familiar:
    """From where each account has signed in since the gateway began.

    Attempts from such a place are counted by themselves: who guesses from elsewhere slows down the guessing,
    not the operator at the own desk.
    """

    def __init__(self) -> None:
        self._pairs: dict[str, None] = {}

    def key(self, name: str, address: str) -> str:
        """What attempts are counted under."""
        pair = digest(f"{name} {address}")
        return pair if pair in self._pairs else digest(name)

    def add(self, name: str, address: str) -> None:
        """This account has signed in from there."""
        while len(self._pairs) >= CACHED:
            self._pairs.pop(next(iter(self._pairs)))
        self._pairs[digest(f"{name} {address}")] = None


class Sessions:
    """Who is signed in. Lives on the gateway's event loop."""

    def __init__(self, desk: Desk, clock: Clock, passwords: Passwords) -> None:
        self._desk = desk
        self._clock = clock
        self._passwords = passwords
        self._held: dict[str, _Held] = {}
        # Few people behind one address mistype in a row; all desks of a room may share one.
        self._by_account = Throttle(clock, free=5)
        self._by_address = Throttle(clock, free=30)
        self._familiar = Familiar()
        self._hashing = asyncio.Semaphore(HASHING_AT_ONCE)
        self._waiting = 0

    async def sign_in(self, name: str, password: str, address: str) -> tuple[str, Session]:
        """A new token and its session. Raises `Problem` 401 without saying what was wrong, 429."""
        kept = await self._proved(name, password, address, "sign_in")
        now = self._clock.now()
        token = secrets.token_urlsafe(32)
        session = Session(digest(token), kept.account, now, now + SESSION, now)
        await self.note(kept.account, "sign_in", kept.account.name, "done")
        await stored(self._desk.begin, session)
        return token, session

    async def sign_out(self, session: Session) -> None:
        """End a session."""
        self._held.pop(session.digest, None)
        await self.note(session.account, "sign_out", session.account.name, "done")
        await stored(self._desk.end, session)

    async def change_password(self, session: Session, old: str, new: str, address: str) -> None:
        """Raises `Problem` 401 or 429 as signing in does, `PasswordRefused`. All sessions of it end."""
        name = session.account.name
        kept = await self._proved(name, old, address, "change_password")
        check(name, new)
        if new == old:
            raise Problem("schema", "/new: expected another password than the old one")
        async with self._hashing:
            hashed = await run_in_threadpool(self._passwords.hash, new)
        await self.note(kept.account, "change_password", name, "done")
        changed = Kept(replace(kept.account, must_change=False), hashed)
        await stored(self._desk.keep, changed, self._clock.now())
        self._held = {key: held for key, held in self._held.items() if held.session.account.name != name}

    async def of(self, token: str, *, issued: bool = False) -> Session | None:
        """The session of a token, None when there is none or its time is up. Asking is using it.

        `issued`: also when somebody else gave it its password, which must be changed before anything else.
        Raises `Problem` 403.
        """
        if not _TOKEN.fullmatch(token):
            return None
        key, now = digest(token), self._clock.now()
        held = self._held.get(key)
        if held is None or self._clock.monotonic() - held.looked >= TRUSTED_S:
            held = await self._looked_up(key, held)
        if held is None or not held.session.alive(now):
            self._held.pop(key, None)
            return None
        held.session = replace(held.session, used_at=now)
        if now - held.written >= WRITTEN_EVERY:
            held.written = now
            await stored(self._desk.use, held.session)
        if held.session.account.must_change and not issued:
            raise Problem(
                "password_change_needed", "the password was issued: expected it to be changed first"
            )
        return held.session

    async def note(
        self, account: Account | None, action: str, about: str, outcome: str, *detail: str
    ) -> None:
        """One line of the audit trail, before what it tells of. Raises `Problem` 503: then it is not done."""
        name, role = (account.name, account.role) if account else ("", "")
        deed = Deed(uuid4(), self._clock.now(), name, role, action, about, outcome, detail)
        await stored(self._desk.note, deed)
        failpoints.hit("G5")

    async def _looked_up(self, key: str, before: _Held | None) -> _Held | None:
        found = await stored(self._desk.session, key)
        if found is None:
            return None
        written = found.used_at
        if before is not None and before.session.used_at > written:
            found = replace(found, used_at=before.session.used_at)
        held = _Held(found, self._clock.monotonic(), written)
        while len(self._held) >= CACHED:
            self._held.pop(next(iter(self._held)))
        self._held[key] = held
        return held

    async def _proved(self, name: str, password: str, address: str, action: str) -> Kept:
        """The account, its password shown. Every failure looks the same and takes as long."""
        # Keys are digests: what is typed into the wrong field is not kept, not even in memory.
        who, where = self._familiar.key(name, address), digest(address)
        wait = either((self._by_account, who), (self._by_address, where))
        if wait > 0:
            seconds = int(wait) + 1
            raise Problem("too_many_attempts", f"expected a pause of {seconds} s", retry_after_s=seconds)
        kept = await stored(self._desk.account, name)
        right = await self._compare(kept, password)
        if kept is None or not right or kept.account.disabled:
            reason = "unknown" if kept is None else "disabled" if right else "password"
            about = kept.account.name if kept else ""
            await self.note(kept.account if kept else None, action, about, "refused", f"reason={reason}")
            raise Problem("bad_credential", "the account or the password is not right")
        self._by_account.forget(who)
        self._familiar.add(name, address)
        self._by_address.forgive(where)
        return kept

    async def _compare(self, kept: Kept | None, password: str) -> bool:
        if self._waiting >= WAITING_AT_MOST:
            raise Problem("too_many_attempts", "many are signing in at this moment: try again")
        self._waiting += 1
        try:
            async with self._hashing:
                known = kept.password_hash if kept else None
                return await run_in_threadpool(self._passwords.matches, known, password)
        finally:
            self._waiting -= 1
