"""The store's side of the office's decisions."""

from datetime import datetime
from uuid import UUID

from ioc.decisions import Decision
from storage import decisions
from storage.desk import Shared


class StoredDecisions(Shared):
    """As `producers.gateway.office.decided.Kept`."""

    def listed(self) -> list[Decision]:
        return self._do(lambda store: decisions.listed(store, self._tenant))

    def find(self, decision: UUID) -> Decision | None:
        return self._do(lambda store: decisions.find(store, self._tenant, decision))

    def keep(self, decision: Decision, at: datetime) -> None:
        self._do(lambda store: decisions.keep(store, self._tenant, decision, at))
