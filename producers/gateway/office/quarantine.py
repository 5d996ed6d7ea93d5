"""The quarantine desk: who may see and ask what of records that were not counted.

What is asked is written down and left to the reducer's process, which alone reads Kafka. Replaying or
discarding many records waits for a second account.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

from ioc.accounts import Account, Session
from ioc.clock import Clock
from ioc.contracts import Reason
from ioc.contracts.mending import Mend, NotMendable, parse
from ioc.desk import MOST, Act, Kind, NoSuchPlace, Place, Quarantined, Sieve, Stage, Why, place_of
from ioc.sources import Source
from ioc.units import Units
from producers.gateway.office.bodies import Asked
from producers.gateway.office.permitting import Permits
from producers.gateway.office.refused import Refused, Row
from producers.gateway.office.sessions import Sessions, stored
from producers.gateway.problems import Problem

PAGE = "quarantine"
CLOSED = frozenset(reason.value for reason in Reason if reason.unmentionable)
"""Reasons whose records nobody sends again: the publisher sends the event without what it must not hold."""
NAMED = 5
"""Records that a line of the trail names; of more it says how many."""


class QuarantineDesk:
    """What one account may see and ask for."""

    def __init__(
        self,
        *,
        refused: Refused,
        sessions: Sessions,
        permits: Permits,
        units: Units,
        sources: Mapping[str, Source],
        tenant: str,
        clock: Clock,
    ) -> None:
        self._refused = refused
        self._sessions = sessions
        self._permits = permits
        self._units = units
        self._sources = sources
        self._tenant = tenant
        self._clock = clock

    async def groups(self, session: Session, by: str, sieve: Sieve) -> list[Row]:
        """Records in quarantine by cause, source, type or unit. Raises `Problem` 403."""
        return await stored(self._refused.grouped, by, await self._within(session, sieve))

    async def records(self, session: Session, sieve: Sieve, limit: int) -> list[Row]:
        """Records in quarantine, the newest first. Raises `Problem` 403."""
        found = await stored(self._refused.listed, await self._within(session, sieve), limit)
        return [each.document() for each in found]

    async def record(self, session: Session, name: str) -> Row:
        """One record, its history, both fingerprints of a conflict. Raises `Problem` 403, 404, 422."""
        await self._within(session, Sieve())
        found = (await self._found(session, [_place(name)]))[0]
        shown: Row = found.document()
        if found.verdict == "conflict":
            shown["conflict"] = await stored(self._refused.conflict, found.place)
        if found.state == "replayed":
            now = await stored(self._refused.moved_to, found.place)
            shown["now"] = str(now) if now else None
        shown["acts"] = [self._told(act) for act in await stored(self._refused.about, found.place)]
        return shown

    async def ask(self, session: Session, asked: Asked) -> Row:
        """Write an act down; many records wait for a second account. Raises `Problem` 403, 404, 409, 422."""
        account, now = session.account, self._clock.now()
        act_id = uuid4()
        records = await self._chosen(session, asked)
        await self._allow(session, asked.kind, str(act_id), records)
        if asked.kind is not Kind.dry_run:
            _must_be_open(records)
        if asked.kind is not Kind.discard and any(each.reason in CLOSED for each in records):
            raise Problem(
                "not_replayable", "the publisher sends this event again, without what it must not hold"
            )
        if asked.kind is Kind.discard and asked.reason is None:
            raise Problem("schema", f"/reason: expected one of {', '.join(Why)}")
        bulk = asked.kind is not Kind.dry_run and len(records) > self._permits.roles.desk.bulk_over
        act = Act(
            act_id,
            asked.kind,
            tuple(each.place for each in records),
            account.name,
            account.role,
            now,
            Stage.awaiting if bulk else Stage.asked,
            _mends(asked),
            asked.reason.value if asked.reason else "",
            now + timedelta(minutes=self._permits.roles.desk.confirm_minutes) if bulk else None,
        )
        await self._sessions.note(account, asked.kind.value, str(act.id), "done", *_said(act))
        if bulk:
            await stored(self._refused.mark, act, "awaiting", act.records, now)
        await stored(self._refused.keep, act, now)
        return self._told(act)

    async def confirm(self, session: Session, act_id: UUID) -> Row:
        """The second account's word. Raises `Problem` 403, 404, 409."""
        act = await self._awaiting(session, act_id)
        account, now = session.account, self._clock.now()
        if account.name == act.account:
            said = ["reason=same_account"]
            await self._sessions.note(account, f"confirm_{act.kind}", str(act.id), "refused", *said)
            raise Problem("second_account", "another account than the one that asked must confirm")
        await self._sessions.note(account, f"confirm_{act.kind}", str(act.id), "done", *_said(act))
        agreed = replace(act, stage=Stage.asked, confirmed_by=account.name, confirmed_role=account.role)
        await stored(self._refused.keep, agreed, now)
        return self._told(agreed)

    async def decline(self, session: Session, act_id: UUID) -> Row:
        """The second account's no, or the first one's change of mind: the records are open again.

        Raises `Problem` 403, 404, 409.
        """
        act = await self._awaiting(session, act_id)
        account, now = session.account, self._clock.now()
        await self._sessions.note(account, f"decline_{act.kind}", str(act.id), "done", *_said(act))
        # It waits no longer: whoever reads it finds it expired, and by whom.
        ended = replace(
            act, stage=Stage.expired, until=now, finished_at=now, outcome={"declined_by": account.name}
        )
        await stored(self._refused.keep, ended, now)
        await stored(self._refused.mark, ended, "open", act.records, now)
        return self._told(ended)

    async def _awaiting(self, session: Session, act_id: UUID) -> Act:
        """An act that waits for a word that this account may give. Raises `Problem` 403, 404, 409."""
        act = await self._act(act_id)
        records = await self._found(session, act.records)
        await self._allow(session, act.kind, str(act.id), records, confirming=True)
        if act.stage is not Stage.awaiting:
            raise Problem(
                "not_awaiting", f"this act is {act.stage.value}; nothing waits for a second account"
            )
        return act

    async def act(self, session: Session, act_id: UUID) -> Row:
        """An act and what became of it. Raises `Problem` 403, 404."""
        await self._within(session, Sieve())
        act = await self._act(act_id)
        await self._found(session, act.records)
        return self._told(act)

    async def acts(self, session: Session, stage: Stage) -> list[Row]:
        """Acts that are so far, of records that the account sees. Raises `Problem` 403."""
        sieve = await self._within(session, Sieve())
        shown = []
        for act in await stored(self._refused.acts, stage):
            if act.as_of(self._clock.now()).stage is not stage:
                continue  # nobody confirmed it in time
            seen = await stored(self._refused.at, act.records)
            if sieve.units is None or all(self._own(session.account, each) for each in seen):
                shown.append(self._told(act))
        return shown

    async def _act(self, act_id: UUID) -> Act:
        found = await stored(self._refused.act, act_id)
        if found is None:
            raise Problem("not_found", "there is no such act")
        return found.as_of(self._clock.now())

    async def _chosen(self, session: Session, asked: Asked) -> list[Quarantined]:
        """The exact records that are meant: those that are named, or those that a sieve lets through now."""
        sieve = await self._within(session, asked.sieve())
        if asked.records:
            return await self._found(session, [_place(each) for each in dict.fromkeys(asked.records)])
        if not (asked.source or asked.reason_of or asked.field):
            raise Problem(
                "schema", "/records: expected records, or a source, a reason or a field to choose by"
            )
        found = await stored(self._refused.listed, replace(sieve, state="open"), MOST + 1)
        if asked.kind is not Kind.discard:
            found = [each for each in found if each.reason not in CLOSED]
        if not found:
            raise Problem("not_found", "no open record is meant")
        if len(found) > MOST:
            raise Problem("schema", f"/records: expected at most {MOST} records at once; choose by more")
        return found

    async def _found(self, session: Session, places: Sequence[Place]) -> list[Quarantined]:
        """The records at these places. Raises `Problem` 404 also for what the account does not see."""
        found = await stored(self._refused.at, places)
        everywhere = self._permits.sees(session.account, PAGE, own=False)
        seen = [each for each in found if everywhere or self._own(session.account, each)]
        if {str(each.place) for each in seen} != {str(each) for each in places}:
            raise Problem("not_found", "there is no such record in quarantine")
        return seen

    async def _allow(
        self,
        session: Session,
        kind: Kind,
        about: str,
        records: Sequence[Quarantined],
        *,
        confirming: bool = False,
    ) -> None:
        """May the account do this to all of them; that it may not is written down."""
        account = session.account
        own = all(self._own(account, each) for each in records)
        noted = f"confirm_{kind}" if confirming else ""
        await self._permits.allow(account, kind.value, about, own=own, noted=noted)

    async def _within(self, session: Session, sieve: Sieve) -> Sieve:
        """The same, of what the account sees. Raises `Problem` 403."""
        account = session.account
        await self._permits.see(account, PAGE, PAGE)
        if self._permits.sees(account, PAGE, own=False):
            return sieve
        return replace(sieve, units=self._permits.mine(account), sources=self._systems(account))

    def _own(self, account: Account, record: Quarantined) -> bool:
        """Whether it speaks of the account's unit, or comes from a system of it."""
        return record.unit in self._permits.mine(account) or record.source in self._systems(account)

    def _systems(self, account: Account) -> tuple[str, ...]:
        """The systems of the account's units."""
        mine, all_ = self._permits.mine(account), self._units.codes
        return tuple(each.urn(self._tenant) for each in self._sources.values() if each.owned_by(mine, all_))

    def _told(self, act: Act) -> Row:
        """An act as it is answered."""
        act = act.as_of(self._clock.now())
        return {
            "act_id": act.id,
            "kind": act.kind,
            "stage": act.stage,
            "records": [str(each) for each in act.records],
            "mends": [str(each) for each in act.mends],
            "reason": act.reason,
            "account": act.account,
            "at": act.at,
            "until": act.until,
            "confirmed_by": act.confirmed_by,
            "finished_at": act.finished_at,
            "outcome": act.outcome,
        }


def _place(name: str) -> Place:
    try:
        return place_of(name)
    except NoSuchPlace as error:
        raise Problem("schema", f"/records: {error}") from None


def _mends(asked: Asked) -> tuple[Mend, ...]:
    try:
        found = tuple(parse(each) for each in asked.mends)
    except NotMendable as error:
        raise Problem("schema", f"/mends: {error}") from None
    if found and asked.kind is Kind.discard:
        raise Problem("schema", "/mends: expected none, for what is discarded is not changed")
    return found


def _must_be_open(records: Sequence[Quarantined]) -> None:
    for each in records:
        if each.state != "open":
            raise Problem("not_open", f"{each.place} is {each.state}: expected an open record")


def _said(act: Act) -> list[str]:
    """An act in codes."""
    said = [f"records={len(act.records)}", *(f"record={each}" for each in act.records[:NAMED])]
    said += [f"mend={mend}" for mend in act.mends]
    return [*said, *([f"reason={act.reason}"] if act.reason else []), f"stage={act.stage}"]
