"""`/office/reports…`: who approved which file."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from producers.gateway.office.answering import answer, signed_in
from producers.gateway.office.bodies import schema, taken
from producers.gateway.office.reporting import Approval, ReportDesk
from producers.gateway.office.sessions import Sessions

Week = Annotated[str, Path(pattern=r"^\d{4}-W\d{2}$")]
File = Annotated[str, Path(pattern=r"^[A-Z]\d{2}[0-9.]{0,16}\.(pdf|docx|html)$")]


def add_reports(routes: APIRouter, desk: ReportDesk, sessions: Sessions) -> None:
    """The routes of reports."""

    @routes.get("/reports/{week}/{file}/approval")
    async def approval(request: Request, week: Week, file: File) -> Response:
        """`{approval: {role, account, at, digest} or null}`: the last one."""
        session = await signed_in(request, sessions)
        return answer({"approval": await desk.approval(session, f"{week}/{file}")})

    @routes.post("/reports/{week}/{file}/approval", status_code=201, openapi_extra=schema(Approval))
    async def approve(request: Request, week: Week, file: File) -> Response:
        """Approve the file with this digest; another one of the same name is not approved by that."""
        session = await signed_in(request, sessions)
        found = await desk.approve(session, f"{week}/{file}", await taken(request, Approval))
        return answer({"approval": found}, 201)
