"""The ledger as the other memory of the portal's synchronisation: what was told of a dossier."""

import json
from collections.abc import Iterable, Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any

from ioc.settings import ClickHouse
from ioc.sources import TYPE_PREFIX, TYPE_SUFFIX

if TYPE_CHECKING:
    from producers.adapters.portal.recovery import Told

_ANY = """
SELECT 1 FROM ioc.events_services WHERE verdict = 'counted' AND source = %(urn)s LIMIT 1
"""
_TOLD = """
SELECT type, seqno, orgunit, data FROM ioc.events_services
WHERE verdict = 'counted' AND source = %(urn)s AND subject = %(ref)s
"""


class LedgerRecovery:
    """As `producers.adapters.portal.recovery.Recovery`. Raises `StoreUnavailable`."""

    def __init__(self, settings: ClickHouse) -> None:
        self._settings = settings

    def any(self, urn: str) -> bool:
        """Whether the ledger holds anything of this source."""
        return bool(self._query(_ANY, {"urn": urn}))

    def told(self, urn: str, ref: str) -> "Iterable[Told]":
        """The events of a dossier that counted."""
        from producers.adapters.portal.recovery import Told

        return [
            Told(kind.removeprefix(TYPE_PREFIX).removesuffix(TYPE_SUFFIX), seqno, orgunit, json.loads(data))
            for kind, seqno, orgunit, data in self._query(_TOLD, {"urn": urn, "ref": ref})
        ]

    def _query(self, sql: str, parameters: Mapping[str, object]) -> list[tuple[Any, ...]]:
        from storage.client import Store

        with closing(Store(self._settings)) as store:
            return list(store.query(sql, parameters))
