"""What the office needs of the store for decisions."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from ioc.decisions import Decision


class Kept(Protocol):
    """The store's side; may be called from any thread. Everything raises `StoreUnavailable`."""

    def listed(self) -> list[Decision]:
        """All decisions, the oldest first."""

    def find(self, decision: UUID) -> Decision | None:
        """One decision."""

    def keep(self, decision: Decision, at: datetime) -> None:
        """Write a decision as it is now."""
