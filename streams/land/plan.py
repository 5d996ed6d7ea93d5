"""The plan: what the next INSERT of a partition will hold, committed to Kafka before it is made.

Text `1;topic_id;last;count;crc32c` in the metadata of the committed offset, which is the block's first.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import crc32c

from ioc.errors import IocError

VERSION = "1"
MAX_BYTES = 4096
"""What the broker keeps of a commit's metadata; one byte more is refused."""

_FORM = re.compile(r"1;([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12});(\d{1,19});(\d{1,9});([0-9a-f]{8})")


class PlanUnreadable(IocError):
    """A committed offset carries metadata that is no plan of ours."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A block: records first … last of one partition, `count` of them, whose bytes have this checksum."""

    topic_id: UUID
    first: int
    last: int
    count: int
    checksum: int

    @property
    def metadata(self) -> str:
        """The text to commit beside offset `first`."""
        return f"{VERSION};{self.topic_id};{self.last};{self.count};{self.checksum:08x}"


def parse(first: int, metadata: str) -> Plan | None:
    """The plan committed beside offset `first`; None when the metadata is empty (nothing was under way).

    Raises `PlanUnreadable`.
    """
    if not metadata:
        return None
    found = _FORM.fullmatch(metadata)
    if found is None:
        raise PlanUnreadable(f"commit metadata {metadata[:60]!r} at offset {first} is not a landing plan")
    plan = Plan(UUID(found[1]), first, int(found[2]), int(found[3]), int(found[4], 16))
    if not 1 <= plan.count <= plan.last - first + 1:
        raise PlanUnreadable(f"commit metadata {metadata!r} does not fit the offset {first} it stands at")
    return plan


def checksum(values: Iterable[bytes | None]) -> int:
    """CRC-32C over the values of a block's records, in order, each followed by a mark of its kind."""
    return int(crc32c.crc32c(b"".join(b"\0" if value is None else value + b"\1" for value in values)))


def token(cluster_id: str, topic_id: UUID, partition: int, first: int, last: int) -> str:
    """The name of a block for the store: an INSERT under a known name changes nothing.

    Cluster and topic id are in it because a re-created topic counts its offsets from 0 again.
    """
    return f"{cluster_id}/{topic_id}/{partition}/{first}-{last}"
