"""Canaries: an event a topic every few seconds that no indicator counts, to tell silence from slowness.

Their source stands in no catalogue: it has no credentials, so nobody can state a canary through the gateway,
and no KPI, board or unit waits for it. The ledger counts them like any other event.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from ioc.sources import TYPE_PREFIX, TYPE_SUFFIX
from ioc.topics import EVENT_TOPICS, Topic

if TYPE_CHECKING:
    from ioc.contracts import Envelope

CANARY = "canary.sent"
SOURCE = "canary"
SPACE = UUID("2f0c8d0e-6a2b-5f59-9c61-0d7f3d1b7a10")


def urn(tenant: str) -> str:
    """The `source` attribute of its events."""
    return f"urn:ioc:{tenant}:{SOURCE}"


def allowed(tenant: str) -> Mapping[str, frozenset[str]]:
    """What landing may accept beside the catalogue's sources."""
    return {urn(tenant): frozenset({TYPE_PREFIX + CANARY + TYPE_SUFFIX})}


def events(tenant: str, unit: str, at: datetime, every_s: int) -> "Iterator[tuple[Topic, Envelope]]":
    """The canaries of the slot that holds this instant, one a topic.

    Identity and content follow from the slot: of two gateways that send the same one, the ledger counts one.
    """
    from ioc.contracts import build

    slot = int(at.timestamp()) // every_s
    sent = datetime.fromtimestamp(slot * every_s, UTC)
    for topic in EVENT_TOPICS:
        code = topic.name.removeprefix("ioc.")
        yield (
            topic,
            build(
                CANARY,
                source=urn(tenant),
                id=str(uuid5(SPACE, f"{tenant}/{topic.name}/{every_s}/{slot}")),
                time=sent,
                orgunit=unit,
                seqno=16 * slot + 1,
                producedat=at,
                data={"topic": code, "every_s": every_s},
                tenant=tenant,
            ),
        )
