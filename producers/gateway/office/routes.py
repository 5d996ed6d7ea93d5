"""`/office/…`: the routes of the console, of `ioc alerts` and of whoever else acts in a person's place."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response, Security
from fastapi.security import HTTPBearer

from ioc.accounts import Session, Shift
from ioc.passwords import PasswordRefused
from ioc.roles import Roles
from producers.gateway.office.acting import Office
from producers.gateway.office.answering import answer, from_our_site, signed_in
from producers.gateway.office.audited import CURSOR
from producers.gateway.office.bodies import HandOver, NewPassword, SignIn, Wish, schema, taken
from producers.gateway.office.decision_routes import add_decisions
from producers.gateway.office.decisions import DecisionDesk
from producers.gateway.office.desk import Desk
from producers.gateway.office.order_routes import add_orders
from producers.gateway.office.ordering import OrderDesk
from producers.gateway.office.quarantine import QuarantineDesk
from producers.gateway.office.quarantine_routes import add_quarantine
from producers.gateway.office.report_routes import add_reports
from producers.gateway.office.reporting import ReportDesk
from producers.gateway.office.sessions import Sessions, stored
from producers.gateway.office.source_routes import add_sources
from producers.gateway.office.sourcing import SourceDesk
from producers.gateway.office.views import add_views
from producers.gateway.problems import Problem
from producers.gateway.problems import described as refusals
from producers.throttle import address_of

AlertRef = Annotated[str, Path(pattern=r"^[A-Za-z0-9._\-]{1,64}$")]
Limit = Annotated[int, Query(ge=1, le=1000)]
REFUSED = (400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 503)
"""How any of these routes may refuse."""


def router(
    office: Office,
    sessions: Sessions,
    desk: Desk,
    quarantine: QuarantineDesk | None = None,
    decisions: DecisionDesk | None = None,
    sources: SourceDesk | None = None,
    orders: OrderDesk | None = None,
    reports: ReportDesk | None = None,
) -> APIRouter:
    """All routes of the back office; those of the other desks where there are these."""
    # For the description only: who is calling is decided in `signed_in`.
    session = Security(HTTPBearer(scheme_name="session", auto_error=False))
    known, anyone = APIRouter(dependencies=[session]), APIRouter()
    _add_signing(known, anyone, sessions, office.roles)
    _add_alerts(known, office, sessions, desk)
    _add_keeping(known, office, sessions)
    if quarantine is not None:
        add_quarantine(known, quarantine, sessions)
    if decisions is not None:
        add_decisions(known, decisions, sessions)
    if sources is not None:
        add_sources(known, sources, sessions)
    if orders is not None:
        add_orders(known, orders, sessions)
    if reports is not None:
        add_reports(known, reports, sessions)
    add_views(anyone, desk, office.roles, office.clock)
    routes = APIRouter(prefix="/office", tags=["office"], responses=refusals(*REFUSED, office=True))
    for each in (anyone, known):
        routes.include_router(each)
    return routes


def _add_signing(routes: APIRouter, anyone: APIRouter, sessions: Sessions, roles: Roles) -> None:
    @anyone.post("/session", status_code=201, openapi_extra=schema(SignIn))
    async def sign_in(request: Request) -> Response:
        """`{account, password}` → `{token, account, role, unit, expires, …}`; 401, 429 with Retry-After."""
        from_our_site(request.headers)
        body = await taken(request, SignIn)
        token, session = await sessions.sign_in(body.account, body.password, address_of(request))
        return answer({"token": token, **described(session, roles)}, 201)

    @routes.delete("/session", status_code=204)
    async def sign_out(request: Request) -> Response:
        """End this session."""
        await sessions.sign_out(await signed_in(request, sessions, issued=True))
        return Response(status_code=204)

    @routes.get("/me")
    async def me(request: Request) -> Response:
        """Who is signed in, and what that account may see and do."""
        return answer(described(await signed_in(request, sessions, issued=True), roles))

    @routes.post("/password", status_code=204, openapi_extra=schema(NewPassword))
    async def change_password(request: Request) -> Response:
        """`{old, new}`; every session of the account ends."""
        session = await signed_in(request, sessions, issued=True)
        body = await taken(request, NewPassword)
        try:
            await sessions.change_password(session, body.old, body.new, address_of(request))
        except PasswordRefused as refused:
            raise Problem("schema", f"/new: {refused}") from None
        return Response(status_code=204)


def _add_alerts(routes: APIRouter, office: Office, sessions: Sessions, desk: Desk) -> None:
    @routes.get("/alerts")
    async def alerts(
        request: Request,
        status: Annotated[str, Query(pattern="^(open|closed|all)$")] = "open",
        limit: Limit = 200,
    ) -> Response:
        """The alerts that the account may see, the gravest first."""
        session = await signed_in(request, sessions)
        return answer({"alerts": await office.alerts(session, status, limit)})

    @routes.get("/alerts/{ref}")
    async def alert(request: Request, ref: AlertRef) -> Response:
        """One alert, if the account may see it."""
        return answer(await office.alert(await signed_in(request, sessions), ref))

    @routes.post("/alerts/{ref}/actions", status_code=202, openapi_extra=schema(Wish))
    async def act(request: Request, ref: AlertRef) -> Response:
        """Ask something of an alert → `{command_id}`; what became of it: `GET /office/commands/{id}`."""
        session = await signed_in(request, sessions)
        command = await office.ask(session, ref, await taken(request, Wish))
        return answer({"command_id": command}, 202)

    @routes.get("/commands/{command}", responses={202: {"description": "Not answered yet."}})
    async def outcome(request: Request, command: UUID) -> Response:
        """200 `{accepted, reason, status, seqno}`; 202 as long as the command is not answered."""
        await signed_in(request, sessions)
        found = await stored(desk.outcome, command)
        if found is None:
            return answer({"command_id": command, "pending": True}, 202)
        accepted, reason, status, seqno = found
        told = {"accepted": accepted, "reason": reason, "status": status, "seqno": seqno}
        return answer({"command_id": command, **told})


def _add_keeping(routes: APIRouter, office: Office, sessions: Sessions) -> None:
    @routes.post("/shift", status_code=201, openapi_extra=schema(HandOver))
    async def hand_over(request: Request) -> Response:
        """Hand the shift over: `{notes: [codes]}`; the centre counts what stands open."""
        session = await signed_in(request, sessions)
        shift = await office.hand_over(session, await taken(request, HandOver))
        return answer(_shift(shift, office.roles), 201)

    @routes.get("/shift/last")
    async def last_shift(request: Request) -> Response:
        """`{shift: …}`, null before the first hand-over."""
        shift = await office.last_shift(await signed_in(request, sessions))
        return answer({"shift": _shift(shift, office.roles) if shift else None})

    @routes.get("/audit")
    async def audit(
        request: Request,
        days: Annotated[int, Query(ge=1, le=400)] = 7,
        account: Annotated[str, Query(max_length=32, pattern="^[a-z0-9_]*$")] = "",
        about: Annotated[str, Query(alias="object", max_length=64)] = "",
        limit: Limit = 200,
        after: Annotated[str, Query(max_length=100, pattern=CURSOR)] = "",
    ) -> Response:
        """`{deeds, next, chain}`: what was done, newest first, and whether the chain holds; for auditors.

        `next` is the `after` of the following lines, null behind the last.
        """
        session = await signed_in(request, sessions)
        return answer(await office.trail(session, days, account, about, limit, after))


def described(session: Session, roles: Roles) -> dict[str, Any]:
    """An account as it is told about itself."""
    account = session.account
    role = roles.get(account.role)
    return {
        "account": account.name,
        "role": account.role,
        "role_name": role.name.model_dump() if role else None,
        "unit": account.unit,
        "must_change": account.must_change,
        "expires": session.expires_at,
        "sees": role.sees.model_dump(mode="json") if role else None,
        "may": {**role.may} if role else {},
        "while": {action: sorted(states) for action, states in role.only_while.items()} if role else {},
    }


def _shift(shift: Shift, roles: Roles) -> dict[str, Any]:
    notes = [{"code": code, "text": _text(roles, code)} for code in shift.notes]
    return {
        "id": shift.id,
        "handed_at": shift.handed_at,
        "role": shift.role,
        "counts": shift.counts,
        "notes": notes,
    }


def _text(roles: Roles, code: str) -> Mapping[str, str]:
    note = roles.notes.get(code)
    return note.text.model_dump() if note else {"vi": code, "en": code}
