"""Names and clients of the Kafka cluster: its id and the ids of its topics, which no two topics share."""

import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient, OffsetSpec

from ioc import connecting
from ioc.errors import IocError
from ioc.settings import Kafka, Settings
from ioc.topics import Topic

GROUP = "ioc-land"
SESSION_MS = 8_000
REBALANCE_MS = 60_000
FETCH_WAIT_MS = 200
FETCH_MIN_BYTES = 150_000
"""At low rates records are gathered at the broker: a third of the CPU, 100 ms later in the median."""


class TopicMissing(IocError):
    """A topic that landing reads does not exist."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the cluster and its topics are called by themselves."""

    cluster_id: str
    topic_ids: Mapping[str, UUID]


def admin(settings: Kafka) -> Any:
    """kafka-python's admin client; blocking."""
    return KafkaAdminClient(
        **connecting.kafka_python(settings),
        client_id="ioc-land",
        request_timeout_ms=10_000,
    )


def names(settings: Kafka, topics: Iterable[str]) -> Names:
    """Cluster and topic ids. Raises `TopicMissing`; kafka-python's errors when Kafka does not answer."""
    client = admin(settings)
    try:
        wanted = list(topics)
        described = client.describe_topics(wanted)
        ids = {entry["name"]: UUID(str(entry["topic_id"])) for entry in described if not entry["error_code"]}
        for name in wanted:
            if name not in ids:
                raise TopicMissing(f"topic {name} does not exist on {settings.bootstrap}")
        return Names(str(client.describe_cluster()["cluster_id"]), ids)
    finally:
        client.close()


def member(settings: Settings, role: str) -> str:
    """The static name of a worker in its group: a restart takes its own place at once."""
    return f"ioc-{role}-{socket.gethostname()}-{settings.worker_port}"


def consumer(settings: Settings) -> AIOKafkaConsumer:
    """The landing consumer: it commits by hand, and never chooses an offset by itself."""
    return AIOKafkaConsumer(
        **connecting.aiokafka(settings.kafka),
        client_id="ioc-land",
        group_id=GROUP,
        group_instance_id=member(settings, "land"),
        session_timeout_ms=SESSION_MS,
        heartbeat_interval_ms=SESSION_MS // 4,
        rebalance_timeout_ms=REBALANCE_MS,
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level="read_committed",
        fetch_max_wait_ms=FETCH_WAIT_MS,
        fetch_min_bytes=FETCH_MIN_BYTES,
        max_partition_fetch_bytes=4 * 1024 * 1024,
    )


def extents(settings: Kafka, topics: Iterable[Topic]) -> dict[tuple[str, int], tuple[int, int]]:
    """(topic, partition) → (log start, log end)."""
    client = admin(settings)
    try:
        places = [
            TopicPartition(topic.name, number) for topic in topics for number in range(topic.partitions)
        ]
        first = client.list_partition_offsets(dict.fromkeys(places, OffsetSpec.EARLIEST))
        last = client.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST))
    finally:
        client.close()
    return {(p.topic, p.partition): (int(first[p].offset), int(last[p].offset)) for p in places}
