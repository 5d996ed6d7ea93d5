"""What the back office needs of the store and of Kafka."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from ioc.accounts import Account, Deed, Kept, Session, Shift
from ioc.adoption import Batch
from ioc.audit_chain import Line, Report

Row = dict[str, Any]
Send = Callable[[bytes], Awaitable[None]]
"""Puts a command on ioc.control; returns when Kafka acknowledged it. Raises `Unpublished`."""


class Desk(Protocol):
    """The store's side; may be called from any thread. Everything raises `StoreUnavailable`."""

    def account(self, name: str) -> Kept | None:
        """The account and what is kept of its password."""

    def keep(self, kept: Kept, at: datetime) -> Account:
        """Write the account under its next version; its sessions end."""

    def begin(self, session: Session) -> None:
        """Write a new session down."""

    def use(self, session: Session) -> None:
        """Write down that it was used."""

    def end(self, session: Session) -> None:
        """End it for good."""

    def session(self, digest: str) -> Session | None:
        """The session with its account as it is now; None when either has ended."""

    def note(self, deed: Deed) -> None:
        """One line of the audit trail."""

    def trail(
        self,
        since: datetime,
        until: datetime,
        account: str,
        about: str,
        limit: int,
        after: tuple[datetime, UUID] | None = None,
    ) -> list[Line]:
        """What was done, newest first; `after`: behind the line of this time and id."""

    def chain(self, since: datetime) -> Report | None:
        """Whether the lines since then are as they were written; None: too many to look at here."""

    def add_views(self, batch: Batch) -> None:
        """Add what a web process counted."""

    def hand_over(self, shift: Shift) -> None:
        """Write a hand-over."""

    def last_shift(self) -> Shift | None:
        """The last one."""

    def alerts(self, status: str, units: Sequence[str] | None, limit: int) -> list[Row]:
        """Alerts that are open, over, or all; of these units or assigned to them; None: of every unit."""

    def alert(self, ref: str) -> Row | None:
        """One alert."""

    def standing(self) -> dict[str, int]:
        """How many open alerts stand how."""

    def outcome(self, command: UUID) -> tuple[bool, str, str, int] | None:
        """(accepted, code of the refusal, the alert's status and seqno after it); None: not answered yet."""
