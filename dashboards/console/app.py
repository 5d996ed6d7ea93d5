"""Puts the console and the leaders' page into the wall's web process."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response

from dashboards import tongue
from dashboards.console import (
    adoption_page,
    alert_page,
    alerts_page,
    audit_export,
    evidence_page,
    leader_page,
    more_pages,
    orders_page,
    quarantine_page,
    signing,
    sources_page,
    targets_page,
)
from dashboards.console.counting import Counting
from dashboards.console.office import Office
from dashboards.console.reading import Reading
from dashboards.console.sessions import Sessions
from dashboards.console.signing import visitor
from dashboards.console.state import Console
from ioc.alerts import Rules
from ioc.clock import Clock
from ioc.kpis import Kpis
from ioc.messages import speak
from ioc.peers import Proxies
from ioc.reference import Catalogue
from ioc.roles import Roles
from ioc.settings import Settings

OURS = ("/console", "/leader", "/adoption")


def of(settings: Settings, clock: Clock) -> Console:
    """The console of a running stack. Raises `SettingsError` when its catalogue is not as expected."""
    roles, office = Roles.load(settings.catalogue), Office(settings.gateway)
    return Console(
        office=office,
        counting=Counting(office.add_views, clock),
        sessions=Sessions(roles, clock),
        reading=Reading.of(settings.clickhouse, settings.tenant),
        catalogue=Catalogue.load(settings.catalogue),
        rules=Rules.load(settings.catalogue).about(Kpis.load(settings.catalogue)),
        roles=roles,
        clock=clock,
        tenant=settings.tenant,
        briefs=settings.data / "briefs",
        proxies=Proxies(settings.trusted_proxies),
    )


def install(web: FastAPI, console: Console) -> None:
    """Add pages and routes; call before the application is served, once per process."""

    @web.middleware("http")
    async def ours(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
        here = request.url.path.startswith(OURS)
        if here:
            speak(tongue.asked(request))
        response = await call(request)
        if console.counting is not None and request.method == "GET" and response.status_code == 200:
            known = visitor(console, request)
            console.counting.add(request.url.path, known.signed.role if known else "")
        if here:
            # Forms must say that they come from here; other sites still learn nothing.
            response.headers["Referrer-Policy"] = "same-origin"
            tongue.keep(request, response)
        return response

    pages = (alerts_page, alert_page, more_pages, quarantine_page, leader_page, evidence_page, adoption_page)
    for part in (signing, *pages, targets_page, sources_page, orders_page, audit_export):
        part.install(web, console)
