"""The wall's web process: `/wall/<board>`, `/healthz`, and nothing that leaves the machine."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from nicegui import Client, background_tasks, core, ui
from nicegui import app as pages

from dashboards import tongue
from dashboards.console import app as console
from dashboards.wall import missing, page
from dashboards.wall.board import GENERATED
from dashboards.wall.board import boards as boards_of
from dashboards.wall.choosing import NotKnownYet, NotOffered
from dashboards.wall.following import Following
from dashboards.wall.glossary import Glossary
from dashboards.wall.house import House
from dashboards.wall.hub import Hub
from dashboards.wall.screens import Screens, TooManyScreens
from dashboards.wall.shared import Shared
from dashboards.wall.source import TIMEOUT_S, OpenReader, StoreReader
from ioc.clock import Clock
from ioc.messages import say, speak
from ioc.settings import Http, Settings
from storage import clock as store_clock
from storage.client import Store

CONTENT_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self' ws: wss:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
"""Nothing from elsewhere, whatever a row may hold. Inline and eval: Vue's in-browser templates need them."""


def build(
    open_reader: OpenReader,
    clock: Clock,
    *,
    title: str = "IOC",
    boards: Path = GENERATED,
    catalogue: Path | None = None,
    more: Callable[[FastAPI], None] | None = None,
) -> tuple[FastAPI, Screens]:
    """The web application and its screens. NiceGUI has one page registry per process: build once.

    `catalogue`: a ministry's own. `more`: adds further pages and routes.
    """
    screens = Screens(boards_of(boards), open_reader, clock, Glossary.load(catalogue))
    house, hub = House.load(screens.boards, catalogue), Hub(clock)
    shared = Shared(screens.around, house, clock, screens.glossary)
    screens.on_read = hub.read
    pages.on_startup(lambda: background_tasks.create(hub.run(), name="wall hub"))
    web = FastAPI(title=title, docs_url=None, redoc_url=None, openapi_url=None)
    _routes(web, screens, clock)
    _pages(screens, shared, house, hub, clock)
    if more is not None:
        more(web)
    # NiceGUI lets pages of any site open the socket that carries what the wall shows.
    core.sio.eio.cors_allowed_origins = _same_host
    ui.run_with(
        web,
        title=title,
        language="vi",
        tailwind=False,
        dark=None,
        reconnect_timeout=30,
        show_welcome_message=False,
        favicon=FAVICON,
    )
    return web, screens


FAVICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="6" fill="#101a2e"/>'
    '<path d="M6 22h4V14H6zm8 0h4V8h-4zm8 0h4v-5h-4z" fill="#62aefc"/></svg>'
)


def _same_host(origin: str | None, environ: Mapping[str, Any]) -> bool:
    """A page of this very wall; a proxy in front may speak another scheme, so only hosts are compared."""
    hosts = (environ.get("HTTP_X_FORWARDED_HOST"), environ.get("HTTP_HOST"))
    return origin is None or urlsplit(origin).netloc in hosts


def _routes(web: FastAPI, screens: Screens, clock: Clock) -> None:
    @web.middleware("http")
    async def guard(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call(request)
        response.headers["Content-Security-Policy"] = CONTENT_POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        if not request.url.path.startswith("/_nicegui/"):  # scripts and fonts of the wheel may be kept
            response.headers["Cache-Control"] = "no-store"
        if request.url.path.startswith("/wall/"):
            tongue.keep(request, response)
        return response

    @web.get("/healthz")
    async def healthz() -> JSONResponse:
        at = screens.lost_since(clock.now())
        viewers = dict.fromkeys(screens.boards, 0)
        for screen in screens.live:
            viewers[screen.board.uid] += screen.poller.viewers
        said: dict[str, Any] = {
            "ok": True,
            "store": "lost" if at else "ok",
            "lost_since": at.isoformat() if at else None,
            "boards": {uid: {"viewers": count} for uid, count in viewers.items()},
        }
        return JSONResponse(said)

    first_board = next(iter(screens.boards))

    @web.get("/")
    async def index() -> RedirectResponse:
        return RedirectResponse(f"/wall/{first_board}?kiosk")

    @web.get("/wall")
    async def first() -> RedirectResponse:
        return RedirectResponse(f"/wall/{first_board}?kiosk")


def _pages(screens: Screens, shared: Shared, house: House, hub: Hub, clock: Clock) -> None:
    @ui.page("/wall/{uid}")
    async def wall(client: Client, request: Request, uid: str) -> Response | None:
        speak(tongue.asked(request))
        if uid not in screens.boards:
            return missing.board(uid, screens.titles)
        try:
            chosen = await page.chosen(screens, uid, request.query_params)
            asked = page.wish(uid, request.query_params, request.cookies, chosen)
            screens.of(uid, chosen)
        except (page.NotUnderstood, NotOffered) as error:
            return missing.answer(400, say("address.wrong"), str(error), screens.titles)
        except NotKnownYet as error:
            return missing.answer(503, say("address.unlisted"), str(error), screens.titles)
        except TooManyScreens:
            return missing.answer(503, say("address.too_many"), say("address.too_many_why"), screens.titles)
        page.build(screens, shared, house, hub, clock, client, asked)
        return None


def serve(web: FastAPI, screens: Screens, where: Http) -> None:
    """Serve until SIGTERM or SIGINT; open pages do not delay the end."""
    config = uvicorn.Config(
        web,
        host=where.host,
        port=where.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        ws="websockets-sansio",
    )
    screens.start()
    try:
        uvicorn.Server(config).run()
    finally:
        screens.stop()


def run(settings: Settings, boards: Path = GENERATED) -> None:
    """`ioc wall`: the wall over the store's reading views, drawn from the boards in a folder."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    clock = store_clock.clock()
    web, screens = build(
        lambda: StoreReader(settings.clickhouse),
        clock,
        boards=boards,
        catalogue=settings.catalogue,
        more=lambda web: console.install(web, console.of(settings, clock)),
    )
    with Following(lambda: Store(settings.clickhouse, role="reader", timeout=TIMEOUT_S), clock):
        serve(web, screens, settings.wall)
