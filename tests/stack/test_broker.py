"""The embedded broker is Apache Kafka: what it acknowledged survives a stop, a kill and a restart."""

import signal
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from ioc.settings import Kafka
from ioc.topics import ALL_TOPICS, BY_NAME, DOCUMENTS
from local.topics import admin, ensure_topics, findings, lag

from .conftest import free_ports, running_broker

pytestmark = pytest.mark.stack


def topic_ids(settings: Kafka) -> dict[str, object]:
    with admin(settings) as client:
        return {topic["name"]: topic["topic_id"] for topic in client.describe_topics(list(BY_NAME))}


def publish(settings: Kafka, count: int) -> None:
    producer = KafkaProducer(bootstrap_servers=settings.bootstrap, acks="all")
    for number in range(count):
        producer.send(DOCUMENTS.name, b"%d" % number, partition=0).get(10)
    producer.close()


def stored(settings: Kafka) -> list[bytes]:
    consumer = KafkaConsumer(bootstrap_servers=settings.bootstrap, consumer_timeout_ms=3000)
    partition = TopicPartition(DOCUMENTS.name, 0)
    consumer.assign([partition])
    consumer.seek_to_beginning(partition)
    end = consumer.end_offsets([partition])[partition]
    values: list[bytes] = []
    while len(values) < end:
        batch = consumer.poll(timeout_ms=3000).get(partition, [])
        assert batch, f"{len(values)} of {end} records came back"
        values += [record.value for record in batch]
    consumer.close()
    return values


def test_topics_are_created_once_and_found_safe(broker: Kafka) -> None:
    assert ensure_topics(broker) == []
    assert findings(broker) == []
    assert {topic.name for topic in ALL_TOPICS} <= set(topic_ids(broker))
    assert lag(broker)[DOCUMENTS.name] >= 0


def test_nothing_is_lost_by_a_stop_or_a_kill(tmp_path: Path) -> None:
    running = running_broker(tmp_path / "kafka", free_ports(2))
    with running as settings:
        before = topic_ids(settings)
        publish(settings, 5)
        assert lag(settings)[DOCUMENTS.name] == 5
        assert running.child is not None
        running.child.kill()
        running.start()
        publish(settings, 3)
        running.child.terminate()
        assert running.child.wait(10), "no clean stop within 10 s"
        assert running.child.exit_code() == 128 + signal.SIGTERM
        running.start()
        assert stored(settings) == [b"0", b"1", b"2", b"3", b"4", b"0", b"1", b"2"]
        assert topic_ids(settings) == before
    log = (tmp_path / "kafka" / "kafka.log").read_text()
    assert "Kafka Server started" in log
