"""The Kafka topics of `ioc.topics` on a real cluster: created where missing, checked where present.

The same code serves the embedded broker and a production cluster (`IOC_KAFKA__BOOTSTRAP`).
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ioc.connecting import kafka_python
from ioc.errors import IocError, Unsafe
from ioc.settings import Kafka
from ioc.topics import ALL_TOPICS, EVENT_TOPICS, Topic

LANDING_GROUP = "ioc-land"
DAY_MS = 86_400_000


class KafkaUnavailable(IocError):
    """The Kafka cluster does not answer."""


@contextmanager
def admin(settings: Kafka, *, timeout_s: float = 10.0) -> Iterator[Any]:
    """kafka-python's admin client. Raises `KafkaUnavailable` naming the address that does not answer."""
    from kafka.admin import KafkaAdminClient
    from kafka.errors import KafkaError

    milliseconds = int(timeout_s * 1000)
    try:
        client = KafkaAdminClient(
            **kafka_python(settings),
            client_id="ioc-admin",
            request_timeout_ms=milliseconds,
            bootstrap_timeout_ms=milliseconds,
        )
        try:
            yield client
        finally:
            client.close()
    except (KafkaError, OSError) as error:
        raise KafkaUnavailable(
            f"Kafka at {settings.bootstrap} does not answer ({error.__class__.__name__})"
        ) from error


def wanted(topic: Topic, replication: int) -> dict[str, str]:
    """The topic's own settings; judging, partitioning and expiry all use the broker's time of arrival."""
    settings = {
        "message.timestamp.type": "LogAppendTime",
        "retention.ms": str(topic.retention_days * DAY_MS),
        # Only closed segments expire: a slow personal topic must not outlive its retention in an open one.
        "segment.ms": str(DAY_MS),
        "cleanup.policy": "delete",
    }
    if replication >= 3:
        settings["min.insync.replicas"] = "2"
    return settings


def ensure_topics(
    settings: Kafka, topics: Sequence[Topic] = ALL_TOPICS, *, timeout_s: float = 30.0
) -> list[str]:
    """Create what is missing and return its names; changes nothing that exists.

    Raises `Unsafe` when a topic exists with other partitions or settings, `KafkaUnavailable`.
    """
    with admin(settings, timeout_s=timeout_s) as client:
        present = set(client.list_topics())
        missing = [topic for topic in topics if topic.name not in present]
        if missing:
            client.create_topics(
                {
                    topic.name: {
                        "num_partitions": topic.partitions,
                        "replication_factor": settings.replication_factor,
                        "configs": wanted(topic, settings.replication_factor),
                    }
                    for topic in missing
                },
                wait_for_metadata=True,
            )
        wrong = _differences(client, topics)
    if wrong:
        raise Unsafe(wrong[0])
    return [topic.name for topic in missing]


def findings(settings: Kafka, topics: Sequence[Topic] = ALL_TOPICS) -> list[str]:
    """What is unsafe about the cluster, one sentence each; empty when all is well."""
    try:
        with admin(settings) as client:
            return [
                *_differences(client, topics),
                *_broker_findings(client),
                *_copies(client, topics, settings.replication_factor),
            ]
    except KafkaUnavailable as error:
        return [str(error)]


def _differences(client: Any, topics: Sequence[Topic]) -> list[str]:
    from kafka.admin import ConfigResource, ConfigResourceType

    described = {topic["name"]: topic for topic in client.describe_topics()}
    wrong = [
        f"topic {topic.name} does not exist: create it with `ioc topics`"
        for topic in topics
        if topic.name not in described
    ]
    here = [topic for topic in topics if topic.name in described]
    if not here:
        return wrong
    resources = [ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in here]
    configs = client.describe_configs(resources, config_filter="all")["topic"]
    for topic in here:
        partitions = len(described[topic.name]["partitions"])
        if partitions != topic.partitions:
            wrong.append(
                f"topic {topic.name} has {partitions} partitions, expected {topic.partitions}: "
                "the number never changes in place"
            )
        stamp = configs[topic.name]["message.timestamp.type"]["value"]
        if stamp != "LogAppendTime":
            wrong.append(f"topic {topic.name} has message.timestamp.type={stamp}, expected LogAppendTime")
    return wrong


