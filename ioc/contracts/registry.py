"""All event types. A new type is a class and a line in its domain's module."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Union

from pydantic import Field, TypeAdapter

from ioc.contracts import alerts, archives, documents, people, platform, quality, services, tasks
from ioc.contracts.envelope import Envelope, EventType

_DOMAINS = (documents, services, people, archives, tasks, quality, platform, alerts)
_ALL: tuple[EventType, ...] = tuple(kind for domain in _DOMAINS for kind in domain.EVENTS)

TYPES: Mapping[str, EventType] = MappingProxyType({kind.type: kind for kind in _ALL})
"""By full type, `vn.gov.ioc.document.received.v1`."""

BY_NAME: Mapping[str, EventType] = MappingProxyType({kind.name: kind for kind in _ALL})
"""By short name, `document.received`."""

FIELDS: frozenset[str] = frozenset(Envelope.model_fields).union(*(kind.model.model_fields for kind in _ALL))
"""Every member name that an event may have; any other came from its sender."""

_union: Any = Union[tuple(kind.envelope for kind in _ALL)]  # noqa: UP007 (built at run time)
ADAPTER: TypeAdapter[Envelope] = TypeAdapter(Annotated[_union, Field(discriminator="type")])
