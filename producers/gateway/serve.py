"""Running the application: a strict HTTP server that drains within seconds when it is told to stop."""

from types import FrameType

import uvicorn
from fastapi import FastAPI

from producers.gateway.guard import HEADERS_LIMIT
from producers.gateway.patience import Patient

DRAIN_S = 4


class _Draining(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._application = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # Kept-alive connections may still ask: from here on they are told to come back later.
        self._application.state.gateway.draining = True
        super().handle_exit(sig, frame)


def configured(app: FastAPI, host: str, port: int, protocol: type[Patient] = Patient) -> uvicorn.Config:
    """How the gateway's HTTP server reads requests; port 0: a free one."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        # h11 refuses what may be read in two ways (doubled or bad Content-Length); it is fast enough here.
        http=protocol,
        ws="none",
        h11_max_incomplete_event_size=HEADERS_LIMIT,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=DRAIN_S,
        limit_concurrency=2000,
        backlog=2048,
    )


def serve(app: FastAPI, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT; open requests have `DRAIN_S` seconds to finish."""
    _Draining(configured(app, host, port), app).run()
