"""Reading a request's body without ever holding more than its limit."""

import asyncio

from starlette.requests import Request

from producers.gateway.problems import Problem

EVENT_LIMIT = 64 * 1024
"""Bytes of one event: the size every CloudEvents intermediary must carry."""
BATCH_LIMIT = 1024 * 1024
BATCH_ITEMS = 1000
READ_TIMEOUT_S = 15.0


def too_large(limit: int, what: str) -> Problem:
    """413 that names the limit."""
    return Problem("too_large", f"{what}: expected at most {limit} bytes")


async def read(request: Request, limit: int, what: str, timeout_s: float | None = None) -> bytes:
    """The whole body. Raises `Problem` 413 as soon as it is known to exceed `limit`, 408 when it trickles
    in for longer than `timeout_s`, `READ_TIMEOUT_S` unless said."""
    allowed_s = READ_TIMEOUT_S if timeout_s is None else timeout_s
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and (len(declared) > 12 or int(declared) > limit):
        raise too_large(limit, what)
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(allowed_s):
            async for part in request.stream():
                size += len(part)
                if size > limit:
                    raise too_large(limit, what)
                parts.append(part)
    except TimeoutError:
        raise Problem("timeout", f"the body did not arrive within {allowed_s:.0f} s") from None
    return b"".join(parts)
