"""`/office/orders…`: tasks, comments and corrections."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from ioc.orders import Step, Wish
from producers.gateway.office.answering import answer, signed_in
from producers.gateway.office.bodies import schema, taken
from producers.gateway.office.ordering import OrderDesk
from producers.gateway.office.sessions import Sessions


def add_orders(routes: APIRouter, desk: OrderDesk, sessions: Sessions) -> None:
    """The routes of orders."""

    @routes.get("/orders")
    async def orders(request: Request) -> Response:
        """`{orders: […]}`: what the account may see, open or over since a month, the newest first."""
        return answer({"orders": await desk.listed(await signed_in(request, sessions))})

    @routes.post("/orders", status_code=201, openapi_extra=schema(Wish))
    async def ask(request: Request) -> Response:
        """Order a task, comment, or ask for a correction; codes only."""
        session = await signed_in(request, sessions)
        return answer(await desk.ask(session, await taken(request, Wish)), 201)

    @routes.post("/orders/{order}/steps", openapi_extra=schema(Step))
    async def step(request: Request, order: UUID) -> Response:
        """Take, finish, accept, decline or withdraw it; `seen`: the number of its last step. 409: stale."""
        session = await signed_in(request, sessions)
        return answer(await desk.step(session, order, await taken(request, Step)))
