"""`POST /office/views`: what our own web processes counted.

No session: a wall has nobody signed in, and a count belongs to nobody. Who may send is who is believed about
addresses (`trusted_proxies`: this machine, our consoles), asking directly: a request that a proxy passes on
for somebody says so, and is refused.
"""

from datetime import timedelta

from fastapi import APIRouter, Request, Response

from ioc.adoption import Batch
from ioc.clock import VIETNAM, Clock
from ioc.roles import Roles
from producers.gateway.office.bodies import schema, taken
from producers.gateway.office.desk import Desk
from producers.gateway.office.sessions import stored
from producers.gateway.problems import Problem
from producers.throttle import is_ours

LATE = timedelta(days=2)


def add_views(routes: APIRouter, desk: Desk, roles: Roles, clock: Clock) -> None:
    @routes.post("/views", status_code=204, openapi_extra=schema(Batch))
    async def views(request: Request) -> Response:
        """`{batch, counts: [{day, role, page, views}]}`; the same batch twice is counted once."""
        if not is_ours(request):
            raise Problem("no_credential", "expected one of our own web processes, asking directly")
        body = await taken(request, Batch)
        today = clock.now().astimezone(VIETNAM).date()
        for at, each in enumerate(body.counts):
            if each.role and each.role not in roles:
                raise Problem("schema", f"/counts/{at}/role: expected a role of the catalogue")
            if not today - LATE <= each.day <= today:
                raise Problem("schema", f"/counts/{at}/day: expected a day of the last two")
        await stored(desk.add_views, body)
        return Response(status_code=204)
