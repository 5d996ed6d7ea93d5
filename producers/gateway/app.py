"""The gateway's HTTP application, put together from what the command line hands it."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from ioc.clock import Clock, FollowingClock
from ioc.contracts import Reason, Rules
from ioc.peers import LOOPBACK, Proxies
from producers.gateway.guard import Guard
from producers.gateway.intake import Intake
from producers.gateway.metrics import Counters, skew
from producers.gateway.outlet import Outlet
from producers.gateway.problems import Problem
from producers.gateway.rejections import Rejections
from producers.gateway.v1 import Admit, KeyOwner, events_router, everyone

Report = Callable[[str, Reason], None]
"""Told (system code, reason) of a refusal by another door; may be called from any thread."""
Door = Callable[[Report], APIRouter]
"""Makes the routes of an adapter."""
Background = Callable[[], Awaitable[None]]
"""Work that runs as long as the gateway does."""
METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
log = logging.getLogger("ioc.gateway")


class Gateway:
    """State of one running gateway that outlives a request."""

    def __init__(self) -> None:
        self.draining = False
        self.loop: asyncio.AbstractEventLoop | None = None
        self.counters = Counters()


def create_app(
    *,
    rules: Rules,
    keyring: KeyOwner,
    outlet: Outlet,
    clock: Clock,
    own_unit: str,
    doors: Sequence[Door] = (),
    background: Sequence[Background] = (),
    admit: Admit = everyone,
    trusted: Iterable[IPv4Network | IPv6Network | str] = LOOPBACK,
) -> FastAPI:
    """The application. `own_unit`: the unit that runs the centre, for which refusals are reported; `admit`:
    asked before a request is read, raises `Problem("quota_exceeded")` to refuse; `trusted`: proxies that are
    believed when they say for whom they ask."""
    gateway = Gateway()
    rejections = Rejections(
        outlet=outlet, counters=gateway.counters, clock=clock, tenant=rules.tenant, orgunit=own_unit
    )
    followed = clock if isinstance(clock, FollowingClock) else None
    intake = Intake(
        rules=rules,
        outlet=outlet,
        rejections=rejections,
        counters=gateway.counters,
        clock=clock,
        sure=lambda: followed is None or followed.sure,
    )

    def report(code: str, reason: Reason) -> None:
        if gateway.loop is not None:
            gateway.loop.call_soon_threadsafe(intake.refused_elsewhere, code, reason)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        gateway.loop = asyncio.get_running_loop()
        tasks = [asyncio.ensure_future(_kept_running(work)) for work in background]
        try:
            yield
        finally:
            gateway.draining = True
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await rejections.settle()
            await outlet.close()

    app = FastAPI(
        title="IOC gateway",
        version="1",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        # An address has one form: a redirect would be built from whatever the request calls this host.
        redirect_slashes=False,
    )
    app.state.gateway = gateway
    app.state.proxies = Proxies(trusted)
    app.add_middleware(Guard, counters=gateway.counters, clock=clock, draining=lambda: gateway.draining)
    app.include_router(events_router(intake, keyring, admit))
    for door in doors:
        app.include_router(door(report))
    _add_operations(app, gateway, followed)
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _wrong_address)
    return app


async def _kept_running(work: Background) -> None:
    """A background task that fails is started again after a pause; the door stays open meanwhile."""
    while True:
        try:
            await work()
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.error("background work failed (%s), starting it again", error.__class__.__name__)
        await asyncio.sleep(5)


def _add_operations(app: FastAPI, gateway: Gateway, clock: FollowingClock | None) -> None:
    @app.get("/healthz", tags=["operations"], responses={503: {"description": "Draining."}})
    async def healthz() -> Response:
        """200 while requests are served, 503 while the gateway drains."""
        status = "draining" if gateway.draining else "ok"
        code = 503 if gateway.draining else 200
        return Response(orjson.dumps({"status": status}), code, media_type="application/json")

    @app.get("/metrics", tags=["operations"], response_class=PlainTextResponse)
    async def metrics() -> PlainTextResponse:
        """Counters by source and reason, Prometheus text format."""
        text = gateway.counters.text() + (skew(clock.skew_s) if clock is not None else "")
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4")


async def _problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - registered for this class only
    return error.response()


async def _wrong_address(_: Request, error: Exception) -> Response:
    """A path or query that is not as expected; the framework's own answer would repeat the value."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    first = error.errors()[0]
    where = "/".join(str(part) for part in first["loc"])
    return Problem("schema", f"{where}: {first['msg']}").response()


async def _http(request: Request, error: Exception) -> Response:
    status: Any = getattr(error, "status_code", 404)
    if status == 405:
        answer = Problem("method_not_allowed", "this address does not know that method").response()
        answer.headers["Allow"] = ", ".join(_allowed(request))
        return answer
    if status == 404:
        return Problem("not_found", "there is nothing at this address").response()
    return Problem("undecodable", "the request could not be read").response()


def _allowed(request: Request) -> list[str]:
    """The methods that an address knows, which RFC 9110 wants said with a 405."""
    routes = request.app.routes
    return [
        method
        for method in METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    ]
