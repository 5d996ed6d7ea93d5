"""Refusals before Kafka become `event.rejected` events, so that the centre can show who sends what wrongly.

For personal data and secret markings nothing but the source and the reason is kept: no id, no subject, no
hash.
"""

import asyncio
import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from ioc.clock import Clock
from ioc.contracts import TYPES, Envelope, EventRefused, Reason, build
from producers.gateway.metrics import Counters
from producers.gateway.outlet import Outlet, Receipt

NAME = "event.rejected"
PENDING_LIMIT = 10_000
"""Reports under way at most; beyond it they are only counted, so that a flood of bad input stays bounded."""

FIELDS = frozenset(Envelope.model_fields).union(*(kind.model.model_fields for kind in TYPES.values()))
"""The names that a pointer may consist of: anything else came from the publisher and is not repeated."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is kept of a refused event. `rule`: the JSON pointer of the bad field, or the limit that was
    passed."""

    source: str
    reason: Reason
    rule: str = ""
    rejected_type: str = "unknown"
    payload_hash: str | None = None


def refusal(source: str, refused: EventRefused, raw: bytes) -> Refusal:
    """What may be kept of an event that the decoder refused."""
    if refused.reason.unmentionable:
        return Refusal(source, refused.reason)
    known = all(part in FIELDS or part.isdigit() for part in refused.field.split("/")[1:])
    rule = refused.field if known else ""
    if refused.reason is Reason.undecodable:
        # Nobody could look into it for numbers of persons, and the hash of a short text gives the text away.
        return Refusal(source, refused.reason, rule)
    return Refusal(source, refused.reason, rule, _type_of(raw), hashlib.sha256(raw).hexdigest())


def _type_of(raw: bytes) -> str:
    try:
        named = orjson.loads(raw)["type"]
    except (ValueError, TypeError, KeyError, IndexError):
        return "unknown"
    return named if isinstance(named, str) and named in TYPES else "unknown"


class Rejections:
    """Writes refusals to Kafka in the background; a failure is counted, never shown to the publisher."""

    def __init__(
        self,
        *,
        outlet: Outlet,
        counters: Counters,
        clock: Clock,
        tenant: str,
        orgunit: str,
        new_id: Callable[[], uuid.UUID] = uuid.uuid4,
    ) -> None:
        self._outlet = outlet
        self._counters = counters
        self._clock = clock
        self._tenant = tenant
        self._orgunit = orgunit
        self._new_id = new_id
        self._under_way: set[asyncio.Task[None]] = set()

    def report(self, refusal: Refusal) -> None:
        """Start writing one refusal; returns at once."""
        if len(self._under_way) >= PENDING_LIMIT:
            self._counters.add("ioc_gateway_rejections_unrecorded_total")
            return
        task = asyncio.get_running_loop().create_task(self._write(refusal))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def settle(self) -> None:
        """Wait until everything reported is written or given up."""
        while self._under_way:
            await asyncio.gather(*self._under_way)

    async def _write(self, refusal: Refusal) -> None:
        try:
            envelope = self._envelope(refusal)
        except EventRefused:
            self._counters.add("ioc_gateway_rejections_unrecorded_total")
            return
        (placed,) = await self._outlet.publish([envelope])
        if not isinstance(placed, Receipt):
            self._counters.add("ioc_gateway_rejections_unrecorded_total")

    def _envelope(self, refusal: Refusal) -> Envelope:
        now = self._clock.now()
        data: dict[str, Any] = {
            "source": refusal.source,
            "rejected_type": refusal.rejected_type,
            "reason": refusal.reason.value,
            "rule": refusal.rule or refusal.reason.value,
            "at": now,
        }
        if refusal.payload_hash is not None:
            data["payload_hash"] = refusal.payload_hash
        return build(
            NAME,
            source=f"urn:ioc:{self._tenant}:ioc",
            id=str(self._new_id()),
            time=now,
            orgunit=self._orgunit,
            seqno=16 * int(now.timestamp() * 1000),
            producedat=now,
            data=data,
            tenant=self._tenant,
        )