def _copies(client: Any, topics: Sequence[Topic], replication: int) -> list[str]:
    from kafka.admin import ConfigResource, ConfigResourceType

    names = {topic.name for topic in topics}
    here = [topic for topic in client.describe_topics() if topic["name"] in names]
    resources = [ConfigResource(ConfigResourceType.TOPIC, topic["name"]) for topic in here]
    configs = client.describe_configs(resources, config_filter="all")["topic"] if resources else {}
    needed = {name: int(config["min.insync.replicas"]["value"]) for name, config in configs.items()}
    return few_copies(len(client.describe_cluster()["brokers"]), here, needed, replication)


def few_copies(
    brokers: int, described: Sequence[dict[str, Any]], needed: dict[str, int], replication: int
) -> list[str]:
    """What keeps an acknowledged event from standing on as many brokers as the settings promise.

    `described`: topics as the admin client tells them; `needed`: their min.insync.replicas.
    """
    wrong = []
    if brokers > 1 and replication == 1:
        wrong.append(
            f"the cluster has {brokers} brokers and topics are made with one copy: a lost broker loses "
            "events; expected IOC_KAFKA__REPLICATION_FACTOR=3"
        )
    for topic in sorted(described, key=lambda each: str(each["name"])):
        name, partitions = topic["name"], topic["partitions"]
        copies = min(len(each["replica_nodes"]) for each in partitions)
        in_step = min(len(each["isr_nodes"]) for each in partitions)
        if copies < replication:
            wrong.append(f"topic {name} has {copies} copies, expected {replication}: reassign its partitions")
        if copies >= 3 and needed[name] < 2:
            wrong.append(f"topic {name} has min.insync.replicas={needed[name]}, expected 2 of {copies}")
        if in_step < copies:
            wrong.append(f"topic {name} has {in_step} of {copies} copies in step: a broker is away or behind")
    return wrong


def _broker_findings(client: Any) -> list[str]:
    from kafka.admin import ConfigResource, ConfigResourceType
    from kafka.errors import KafkaError

    wrong = []
    for number in sorted(str(broker["broker_id"]) for broker in client.describe_cluster()["brokers"]):
        try:
            asked = [ConfigResource(ConfigResourceType.BROKER, number)]
            config = client.describe_configs(asked, config_filter="all")["broker"][number]
        except KafkaError as error:
            wrong.append(f"broker {number} of the cluster does not answer ({error.__class__.__name__})")
            continue
        if config.get("auto.create.topics.enable", {}).get("value") == "true":
            wrong.append(
                f"broker {number} has auto.create.topics.enable=true, expected false: "
                "a mistyped topic would swallow events"
            )
    return wrong


def lag(settings: Kafka, topics: Sequence[Topic] = EVENT_TOPICS) -> dict[str, int]:
    """Records of each topic behind which the landing has committed nothing yet.

    Raises `KafkaUnavailable`; topics that do not exist are left out.
    """
    from kafka import TopicPartition
    from kafka.admin import OffsetSpec

    with admin(settings, timeout_s=5) as client:
        present = set(client.list_topics())
        partitions = [
            TopicPartition(topic.name, number)
            for topic in topics
            if topic.name in present
            for number in range(topic.partitions)
        ]
        if not partitions:
            return {}
        first = client.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.EARLIEST))
        last = client.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
        committed = _committed(client, partitions)
    behind: dict[str, int] = {}
    for partition in partitions:
        known = committed.get(partition)
        start = known.offset if known is not None and known.offset >= 0 else first[partition].offset
        behind[partition.topic] = behind.get(partition.topic, 0) + max(0, last[partition].offset - start)
    return behind


def _committed(client: Any, partitions: Sequence[Any], *, attempts: int = 50) -> Any:
    """The landing group's commits; a broker that has just started needs a moment to name a coordinator."""
    from kafka.errors import (
        CoordinatorLoadInProgressError,
        CoordinatorNotAvailableError,
        NotCoordinatorError,
    )

    passing = (CoordinatorNotAvailableError, CoordinatorLoadInProgressError, NotCoordinatorError)
    for _ in range(attempts - 1):
        try:
            return client.list_group_offsets({LANDING_GROUP: partitions})[LANDING_GROUP]
        except passing:
            time.sleep(0.1)
    return client.list_group_offsets({LANDING_GROUP: partitions})[LANDING_GROUP]
