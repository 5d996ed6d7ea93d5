"""`/office/sources…`: the source systems of the account's unit."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from producers.gateway.body import EVENT_LIMIT, read
from producers.gateway.office.answering import answer, signed_in
from producers.gateway.office.sessions import Sessions
from producers.gateway.office.sourcing import SourceDesk

Code = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{1,31}$")]
_EVENT = {"application/cloudevents+json": {"schema": {"type": "object"}}}


def add_sources(routes: APIRouter, desk: SourceDesk, sessions: Sessions) -> None:
    """The routes of source systems."""

    @routes.get("/sources")
    async def sources(request: Request) -> Response:
        """`{sources: […]}`: the systems that the account may see: last heard, counted, refused, lag."""
        return answer({"sources": await desk.sources(await signed_in(request, sessions))})

    @routes.get("/sources/{code}")
    async def source(request: Request, code: Code) -> Response:
        """One system: the types it may state with their versions, why events were refused."""
        return answer(await desk.source(await signed_in(request, sessions), code))

    @routes.post("/sources/{code}/test", openapi_extra={"requestBody": {"required": True, "content": _EVENT}})
    async def test(request: Request, code: Code) -> Response:
        """What the door would say of the event in the body; it is neither kept nor sent."""
        session = await signed_in(request, sessions)
        return answer(await desk.test(session, code, await read(request, EVENT_LIMIT, "the event")))

    @routes.post("/sources/{code}/key", status_code=201)
    async def rotate(request: Request, code: Code) -> Response:
        """A new key for the system, without a body: `{system_code, key, fingerprint}`, shown this once."""
        return answer(await desk.rotate(await signed_in(request, sessions), code), 201)
