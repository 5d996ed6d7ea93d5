"""`/office/quarantine…`: records that were not counted, and what is done about them."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from ioc.desk import Sieve, Stage
from producers.gateway.office.answering import answer, signed_in
from producers.gateway.office.bodies import Asked, Written, schema, taken
from producers.gateway.office.quarantine import QuarantineDesk
from producers.gateway.office.sessions import Sessions

BODY_LIMIT = 64 * 1024
"""Bytes: a thousand places and the mends."""
Group = Literal["cause", "source", "type", "unit"]


def _sieve(
    source: Annotated[str, Query(max_length=64, pattern="^[A-Za-z0-9_:]*$")] = "",
    reason: Annotated[str, Query(max_length=32, pattern="^[a-z_]*$")] = "",
    field: Annotated[str, Query(max_length=64, pattern="^[A-Za-z0-9_/?]*$")] = "",
    state: Annotated[str, Query(pattern="^(open|awaiting|replayed|discarded|)$")] = "",
    since: Annotated[Written | None, Query()] = None,
) -> Sieve:
    return Sieve(source, reason, field, state, since)


Chosen = Annotated[Sieve, Depends(_sieve)]


def add_quarantine(routes: APIRouter, desk: QuarantineDesk, sessions: Sessions) -> None:
    """The routes of the quarantine desk."""
    _add_reading(routes, desk, sessions)
    _add_acting(routes, desk, sessions)


def _add_reading(routes: APIRouter, desk: QuarantineDesk, sessions: Sessions) -> None:
    @routes.get("/quarantine")
    async def groups(request: Request, sieve: Chosen, by: Group = "cause") -> Response:
        """`{groups: […]}`: how many records by cause, source, type or unit; first and last seen."""
        session = await signed_in(request, sessions)
        return answer({"groups": await desk.groups(session, by, sieve)})

    @routes.get("/quarantine/records")
    async def records(
        request: Request, sieve: Chosen, limit: Annotated[int, Query(ge=1, le=1000)] = 200
    ) -> Response:
        """`{records: […]}`, the newest first: reason, field and shape of each, never its content."""
        session = await signed_in(request, sessions)
        return answer({"records": await desk.records(session, sieve, limit)})

    @routes.get("/quarantine/records/{topic}/{partition}/{offset}")
    async def record(request: Request, topic: str, partition: str, offset: str) -> Response:
        """One record: its history at the desk; of a conflict both fingerprints and both places."""
        session = await signed_in(request, sessions)
        return answer(await desk.record(session, f"{topic}/{partition}/{offset}"))


def _add_acting(routes: APIRouter, desk: QuarantineDesk, sessions: Sessions) -> None:
    @routes.post("/quarantine/acts", status_code=202, openapi_extra=schema(Asked))
    async def ask(request: Request) -> Response:
        """Ask for a dry run, a replay or a discard → the act; `stage`: whether a second account is due."""
        session = await signed_in(request, sessions)
        return answer(await desk.ask(session, await taken(request, Asked, BODY_LIMIT)), 202)

    @routes.get("/quarantine/acts")
    async def acts(request: Request, stage: Stage = Stage.awaiting) -> Response:
        """`{acts: […]}` that are so far; by default those that wait for a second account."""
        session = await signed_in(request, sessions)
        return answer({"acts": await desk.acts(session, stage)})

    @routes.get("/quarantine/acts/{act}")
    async def act(request: Request, act: UUID) -> Response:
        """One act; `outcome` once it is done: the verdict of each record, values before and after."""
        session = await signed_in(request, sessions)
        return answer(await desk.act(session, act))

    @routes.post("/quarantine/acts/{act}/confirm", status_code=202)
    async def confirm(request: Request, act: UUID) -> Response:
        """The second account's word; without a body."""
        session = await signed_in(request, sessions)
        return answer(await desk.confirm(session, act), 202)

    @routes.post("/quarantine/acts/{act}/decline", status_code=202)
    async def decline(request: Request, act: UUID) -> Response:
        """The second account's no, or the first one's change of mind; without a body."""
        session = await signed_in(request, sessions)
        return answer(await desk.decline(session, act), 202)
