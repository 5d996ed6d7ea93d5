"""How far the ledger has been reduced, and the plan of the next tick, as text for a Kafka commit.

    1;<tick>;<crc32c of what follows>;<topic id>:<partition>:<next offset>,…

Topic ids are written in 22 characters. A vector that does not fit into the metadata of a commit (4096 bytes,
some 120 partitions) is stored in ioc.reduce_plans first, and the commit says `@`.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

import crc32c

from ioc.errors import IocError

LIMIT = 4096
VERSION = "1"
STORED = "@"
Partition = tuple[UUID, int]
Vector = dict[Partition, int]


class PlanUnreadable(IocError):
    """The commit on ioc.control is not one of ours, or damaged."""


@dataclass(frozen=True)
class Plan:
    """A tick and where it ends: the next offset of every partition."""

    tick: int
    to: Vector = field(default_factory=dict)

    def dump(self) -> str:
        """The text of a commit; it may be longer than `LIMIT`."""
        return _framed(self.tick, dump_vector(self.to))

    def reference(self) -> str:
        """The text of a commit whose vector stands in the store."""
        return _framed(self.tick, STORED)


def dump_vector(vector: Mapping[Partition, int]) -> str:
    return ",".join(
        f"{_short(topic)}:{partition}:{offset}" for (topic, partition), offset in sorted(vector.items())
    )


def load_vector(text: str) -> Vector:
    """Raises `PlanUnreadable`."""
    vector: Vector = {}
    try:
        for entry in text.split(",") if text else ():
            topic, partition, offset = entry.split(":")
            vector[UUID(bytes=base64.urlsafe_b64decode(topic + "==")), int(partition)] = int(offset)
    except ValueError as error:
        raise PlanUnreadable(f"ioc.control: {text[:40]!r} is no list of topic:partition:offset") from error
    return vector


def load(text: str) -> tuple[int, str]:
    """Tick and vector text of a commit; the vector is `@` when it stands in the store.

    Raises `PlanUnreadable`.
    """
    parts = text.split(";")
    if len(parts) != 4 or parts[0] != VERSION or parts[2] != _sum(parts[1], parts[3]):
        raise PlanUnreadable(f"ioc.control: the commit {text[:40]!r} is no plan of this program")
    return int(parts[1]), parts[3]


def _framed(tick: int, vector: str) -> str:
    return ";".join((VERSION, str(tick), _sum(str(tick), vector), vector))


def _sum(tick: str, vector: str) -> str:
    return f"{crc32c.crc32c(f'{tick};{vector}'.encode()):08x}"


def _short(topic: UUID) -> str:
    return base64.urlsafe_b64encode(topic.bytes).decode().rstrip("=")
