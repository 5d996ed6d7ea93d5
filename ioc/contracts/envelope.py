"""The envelope around every event: CloudEvents 1.0 with our extensions."""

import builtins
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, create_model
from pydantic_core import PydanticCustomError

from ioc.contracts.fields import EventId, Org, Sequence, SourceUrn, Tenant, Ts
from ioc.topics import Topic

_CLOSED = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Data(BaseModel):
    """What happened. One subclass per event type; each field is a code, a number, a time or a flag."""

    model_config = _CLOSED


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


@dataclass(frozen=True)
class Rules:
    """What the reference data of one version allows: units that exist, and the types each source may send."""

    tenant: str
    units: frozenset[str]
    sources: Mapping[str, frozenset[str]]
    version: str


def event_type(
    n: int, name: str, topic: Topic, *, subject: str, model: type[Data], version: int = 1
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
    return EventType(n, name, full, topic, subject, privacy, model, envelope)


def require(holds: bool, field: str, expected: str) -> None:
    """A rule between fields of `data`: raises the error that names `field` and says what was expected."""
    if not holds:
        raise PydanticCustomError("between_fields", "{expected}", {"field": field, "expected": expected})
