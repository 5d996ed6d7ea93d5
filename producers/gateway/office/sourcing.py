"""The owner of a source system: how its system stands, a sandbox for its events, its key."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from starlette.concurrency import run_in_threadpool

from ioc.accounts import Session
from ioc.clock import Clock
from ioc.contracts import EventRefused, Rules, decode
from ioc.sources import Source
from ioc.units import Units
from producers.gateway.intake import narrowed
from producers.gateway.office.permitting import Permits
from producers.gateway.office.sessions import Sessions, stored
from producers.gateway.problems import Problem, from_refusal

PAGE = "publishers"
Row = dict[str, Any]
Rotate = Callable[[str], str]
"""Makes a new key for a system, which holds from now on, and returns it. Raises `OSError`."""


class Standing(Protocol):
    """The store's side; may be called from any thread. Everything raises `StoreUnavailable`."""

    def standing(self, codes: list[str]) -> list[Row]:
        """How these systems stand: last heard, what became of their events in 30 days."""

    def refused(self, code: str) -> list[Row]:
        """Why its events were refused in 30 days, at the door and behind it, the most frequent first."""


class SourceDesk:
    """What one account may see and do of the source systems of its unit."""

    def __init__(
        self,
        *,
        standing: Standing,
        sessions: Sessions,
        permits: Permits,
        units: Units,
        sources: Mapping[str, Source],
        rules: Rules,
        rotate: Rotate,
        clock: Clock,
    ) -> None:
        self._standing = standing
        self._sessions = sessions
        self._permits = permits
        self._units = units
        self._sources = sources
        self._rules = rules
        self._rotate = rotate
        self._clock = clock

    async def sources(self, session: Session) -> list[Row]:
        """The systems that the account may see, and how each stands. Raises `Problem` 403."""
        await self._permits.see(session.account, PAGE, PAGE)
        mine = [code for code in self._sources if self._visible(session, code)]
        found = {row["system_code"]: row for row in await stored(self._standing.standing, mine)}
        return [self._told(code, found.get(code, {})) for code in mine]

    async def source(self, session: Session, code: str) -> Row:
        """One system, its contract, its refusals. Raises `Problem` 403, 404 also for those of others."""
        await self._known(session, code)
        rows = await stored(self._standing.standing, [code])
        types = sorted(self._sources[code].types)
        refused = await stored(self._standing.refused, code)
        contract = {"types": types, "rules": self._rules.version}
        return {**self._told(code, rows[0] if rows else {}), **contract, "refused_why": refused}

    async def test(self, session: Session, code: str, raw: bytes) -> Row:
        """What the door would say of this event; nothing of it is kept or sent. Raises `Problem` 403, 404."""
        await self._allow(session, "test_event", code)
        try:
            found = decode(raw, rules=narrowed(self._rules, code), now=self._clock.now())
        except EventRefused as refused:
            problem = from_refusal(refused)
            await self._sessions.note(session.account, "test_event", code, "done", f"verdict={problem.code}")
            return {"accepted": False, **problem.body()}
        await self._sessions.note(session.account, "test_event", code, "done", "verdict=accepted")
        return {"accepted": True, "event_type": found.envelope.type, "topic": found.kind.topic.name}

    async def rotate(self, session: Session, code: str) -> Row:
        """A new key, shown this once; the old one ends within seconds. Raises `Problem` 403, 404, 503."""
        await self._allow(session, "rotate_key", code)
        await self._sessions.note(session.account, "rotate_key", code, "done")
        try:
            key = await run_in_threadpool(self._rotate, code)
        except OSError as error:
            said = f"reason={error.__class__.__name__}"
            await self._sessions.note(session.account, "rotate_key", code, "failed", said)
            raise Problem("key_store", "the keys are kept where the gateway cannot write") from None
        # Which key it is can be compared later, without anybody having it.
        print_ = hashlib.sha256(key.encode()).hexdigest()[:12]
        return {"system_code": code, "key": key, "fingerprint": print_}

    def _told(self, code: str, row: Row) -> Row:
        source = self._sources[code]
        whose = {"owner": source.owner, "urn": source.urn(self._rules.tenant)}
        return {"interval_s": source.interval_s, **row, "system_code": code, "name": source.name, **whose}

    async def _known(self, session: Session, code: str) -> None:
        await self._permits.see(session.account, PAGE, PAGE, about=code)
        if not self._visible(session, code):
            await self._sessions.note(session.account, f"see_{PAGE}", "", "refused", "reason=unit")
            raise Problem("not_found", "there is no such source system")

    async def _allow(self, session: Session, action: str, code: str) -> None:
        """May the account do this to the system; one that it does not see does not exist for it."""
        await self._known(session, code)
        await self._permits.allow(session.account, action, code, own=self._own(session, code))

    def _visible(self, session: Session, code: str) -> bool:
        if code not in self._sources:
            return False
        return self._permits.sees(session.account, PAGE, own=self._own(session, code))

    def _own(self, session: Session, code: str) -> bool:
        return self._sources[code].owned_by(self._permits.mine(session.account), self._units.codes)
