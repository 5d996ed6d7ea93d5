"""A gateway with a publisher that only remembers."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import orjson
import pytest
from fastapi import FastAPI

from ioc.clock import Clock, FixedClock
from ioc.contracts import TYPES, Envelope, encode, kafka_key
from ioc.reference import Catalogue
from producers.gateway.access import Keyring
from producers.gateway.app import create_app
from producers.gateway.outlet import Receipt, Unpublished

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
CATALOGUE = Catalogue.load(None)
RULES = CATALOGUE.rules("G09")
KEYS = {code: f"key-of-{code}" for code in CATALOGUE.sources}


class Record(NamedTuple):
    topic: str
    key: bytes
    value: bytes


class Memory:
    """An outlet that keeps what it is given and acknowledges it, unless told to fail."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.down = False

    async def publish(self, events: Sequence[Envelope]) -> list[Receipt | Unpublished]:
        if self.down:
            return [Unpublished("Kafka did not answer")] * len(events)
        first = len(self.records)
        self.records += [Record(TYPES[e.type].topic.name, kafka_key(e), encode(e)) for e in events]
        return [Receipt(record.topic, 0, first + n) for n, record in enumerate(self.records[first:])]

    async def close(self) -> None:
        pass

    def published(self, topic: str = "ioc.documents") -> list[dict[str, Any]]:
        return [orjson.loads(record.value) for record in self.records if record.topic == topic]


class Door:
    """The application, its outlet, and a client in front of it."""

    def __init__(self, app: FastAPI, outlet: Memory, client: httpx.AsyncClient) -> None:
        self.app = app
        self.outlet = outlet
        self.client = client

    async def post(
        self,
        body: Any,
        *,
        kind: str = "application/cloudevents+json",
        key: str = KEYS["qlvb"],
        **headers: str,
    ) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"Content-Type": kind, "Authorization": f"Bearer {key}", **headers}
        return await self.client.post("/v1/events", content=content, headers=given)

    async def batch(self, events: list[Any], **headers: str) -> httpx.Response:
        return await self.post(events, kind="application/cloudevents-batch+json", **headers)


@asynccontextmanager
async def opened(folder: Path, now: datetime | Clock = NOW, **options: Any) -> AsyncIterator[Door]:
    credentials = folder / "credentials.json"
    credentials.write_text(json.dumps({"sources": {code: {"key": key} for code, key in KEYS.items()}}))
    clock = FixedClock(now) if isinstance(now, datetime) else now
    outlet = Memory()
    app = create_app(
        rules=RULES,
        keyring=Keyring(credentials, clock),
        outlet=outlet,
        clock=clock,
        own_unit="G09.919",
        **options,
    )
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://gateway") as client,
    ):
        yield Door(app, outlet, client)


def event(n: int = 1, **changes: Any) -> dict[str, Any]:
    """A good `document.received` of qlvb; `changes` of envelope attributes, `data__x` of data."""
    data = {
        "doc_ref": f"G09.901/CV/{n}",
        "doc_type": "cong_van",
        "sender_org": "G12",
        "receiver_org": "G09.901",
        "urgency": "normal",
        "classification": "normal",
        "channel": "axis",
        "arrived_at": "2026-03-02T09:00:00+07:00",
        "registered_at": "2026-03-02T09:10:00+07:00",
        "steering": False,
        "response_required": True,
    }
    data |= {name[6:]: value for name, value in changes.items() if name.startswith("data__")}
    made: dict[str, Any] = {
        "specversion": "1.0",
        "id": f"00000000-0000-4000-8000-{n:012x}",
        "source": "urn:ioc:G09:qlvb",
        "type": "vn.gov.ioc.document.received.v1",
        "subject": data["doc_ref"],
        "time": "2026-03-02T09:10:00+07:00",
        "datacontenttype": "application/json",
        "tenant": "G09",
        "orgunit": "G09.901",
        "seqno": n,
        "producedat": "2026-03-02T09:10:01+07:00",
        "dataclass": "internal",
        "data": data,
    }
    return made | {name: value for name, value in changes.items() if not name.startswith("data__")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
