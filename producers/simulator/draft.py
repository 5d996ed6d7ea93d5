"""What lives are made of: drafts of events, and instants of the Vietnamese day."""

from collections.abc import Generator
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from ioc.clock import VIETNAM


class Draft(NamedTuple):
    """An event before it has an id and bytes. `time` is UTC, whole milliseconds."""

    name: str
    source: str
    subject: str
    orgunit: str
    time: datetime
    data: dict[str, Any]


Life = Generator[tuple[Draft, datetime | None], datetime, None]
"""One case. Yields its next event and when it wants to be woken for the one after (`None`: never); is sent
the instant at which that really happens, so that the same life can be lived in the past or live."""


class Going(NamedTuple):
    """A life that goes on, when it wants to be woken, and an unresolved dossier's due time, if known."""

    wake: datetime
    life: Life
    due: datetime | None = None


def local(at: datetime) -> date:
    """The Vietnamese date of an instant."""
    return at.astimezone(VIETNAM).date()


def moment(day: date, hour: float) -> datetime:
    """The instant of a local time of day, hours as a number."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=VIETNAM)
    return whole_ms(midnight + timedelta(hours=hour))


def whole_ms(at: datetime) -> datetime:
    """The instant in UTC, cut to the millisecond that the ledger keeps."""
    at = at.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
