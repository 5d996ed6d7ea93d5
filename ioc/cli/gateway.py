"""`ioc gateway`: the door for publishers, put together from contracts, SDK and adapters."""

import logging
from typing import TYPE_CHECKING

import typer

from ioc.cli.output import Data

if TYPE_CHECKING:
    from ioc.reference import Catalogue
    from ioc.settings import Settings
    from producers.gateway.app import Door
    from producers.sdk import Publisher


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("gateway")(gateway)


def gateway(data: Data = None) -> None:
    """Accept CloudEvents, portal-sync calls and inbox files until stopped."""
    from ioc import settings
    from ioc.clock import SystemClock
    from ioc.reference import Catalogue
    from producers.gateway.access import Keyring
    from producers.gateway.app import create_app
    from producers.gateway.sdk_outlet import SdkOutlet
    from producers.gateway.serve import serve
    from producers.sdk import Publisher

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("kafka").setLevel(logging.WARNING)
    found = settings.load(data)
    catalogue = Catalogue.load(found.catalogue)
    clock = SystemClock()
    publisher = Publisher(found.kafka, client_id="ioc-gateway")
    app = create_app(
        rules=catalogue.rules(found.tenant),
        keyring=Keyring(found.credentials_file, clock),
        outlet=SdkOutlet(publisher),
        clock=clock,
        own_unit=own_unit(catalogue.sources["ioc"].units, found.tenant),
        doors=[portal_door(found, catalogue, publisher)],
    )
    serve(app, found.gateway.host, found.gateway.port)


def portal_door(found: "Settings", catalogue: "Catalogue", publisher: "Publisher") -> "Door":
    """The portal-sync endpoint of every source that has one."""
    from ioc.clock import SystemClock
    from producers.adapters.memory import Memory
    from producers.adapters.portal.accounts import CredentialAccounts
    from producers.adapters.portal.engine import PortalEngine
    from producers.adapters.portal.router import router
    from producers.adapters.portal.store import DossierStore

    clock = SystemClock()
    folder = found.data / "adapters"
    store, memory = DossierStore(folder), Memory(folder)
    engines = {
        code: PortalEngine(
            source,
            rules=catalogue.rules(found.tenant),
            units=catalogue.units,
            calendar=catalogue.calendar,
            clock=clock,
            store=store,
            memory=memory,
            publisher=publisher,
        )
        for code, source in catalogue.sources.items()
        if source.portal_sync is not None
    }
    accounts = CredentialAccounts(found.credentials_file, engines, clock)
    return lambda report: router(
        engines, accounts, clock, on_refused=lambda code, refused: report(code, refused.reason)
    )


def own_unit(units: frozenset[str], tenant: str) -> str:
    """The unit that runs the centre: the one that its own source is expected to report for."""
    return min(units, default=tenant)
