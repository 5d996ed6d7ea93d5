"""`/office/decisions…`: targets, weights and thresholds that two persons change."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from ioc.decisions import Change
from producers.gateway.office.answering import answer, signed_in
from producers.gateway.office.bodies import schema, taken
from producers.gateway.office.decisions import DecisionDesk
from producers.gateway.office.sessions import Sessions


def add_decisions(routes: APIRouter, desk: DecisionDesk, sessions: Sessions) -> None:
    """The routes of decisions."""

    @routes.get("/decisions")
    async def decisions(request: Request) -> Response:
        """`{decisions: […]}`, the newest first: what was proposed, by which account, how far it is."""
        return answer({"decisions": await desk.decisions(await signed_in(request, sessions))})

    @routes.get("/decisions/holding")
    async def holding(request: Request, on: Annotated[date | None, Query()] = None) -> Response:
        """`{on, kpis, rules}`: targets, weights and thresholds of a day, and which decision each is from."""
        return answer(await desk.holding(await signed_in(request, sessions), on))

    @routes.post("/decisions", status_code=201, openapi_extra=schema(Change))
    async def propose(request: Request) -> Response:
        """Propose a change → the decision, which waits for another account; 422 names what cannot be."""
        session = await signed_in(request, sessions)
        return answer(await desk.propose(session, await taken(request, Change)), 201)

    @routes.post("/decisions/{decision}/approve")
    async def approve(request: Request, decision: UUID) -> Response:
        """The second person's word; without a body. It holds from its day on."""
        return answer(await desk.approve(await signed_in(request, sessions), decision))

    @routes.post("/decisions/{decision}/withdraw")
    async def withdraw(request: Request, decision: UUID) -> Response:
        """The proposer takes it back; without a body."""
        return answer(await desk.withdraw(await signed_in(request, sessions), decision))
