"""Sends the canaries: from the gateway, because theirs is the way of all that comes in by the door."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from itertools import islice
from typing import Protocol

from ioc.canary import events
from ioc.clock import Clock
from ioc.contracts import encode, kafka_key

log = logging.getLogger("ioc.gateway")


class Raw(Protocol):
    """What is needed of a publisher."""

    def send_raw(self, topic: str, key: bytes | None, value: bytes | None) -> object: ...


def send(publisher: Raw, clock: Clock, tenant: str, unit: str, every_s: int, most: int | None = None) -> None:
    """The canaries of this moment, at most so many. Nobody waits for them: one that does not arrive is what
    they are for."""
    for topic, event in islice(events(tenant, unit, clock.now(), every_s), most):
        publisher.send_raw(topic.name, kafka_key(event), encode(event))


def canaries(
    publisher: Raw, clock: Clock, tenant: str, unit: str, every_s: int
) -> Callable[[], Awaitable[None]]:
    """Work that sends them at the beginning of each slot, for as long as it runs; none with `every_s` 0."""

    async def work() -> None:
        if every_s:
            # One at once: its acknowledgement is the first word on what time it is at Kafka.
            await asyncio.to_thread(send, publisher, clock, tenant, unit, every_s, 1)
        while every_s:
            await asyncio.sleep(every_s - clock.now().timestamp() % every_s)
            # The producer may wait for the broker's metadata: not in the loop that answers publishers.
            await asyncio.to_thread(send, publisher, clock, tenant, unit, every_s)
        await asyncio.Event().wait()

    return work
