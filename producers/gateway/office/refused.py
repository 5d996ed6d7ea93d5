"""What the quarantine desk needs of the store."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from ioc.desk import Act, Place, Quarantined, Sieve, Stage

Row = dict[str, Any]


class Refused(Protocol):
    """The store's side of the desk; may be called from any thread. Everything raises `StoreUnavailable`."""

    def listed(self, sieve: Sieve, limit: int) -> list[Quarantined]:
        """Records in quarantine, the newest first."""

    def grouped(self, by: str, sieve: Sieve) -> list[Row]:
        """The same, counted by one of `ioc.desk.GROUPS`."""

    def at(self, places: Sequence[Place]) -> list[Quarantined]:
        """Those at these places; a place without a record has none."""

    def conflict(self, place: Place) -> Row | None:
        """Of a conflict: both fingerprints, and where the counted event stands."""

    def moved_to(self, place: Place) -> Place | None:
        """Where a replayed record stands now."""

    def about(self, place: Place) -> list[Act]:
        """What was asked about a record, the oldest first."""

    def act(self, act: UUID) -> Act | None:
        """One act."""

    def acts(self, stage: Stage) -> list[Act]:
        """Acts that are so far."""

    def keep(self, act: Act, at: datetime) -> None:
        """Write an act as it is now."""

    def mark(self, act: Act, state: str, records: Iterable[Place], at: datetime) -> None:
        """Write how records stand now."""
