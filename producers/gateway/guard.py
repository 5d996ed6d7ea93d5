"""The outermost layer of the gateway: headers, access log, draining, and no exception ever reaches the
wire."""

import logging
import re
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ioc.clock import Clock
from producers.gateway.metrics import Counters
from producers.gateway.problems import Problem

log = logging.getLogger("ioc.gateway")

DISGUISED = re.compile(rb"%(?:[01]|2[DEF]|3[0-9]|4[1-9A-F]|5[0-9ACF]|6[1-9A-F]|7[0-9AEF])", re.IGNORECASE)
"""Letters, digits, slashes and controls as escapes: an address has one form, for proxies too."""
HEADERS_LIMIT = 16 * 1024
"""Bytes of all names and values."""
ALWAYS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


class Guard:
    """Pure ASGI, so that bodies stream through it untouched."""

    def __init__(
        self, app: ASGIApp, *, counters: Counters, clock: Clock, draining: Callable[[], bool]
    ) -> None:
        self._app = app
        self._counters = counters
        self._clock = clock
        self._draining = draining

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = self._clock.monotonic()
        status = 0

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in ALWAYS.items():
                    headers[name] = value
            await send(message)

        try:
            refused = self._refused(scope)
            if refused is not None:
                await refused.response()(scope, receive, with_headers)
            else:
                await self._app(scope, receive, with_headers)
        except ClientDisconnect:
            status = status or 499
        except Exception as error:
            # The class alone: a message or a trace could carry a value out of the event.
            log.error("unexpected %s at %s", error.__class__.__name__, _route(scope))
            if not status:
                answer = Problem("internal", "the gateway failed; nothing was acknowledged, send it again")
                await answer.response()(scope, receive, with_headers)
        took_ms = (self._clock.monotonic() - begun) * 1000
        self._counters.add("ioc_gateway_requests_total", status=str(status))
        source = scope.get("state", {}).get("source", "-")
        log.info("%s %s %d %.1f ms %s", scope["method"], _route(scope), status, took_ms, source)

    def _refused(self, scope: Scope) -> Problem | None:
        if self._draining() and scope["path"].startswith("/v1/"):
            return Problem("draining", "the gateway is stopping; send the same again")
        if DISGUISED.search(scope.get("raw_path") or b""):
            return Problem("not_found", "there is nothing at this address")
        headers = Headers(scope=scope)
        if "transfer-encoding" in headers and "content-length" in headers:
            # What follows could be a body or another request: with this one the connection ends.
            return Problem("undecodable", "expected either Content-Length or Transfer-Encoding", closes=True)
        # The server's own limit holds for what comes in pieces, not for a head that arrives at once.
        if sum(len(name) + len(value) for name, value in scope["headers"]) > HEADERS_LIMIT:
            return Problem("too_large", f"the headers: expected at most {HEADERS_LIMIT} bytes")
        return None


def _route(scope: Scope) -> str:
    """The address that was matched; what else a caller wrote into a path is not repeated in a log."""
    return getattr(scope.get("route"), "path", "-")
