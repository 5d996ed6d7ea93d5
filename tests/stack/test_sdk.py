"""The SDK against Apache Kafka itself."""

from datetime import timedelta

import pytest
from kafka import KafkaConsumer, TopicPartition

from ioc.contracts import Envelope, decode, kafka_key
from ioc.settings import Kafka
from producers.sdk import Publisher, PublishFailed, Receipt
from tests.unit.contracts.events import NOW, RULES, document, with_id

pytestmark = pytest.mark.stack


def _records(kafka: Kafka, topic: str, partition: int, first: int, last: int) -> list[tuple[bytes, bytes]]:
    consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap, auto_offset_reset="earliest")
    try:
        place = TopicPartition(topic, partition)
        consumer.assign([place])
        consumer.seek(place, first)
        found: list[tuple[bytes, bytes]] = []
        for record in consumer:
            found.append((record.key, record.value))
            if record.offset >= last:
                return found
        raise AssertionError("the log ended early")
    finally:
        consumer.close()


def test_receipts_say_where_the_events_are(broker: Kafka) -> None:
    events: list[Envelope] = [with_id(document(), n) for n in range(1, 301)]
    with Publisher(broker, client_id="test-sdk") as publisher:
        receipts = publisher.publish_all(events)
    offsets = [receipt.offset for receipt in receipts]
    assert len({receipt.partition for receipt in receipts}) == 1  # one subject, one partition
    assert offsets == list(range(offsets[0], offsets[0] + 300))
    found = _records(broker, "ioc.documents", receipts[0].partition, offsets[0], offsets[-1])
    decoded = [
        decode(value, rules=RULES, now=NOW + timedelta(days=1), topic="ioc.documents") for _, value in found
    ]
    assert [d.envelope for d in decoded] == events
    assert {key for key, _ in found} == {kafka_key(events[0])}


def test_raw_bytes_go_as_they_are(broker: Kafka) -> None:
    with Publisher(broker, client_id="test-sdk") as publisher:
        receipt = publisher.send_raw("ioc.quality", b"k", b"{broken").result(30)
    assert isinstance(receipt, Receipt)
    assert _records(broker, "ioc.quality", 0, receipt.offset, receipt.offset) == [(b"k", b"{broken")]


def test_a_record_too_large_is_not_worth_a_retry(broker: Kafka) -> None:
    with Publisher(broker, client_id="test-sdk") as publisher, pytest.raises(PublishFailed) as failed:
        publisher.send_raw("ioc.quality", b"k", b"x" * 2_000_000).result(30)
    assert not failed.value.retryable
