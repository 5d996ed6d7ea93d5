"""`ioc gateway`: the door for publishers, put together from contracts, SDK and adapters."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import typer

from ioc.cli.output import Data

if TYPE_CHECKING:
    from ioc.clock import Clock, FollowingClock
    from ioc.reference import Catalogue
    from ioc.settings import Settings
    from producers.adapters.wiring import Adapters
    from producers.gateway.app import Background, Door
    from producers.sdk import Publisher

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KAFKA_AGREES_S = 30.0
"""An acknowledgement may come so late after Kafka's own time of the record, and no clock is wrong."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("gateway")(gateway)


def gateway(data: Data = None) -> None:
    """Accept CloudEvents, portal-sync calls and inbox files until stopped."""
    from ioc import settings
    from ioc.cli.recovering import LedgerRecovery
    from ioc.clock import FollowingClock, SystemClock
    from ioc.reference import Catalogue
    from producers.adapters.wiring import Adapters
    from producers.gateway.access import Keyring
    from producers.gateway.app import create_app
    from producers.gateway.canaries import canaries
    from producers.gateway.sdk_outlet import SdkOutlet
    from producers.gateway.serve import serve
    from producers.sdk import Publisher

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("kafka").setLevel(logging.WARNING)
    found = settings.load(data)
    catalogue = Catalogue.load(found.catalogue)
    # Without canaries nothing asks Kafka for its time but what publishers send.
    clock = FollowingClock(SystemClock(), KAFKA_AGREES_S, "Kafka's", sure=not found.canary_every_s)
    publisher = Publisher(found.kafka, client_id="ioc-gateway", told=follow(clock))
    # One set of adapters: endpoint and inbox share the dossiers' memory and its locks.
    adapters = Adapters(found, catalogue, clock, publisher, LedgerRecovery(found.clickhouse))
    office, beside = back_office(found, catalogue, clock, publisher)
    centre = own_unit(catalogue.sources["ioc"].units, found.tenant)
    app = create_app(
        rules=catalogue.rules(found.tenant),
        keyring=Keyring(found.credentials_file, clock),
        outlet=SdkOutlet(publisher),
        clock=clock,
        own_unit=centre,
        doors=[portal_door(adapters), office],
        background=[
            adapters.inbox(),
            beside,
            canaries(publisher, clock, found.tenant, centre, found.canary_every_s),
        ],
        trusted=found.trusted_proxies,
    )
    serve(app, found.gateway.host, found.gateway.port)


def follow(clock: "FollowingClock") -> "Callable[[int], None]":
    """What tells this clock when Kafka appended a record: landing will judge by that time."""
    return lambda ms: clock.look(EPOCH + timedelta(milliseconds=ms))


def portal_door(adapters: "Adapters") -> "Door":
    """The portal-sync endpoint of every source that has one."""
    return lambda report: adapters.portal(lambda code, refused: report(code, refused.reason))


def back_office(
    settings: "Settings", catalogue: "Catalogue", clock: "Clock", publisher: "Publisher"
) -> "tuple[Door, Background]":
    """The back office over this store and this publisher: its routes, and what it does beside them."""
    from ioc.alerts import Rules
    from ioc.kpis import Kpis
    from ioc.passwords import Passwords
    from ioc.roles import Roles
    from local.credentials import rotated
    from producers.gateway.office import control, routes
    from producers.gateway.office.acting import Office
    from producers.gateway.office.decisions import DecisionDesk
    from producers.gateway.office.ordering import OrderDesk
    from producers.gateway.office.permitting import Permits
    from producers.gateway.office.quarantine import QuarantineDesk
    from producers.gateway.office.reporting import ReportDesk
    from producers.gateway.office.sessions import Sessions
    from producers.gateway.office.sourcing import SourceDesk
    from storage.decision_desk import StoredDecisions
    from storage.desk import StoredDesk
    from storage.orders import StoredOrders
    from storage.quarantine_desk import StoredQuarantine
    from storage.source_desk import StoredSources

    desk = StoredDesk(settings.clickhouse, settings.tenant)
    sessions = Sessions(desk, clock, Passwords())
    units, kpis = catalogue.units, Kpis.load(settings.catalogue)
    permits = Permits(roles=Roles.load(settings.catalogue), units=units, sessions=sessions, clock=clock)
    office = Office(
        desk=desk,
        sessions=sessions,
        send=control.sender(publisher),
        permits=permits,
        units=units,
        clock=clock,
    )
    quarantine = QuarantineDesk(
        refused=StoredQuarantine(settings.clickhouse, settings.tenant),
        sessions=sessions,
        permits=permits,
        units=units,
        sources=catalogue.sources,
        tenant=settings.tenant,
        clock=clock,
    )
    decisions = DecisionDesk(
        kept=StoredDecisions(settings.clickhouse, settings.tenant),
        sessions=sessions,
        permits=permits,
        kpis=kpis,
        rules=Rules.load(settings.catalogue),
        clock=clock,
    )
    sources = SourceDesk(
        standing=StoredSources(settings.clickhouse, settings.tenant),
        sessions=sessions,
        permits=permits,
        units=units,
        sources=catalogue.sources,
        rules=catalogue.rules(settings.tenant),
        rotate=lambda code: rotated(settings.credentials_file, code),
        clock=clock,
    )
    orders = OrderDesk(
        orders=StoredOrders(settings.clickhouse, settings.tenant),
        desk=desk,
        sessions=sessions,
        permits=permits,
        units=units,
        kpis=kpis,
        clock=clock,
    )
    reports = ReportDesk(desk=desk, sessions=sessions, permits=permits, clock=clock)
    desks = (office, sessions, desk, quarantine, decisions, sources, orders, reports)
    door = lambda _report: routes.router(*desks)  # noqa: E731
    return door, office.tell_roles


def own_unit(units: frozenset[str], tenant: str) -> str:
    """The unit that runs the centre: the one that its own source is expected to report for."""
    return min(units, default=tenant)
