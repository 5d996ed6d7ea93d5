"""The yardstick: the same work as a plain Faust agent does it, with its usual means.

Per event the same validation and a set of identities in memory; `take` gathers batches, each inserted into a
table like the ledger's. No plan, no token: after a crash it would count twice or lose.
Run by `bench.landing` as a process of its own.
"""

import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import faust

from ioc.reference import Catalogue
from ioc.settings import LOOPBACK, load
from ioc.topics import DOCUMENTS, HR, PLATFORM, SERVICES
from storage.client import Store
from storage.ledger import COLUMNS, CONFLICT, COUNTED, REJECTED, SUPPRESSED, Log
from streams.land.block import Block
from streams.land.judge import Row, read

TABLE = "ioc.bench_agent"
BATCH, WITHIN_S = 5_000, 1.0
TOPICS = (DOCUMENTS, SERVICES, HR, PLATFORM)


def table(store: Store) -> None:
    """An empty table like the ledger's."""
    store.execute(f"DROP TABLE IF EXISTS {TABLE}")
    store.execute(f"CREATE TABLE {TABLE} AS ioc.events_documents")


class Landing:
    """What a program around a Faust agent keeps: identities seen, a connection."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rules = Catalogue.load().rules("G09")
        self._seen: dict[tuple[str, str], bytes] = {}
        self._log = Log(DOCUMENTS, UUID(int=0), 0)

    def verdict(self, row: Row) -> int:
        if row.reason:
            return REJECTED
        before = self._seen.get(row.identity)
        if before is None:
            self._seen[row.identity] = row.fingerprint
            return COUNTED
        return SUPPRESSED if before == row.fingerprint else CONFLICT

    def land(self, events: list[Any]) -> None:
        rows = []
        for event in events:
            message = event.message
            stamp = int(message.timestamp * 1000)
            record = SimpleNamespace(
                offset=message.offset, timestamp=stamp, key=message.key, value=message.value
            )
            now = datetime.fromtimestamp(message.timestamp, UTC)
            rows.append(read(record, now, self._rules, message.topic))
        block = Block.of(self._log, "bench", rows, [self.verdict(row) for row in rows])
        self._store.insert(TABLE, COLUMNS, block.columns("bench"))


def main() -> None:
    settings = load()
    landing = Landing(Store(settings.clickhouse))
    app = faust.App(
        f"bench-agent-{sys.argv[1]}",
        broker=[f"kafka://{settings.kafka.bootstrap}"],
        web_host=LOOPBACK,
        web_bind=LOOPBACK,
        web_port=settings.worker_port,
        datadir=str(settings.data / "bench-agent"),
        topic_disable_leader=True,
        stream_wait_empty=False,
    )
    topic = app.topic(*(topic.name for topic in TOPICS), value_serializer="raw", key_serializer="raw")

    @app.agent(topic)
    async def agent(stream: Any) -> AsyncIterator[None]:
        async for events in stream.take_events(BATCH, within=WITHIN_S):
            landing.land(list(events))
            yield None

    (settings.data / "bench-agent").mkdir(parents=True, exist_ok=True)
    faust.Worker(app, loglevel="error", quiet=True).execute_from_commandline()


if __name__ == "__main__":
    main()
