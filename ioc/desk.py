"""The quarantine desk: what is asked about records that were not counted, and what became of it.

An act names exact records. It is written down before anything happens and done by the reducer's process,
which alone reads Kafka again; who asked and who confirmed stand beside it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field

from ioc.contracts.mending import Mend
from ioc.errors import IocError
from ioc.topics import BY_NAME, EVENT_TOPICS, Topic
from ioc.words import Part

MOST = 1000
"""Records of one act."""
GROUPS: Mapping[str, tuple[str, ...]] = {
    "cause": ("reason", "field"),
    "source": ("source",),
    "type": ("type",),
    "unit": ("unit",),
}
"""What a list may be grouped by, and the columns of each."""
STATES = ("open", "awaiting", "replayed", "discarded")
"""How a record may stand at the desk."""
_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
TOPIC_OF = {str(topic.ledger): topic.name for topic in EVENT_TOPICS}
"""Ledger table → topic."""


class NoSuchPlace(IocError):
    """A text that names no record of an event topic."""


class Kind(StrEnum):
    """What is asked. The codes are stored and answered, so never renamed."""

    dry_run = "dry_run"
    replay = "replay"
    discard = "discard"


class Stage(StrEnum):
    """How far an act is. `awaiting`: a second account must confirm it."""

    awaiting = "awaiting"
    asked = "asked"
    done = "done"
    failed = "failed"
    expired = "expired"


class Why(StrEnum):
    """Why a record is closed without being counted."""

    sent_again = "sent_again"
    not_ours = "not_ours"
    test_data = "test_data"
    wrong_at_source = "wrong_at_source"
    duplicate = "duplicate"
    too_old = "too_old"


class Limits(Part):
    """`bulk_over`: acts on more records need a second account, within `confirm_minutes`."""

    bulk_over: int = Field(default=20, ge=0)
    confirm_minutes: int = Field(default=60, ge=1, le=1440)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands in Kafka. `topic_id` tells a re-created topic from the one before."""

    topic: str
    partition: int
    offset: int
    topic_id: UUID | None = None

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"

    @property
    def log(self) -> Topic:
        return BY_NAME[self.topic]


def place_of(text: str, topic_id: UUID | None = None) -> Place:
    """`ioc.documents/0/123`. Raises `NoSuchPlace`."""
    parts = text.split("/")
    topic = BY_NAME.get(parts[0])
    # No zeros in front: a record has one name, or it could be meant twice in one act.
    numbers = [part for part in parts[1:] if _NUMBER.fullmatch(part)]
    if topic is None or topic.ledger is None or len(parts) != 3 or len(numbers) != 2:
        raise NoSuchPlace("expected topic/partition/offset, something like ioc.documents/0/123")
    return Place(topic.name, int(numbers[0]), int(numbers[1]), topic_id)


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A record that was not counted, why, and how it stands at the desk."""

    ledger: str
    topic_id: UUID
    partition: int
    offset: int
    at: datetime
    verdict: str
    reason: str
    field: str
    source: str
    type: str
    id: str
    unit: str
    masked: str
    rules: str
    state: str = "open"

    @property
    def place(self) -> Place:
        """Where it stands in Kafka."""
        return Place(TOPIC_OF[self.ledger], self.partition, self.offset, self.topic_id)

    def document(self) -> dict[str, Any]:
        """As it is shown and answered."""
        return {
            "id": str(self.place),
            "verdict": self.verdict,
            "reason": self.reason,
            "field": self.field,
            "source": self.source,
            "type": self.type,
            "event_id": self.id,
            "unit": self.unit,
            "at": self.at.replace(tzinfo=self.at.tzinfo or UTC).isoformat(timespec="milliseconds"),
            "masked": self.masked,
            "rules": self.rules,
            "state": self.state,
        }


@dataclass(frozen=True, slots=True)
class Sieve:
    """Which records: empty parts let everything through. `units`, `sources`: only what one of them names."""

    source: str = ""
    reason: str = ""
    field: str = ""
    state: str = ""
    since: datetime | None = None
    units: Sequence[str] | None = None
    sources: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """One wish of the desk. `outcome`: what became of it, as it is answered."""

    id: UUID
    kind: Kind
    records: tuple[Place, ...]
    account: str
    role: str
    at: datetime
    stage: Stage = Stage.asked
    mends: tuple[Mend, ...] = ()
    reason: str = ""
    until: datetime | None = None
    confirmed_by: str = ""
    confirmed_role: str = ""
    finished_at: datetime | None = None
    outcome: dict[str, Any] = field(default_factory=dict)

    def as_of(self, now: datetime) -> "Act":
        """The act with the time gone by: nobody may confirm it after `until`."""
        late = self.stage is Stage.awaiting and self.until is not None and now >= self.until
        return replace(self, stage=Stage.expired) if late else self
