"""The quarantine desk's side of the store."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from ioc.desk import Act, Place, Quarantined, Sieve, Stage
from storage import desk_acts, quarantine
from storage.desk import Shared


class StoredQuarantine(Shared):
    """As `producers.gateway.office.refused.Refused`."""

    def listed(self, sieve: Sieve, limit: int) -> list[Quarantined]:
        return self._do(lambda store: quarantine.listed(store, sieve, limit))

    def grouped(self, by: str, sieve: Sieve) -> list[dict[str, Any]]:
        return self._do(lambda store: quarantine.grouped(store, by, sieve))

    def at(self, places: Sequence[Place]) -> list[Quarantined]:
        return self._do(lambda store: quarantine.at_places(store, places))

    def conflict(self, place: Place) -> dict[str, Any] | None:
        return self._do(lambda store: quarantine.conflict(store, place))

    def moved_to(self, place: Place) -> Place | None:
        return self._do(lambda store: desk_acts.moved_to(store, place))

    def about(self, place: Place) -> list[Act]:
        return self._do(lambda store: desk_acts.about(store, self._tenant, place))

    def act(self, act: UUID) -> Act | None:
        return self._do(lambda store: desk_acts.find(store, self._tenant, act))

    def acts(self, stage: Stage) -> list[Act]:
        return self._do(lambda store: desk_acts.in_stage(store, self._tenant, stage))

    def keep(self, act: Act, at: datetime) -> None:
        self._do(lambda store: desk_acts.keep(store, self._tenant, act, at))

    def mark(self, act: Act, state: str, records: Iterable[Place], at: datetime) -> None:
        self._do(
            lambda store: desk_acts.mark(
                store, self._tenant, act, state, [(each, None) for each in records], at
            )
        )
