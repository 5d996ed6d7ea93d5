"""The envelope around every event: CloudEvents 1.0 with our extensions."""

import builtins
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, create_model, model_validator
from pydantic_core import PydanticCustomError

from ioc.contracts.fields import EventId, Org, Sequence, SourceUrn, Tenant, Ts
from ioc.topics import Topic

_CLOSED = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Between(NamedTuple):
    """A rule between fields of `data`: when it does not hold, `field` is wrong and `expected` says how.

    `holds` takes the values of the fields it `reads` (None: absent). It may compare times only with each
    other, because the quick reading passes them as canonical text.
    """

    field: str
    expected: str
    reads: tuple[str, ...]
    holds: Callable[..., bool]


class Data(BaseModel):
    """What happened. One subclass per event type; each field is a code, a number, a time or a flag."""

    model_config = _CLOSED
    between: ClassVar[tuple[Between, ...]] = ()

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        values = self.__dict__
        for field, expected, reads, holds in self.between:
            if not holds(*[values[name] for name in reads]):
                context = {"field": field, "expected": expected}
                raise PydanticCustomError("between_fields", "{expected}", context)
        return self


class Envelope(BaseModel):
    """Who says what about which subject, when. Times are UTC, org codes canonical."""

    model_config = _CLOSED

    specversion: Literal["1.0"]
    id: EventId
    source: SourceUrn
    type: str
    subject: str
    time: Ts
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: (
        Annotated[str, StringConstraints(pattern=r"^(https://|urn:)[a-z0-9._:/\-]{1,200}$")] | None
    ) = None
    tenant: Tenant
    orgunit: Org
    seqno: Sequence
    producedat: Ts
    dataclass: str
    correctionof: EventId | None = None
    traceparent: (
        Annotated[str, StringConstraints(pattern=r"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")] | None
    ) = None
    data: Data


class Head(NamedTuple):
    """What landing needs of an envelope, under the same names, without building one."""

    id: str
    source: str
    type: str
    subject: str
    time: datetime
    tenant: str
    orgunit: str
    seqno: int
    producedat: datetime
    correctionof: str | None


@dataclass(frozen=True, slots=True)
class EventType:
    """One line of the event catalogue."""

    n: int
    name: str
    type: str
    topic: Topic
    subject_field: str
    dataclass: str
    model: builtins.type[Data]
    envelope: builtins.type[Envelope]
    of_itself: bool = False
    """Its subject is a system, and only that system may state it."""
    anywhere: bool = False
    """It may travel on any topic: it says something about the topic."""

    def travels_on(self, topic: str) -> bool:
        """Whether a record of this topic may be of this type."""
        return self.anywhere or topic == self.topic.name


@dataclass(frozen=True)
class Rules:
    """What the reference data of one version allows: units that exist, and the types each source may send."""

    tenant: str
    units: frozenset[str]
    sources: Mapping[str, frozenset[str]]
    version: str


def event_type(
    n: int,
    name: str,
    topic: Topic,
    *,
    subject: str,
    model: type[Data],
    version: int = 1,
    of_itself: bool = False,
    anywhere: bool = False,
) -> EventType:
    """Declare an event type; its envelope is `Envelope` with type, data class and data pinned."""
    full = f"vn.gov.ioc.{name}.v{version}"
    privacy = "personal" if topic.personal else "internal"
    pinned: Any = {
        "type": (Literal[full], ...),
        "subject": (model.model_fields[subject].rebuild_annotation(), ...),
        "dataclass": (Literal[privacy], ...),
        "data": (model, ...),
    }
    envelope = create_model(f"{model.__name__}Event", __base__=Envelope, __doc__=model.__doc__, **pinned)
    return EventType(n, name, full, topic, subject, privacy, model, envelope, of_itself, anywhere)
