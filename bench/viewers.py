"""Viewers without a screen: `python -m bench.viewers ADDRESS COUNT LOG`, until they are told to end.

Each fetches the page and opens its socket as a browser does, and takes what it is sent. Each line of LOG:
when a stamped panel came into a viewer's hands, and the seconds since the store had answered. Browsers would
also draw it, on machines of their own.
"""

import ast
import asyncio
import json
import re
import sys
import time
import uuid
from pathlib import Path
from typing import TextIO
from urllib.parse import urlencode, urlsplit

import httpx
import socketio

from bench.wall_page import MARK

STAMP = re.compile(re.escape(MARK) + r"(\d{10}\.\d{4})")
QUERY = re.compile(r"query: (\{.*?\}),", re.S)


async def viewer(address: str, log: TextIO) -> socketio.AsyncClient:
    """One open page."""
    async with httpx.AsyncClient(timeout=60) as web:
        page = (await web.get(address)).text
    found = QUERY.search(page)
    if found is None:
        raise SystemExit(f"{address}: no page of a wall")
    # Written as Python writes a dict, which is JavaScript too.
    query = ast.literal_eval(found.group(1)) | {"tab_id": str(uuid.uuid4()), "document_id": str(uuid.uuid4())}
    query["implicit_handshake"] = "true"
    client = socketio.AsyncClient(reconnection=False)
    seen: set[float] = set()

    def updated(data: object) -> None:
        now = time.time()
        answered = set(map(float, STAMP.findall(json.dumps(data)))) - seen
        for at in answered:  # what is drawn anew from the same answer is no news
            log.write(f"{now:.3f} {now - at:.4f}\n")
        seen.update(answered)

    client.on("update", updated)

    base = urlsplit(address)
    await client.connect(
        f"{base.scheme}://{base.netloc}?{urlencode(query)}",
        socketio_path="/_nicegui_ws/socket.io",
        transports=["websocket"],
    )
    return client


async def watch(address: str, count: int, log: TextIO) -> None:
    clients = [await viewer(address, log) for _ in range(count)]
    print(json.dumps({"viewers": len(clients)}), flush=True)
    await asyncio.gather(*(client.wait() for client in clients))


if __name__ == "__main__":
    with Path(sys.argv[3]).open("w", buffering=1) as written:
        asyncio.run(watch(sys.argv[1], int(sys.argv[2]), written))
