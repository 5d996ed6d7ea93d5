"""What the publisher asks of Kafka, and what it says when Kafka does not answer."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from kafka import errors
from pydantic import SecretStr

from ioc.connecting import kafka_python
from ioc.contracts import encode
from ioc.settings import Kafka
from producers.sdk import Publisher, PublishFailed, Receipt
from tests.unit.contracts.events import document, event


class Sent:
    """The part of kafka-python's future that the publisher uses."""

    def add_callback(self, call: Callable[[Any], None]) -> None:
        self.acknowledge = call

    def add_errback(self, call: Callable[[BaseException], None]) -> None:
        self.fail = call


class FakeProducer:
    def __init__(self, **options: Any) -> None:
        self.options = options
        self.sent: list[tuple[str, bytes | None, bytes | None, Sent]] = []
        self.refuses: BaseException | None = None
        self.closed = False

    def send(self, topic: str, value: bytes | None = None, key: bytes | None = None) -> Sent:
        if self.refuses is not None:
            raise self.refuses
        self.sent.append((topic, key, value, Sent()))
        return self.sent[-1][3]

    def flush(self, timeout: float | None) -> None:
        for offset, (topic, _, _, sent) in enumerate(self.sent):
            sent.acknowledge(SimpleNamespace(topic=topic, partition=0, offset=offset, timestamp=1))

    def close(self, timeout: float) -> None:
        self.closed = True


def _publisher() -> tuple[Publisher, FakeProducer]:
    made: list[FakeProducer] = []

    def connect(**options: Any) -> FakeProducer:
        made.append(FakeProducer(**options))
        return made[0]

    return Publisher(Kafka(), client_id="qlvb", connect=connect), made[0]


def test_the_producer_is_idempotent_and_waits_for_all_replicas() -> None:
    _, producer = _publisher()
    assert producer.options["acks"] == "all"
    assert producer.options["enable_idempotence"] is True
    assert producer.options["compression_type"] == "lz4"
    assert producer.options["client_id"] == "qlvb"


def test_an_event_travels_on_its_topic_under_its_subject() -> None:
    publisher, producer = _publisher()
    future = publisher.send(document())
    topic, key, value, sent = producer.sent[0]
    assert (topic, key) == ("ioc.documents", "G09/G09.901,2026/11/20,123/QĐ-BNV".encode())
    assert value == encode(document())
    assert not future.done()
    sent.acknowledge(SimpleNamespace(topic=topic, partition=1, offset=42, timestamp=7))
    assert future.result(0) == Receipt("ioc.documents", 1, 42)


def test_persons_travel_on_their_own_topic() -> None:
    publisher, producer = _publisher()
    publisher.send(event("training.completed"))
    assert producer.sent[0][0] == "ioc.hr"


@pytest.mark.parametrize(
    ("error", "retryable"),
    [
        (errors.KafkaTimeoutError(), True),
        (errors.NotEnoughReplicasError(), True),
        (errors.KafkaConnectionError(), True),
        (errors.MessageSizeTooLargeError(), False),
        (errors.TopicAuthorizationFailedError(), False),
    ],
)
def test_failures_say_whether_sending_again_helps(error: errors.KafkaError, retryable: bool) -> None:
    publisher, producer = _publisher()
    later = publisher.send(document())
    producer.sent[0][3].fail(error)
    with pytest.raises(PublishFailed) as failed:
        later.result(0)
    assert failed.value.retryable is retryable
    producer.refuses = error
    with pytest.raises(PublishFailed) as at_once:
        publisher.send(document()).result(0)
    assert at_once.value.retryable is retryable


def test_no_receipt_in_time_is_retryable() -> None:
    publisher, _ = _publisher()
    with pytest.raises(PublishFailed, match="no receipt within 0 s") as failed:
        publisher.publish(document(), timeout=0)
    assert failed.value.retryable


def test_many_receipts_come_in_the_order_of_the_events() -> None:
    publisher, _ = _publisher()
    events = [event("dossier.resolved", n) for n in range(1, 6)]
    assert [receipt.offset for receipt in publisher.publish_all(events)] == [0, 1, 2, 3, 4]


def test_leaving_the_block_closes_the_producer() -> None:
    publisher, producer = _publisher()
    with publisher:
        assert not producer.closed
    assert producer.closed


def test_no_broker_is_one_sentence() -> None:
    def connect(**_: Any) -> FakeProducer:
        raise errors.KafkaTimeoutError("cannot bootstrap")

    with pytest.raises(PublishFailed, match=r"Kafka at broker:1 does not answer") as failed:
        Publisher(Kafka(bootstrap="broker:1"), client_id="x", connect=connect)
    assert failed.value.retryable


def test_sasl_and_tls_settings_reach_the_client() -> None:
    options = kafka_python(
        Kafka(
            bootstrap="a:1,b:2",
            security_protocol="SASL_SSL",
            sasl_mechanism="SCRAM-SHA-512",
            username="qlvb",
            password=SecretStr("hidden"),
            cafile=Path("ca.pem"),
        )
    )
    assert options == {
        "bootstrap_servers": ["a:1", "b:2"],
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "qlvb",
        "sasl_plain_password": "hidden",
        "ssl_cafile": "ca.pem",
    }


def test_a_producer_that_has_lost_its_id_is_revived_before_it_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publisher, producer = _publisher()
    revived: list[object] = []
    monkeypatch.setattr("producers.sdk.revive", revived.append)
    publisher.send(document())
    assert revived == [producer]
