"""Commands on their way to Kafka."""

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol

from ioc.commands import KEY
from ioc.topics import CONTROL
from producers.gateway.office.desk import Send
from producers.gateway.outlet import Unpublished

DEADLINE_S = 10.0


class Raw(Protocol):
    """What is needed of `producers.sdk.Publisher`."""

    def send_raw(self, topic: str, key: bytes | None, value: bytes | None) -> "Future[Any]":
        """Hand over bytes; the future ends when Kafka acknowledged them."""


def sender(publisher: Raw, deadline_s: float = DEADLINE_S) -> Send:
    """Puts commands on ioc.control. `Unpublished`: it may or may not be there; watch takes it once at most,
    for the alert will have moved on from what the operator saw."""
    # `send_raw` may block while the broker is away: not on the event loop.
    thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="control")

    async def send(command: bytes) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(deadline_s):
                under_way = await loop.run_in_executor(thread, publisher.send_raw, CONTROL.name, KEY, command)
                await asyncio.wrap_future(under_way, loop=loop)
        except Exception as error:
            raise Unpublished(f"Kafka did not acknowledge the command ({error.__class__.__name__})") from None

    return send
