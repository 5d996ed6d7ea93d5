"""Putting the adapters together from settings and catalogue, for `ioc import` and for the gateway."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import APIRouter

from ioc.clock import Clock
from ioc.errors import SettingsError
from ioc.reference import Catalogue
from ioc.secrets import secret
from ioc.settings import Settings
from ioc.sources import Source
from producers.adapters.handover import Publisher
from producers.adapters.importing import Importer
from producers.adapters.inbox import Inbox
from producers.adapters.memory import Memory
from producers.adapters.portal.accounts import CredentialAccounts
from producers.adapters.portal.engine import PortalEngine
from producers.adapters.portal.files import SavedCalls
from producers.adapters.portal.recovery import Recovery
from producers.adapters.portal.router import OnRefused, router
from producers.adapters.portal.store import DossierStore
from producers.adapters.reader import Reader
from producers.adapters.reporting import Heartbeats, Reporter

Background = Callable[[], Awaitable[None]]


def pseudonym_key(path: Path, code: str) -> bytes:
    """The key of a source in the credentials file; empty when it has none."""
    try:
        entries: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")).get("sources", {})
        return secret(entries.get(code), "pseudonym_key").encode()
    except FileNotFoundError:
        return b""
    except (OSError, ValueError, AttributeError) as error:
        raise SettingsError(f"{path}: cannot be read as JSON ({error.__class__.__name__})") from error


@dataclass
class Adapters:
    """The adapters of one stack, over one publisher."""

    settings: Settings
    catalogue: Catalogue
    clock: Clock
    publisher: Publisher
    recovery: Recovery | None = None

    def __post_init__(self) -> None:
        folder = self.settings.data / "adapters"
        self.rules = self.catalogue.rules(self.settings.tenant)
        self.memory = Memory(folder)
        self._store = DossierStore(folder)
        unit = min(self.catalogue.sources["ioc"].units, default=self.settings.tenant)
        self.reporter = Reporter(self.settings.tenant, unit, self.clock)
        self._engines: dict[str, PortalEngine] = {}

    def engine(self, source: Source) -> PortalEngine | None:
        """The engine of a source that synchronises dossiers."""
        if source.portal_sync is None:
            return None
        if source.system_code not in self._engines:
            self._engines[source.system_code] = PortalEngine(
                source,
                rules=self.rules,
                units=self.catalogue.units,
                calendar=self.catalogue.calendar,
                clock=self.clock,
                store=self._store,
                memory=self.memory,
                publisher=self.publisher,
                recovery=self.recovery,
            )
        return self._engines[source.system_code]

    def importer(self, source: Source) -> Importer:
        """What takes the files of a source."""
        engine = self.engine(source)
        key = partial(pseudonym_key, self.settings.credentials_file, source.system_code)
        return Importer(
            Reader(source, self.rules, self.clock, key),
            self.publisher,
            self.memory,
            self.clock,
            catalogue=self.catalogue.version,
            calls=SavedCalls(engine) if engine else None,
        )

    def portal(self, on_refused: OnRefused) -> APIRouter:
        """The synchronisation endpoint, `/portal/auth` and `/portal/integration`."""
        found = {code: self.engine(source) for code, source in self.catalogue.sources.items()}
        engines = {code: engine for code, engine in found.items() if engine is not None}
        accounts = CredentialAccounts(self.settings.credentials_file, engines, self.clock)
        return router(engines, accounts, self.clock, on_refused=on_refused)

    def inbox(self) -> Background:
        """The watcher of `<data>/inbox/`, to run as long as the gateway does."""
        watcher = Inbox(
            self.settings.data / "inbox",
            self.catalogue.sources,
            self.importer,
            publisher=self.publisher,
            memory=self.memory,
            reporter=self.reporter,
            heartbeats=Heartbeats(self.catalogue.sources, self.reporter, self.clock),
            clock=self.clock,
        )
        return watcher.run
