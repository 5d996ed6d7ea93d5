"""Records put into Kafka past the door: poison, and what else must end in quarantine with its reason."""

import random
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from kafka import KafkaProducer

from proof.oracle.journal import Journal, Place, Told

POISON = (
    ("undecodable", b"\xff\xfe not JSON"),
    ("undecodable", b'{"specversion": NaN}'),
    ("undecodable", b"[" * 200 + b"]" * 200),
    ("unknown_type", b'{"specversion":"1.0","type":"vn.gov.ioc.nothing.known.v1"}'),
    ("schema", b'{"specversion":"1.0","type":"vn.gov.ioc.document.received.v1"}'),
)
"""Reason in quarantine, bytes."""


def poison(chance: random.Random, count: int, reason: str = "") -> list[tuple[Told, bytes]]:
    """Bytes that are no events, each under a name of its own in the journal. `reason`: only of this kind."""
    found = []
    kinds = [each for each in POISON if reason in ("", each[0])]
    for _ in range(count):
        reason, value = chance.choice(kinds)
        name = str(UUID(int=chance.getrandbits(128), version=4))
        told = Told("kafka", name, "", "", "", 0, "", "", f"quarantine:{reason}")
        found.append((told, value))
    return found


def put(
    bootstrap: str,
    topic: str,
    records: Iterable[tuple[Told, bytes]],
    journal: Journal,
    key: bytes | None = None,
) -> list[Place]:
    """Write each into the journal, then into Kafka, then its place into the journal; the places."""
    listed, places = list(records), []
    journal.sending(told for told, _ in listed)
    producer: Any = KafkaProducer(bootstrap_servers=bootstrap, acks="all", client_id="proof-oracle")
    try:
        for told, value in listed:
            at = producer.send(topic, value=value, key=told.id.encode()).get(30)
            journal.ended(told.key, "ok", topic=at.topic, partition=at.partition, offset=at.offset)
            places.append((at.topic, at.partition, at.offset))
    finally:
        producer.close()
    return places


def repeat(bootstrap: str, records: Iterable[tuple[Told, str, bytes, bytes]], journal: Journal) -> int:
    """Put (event, topic, key, value) into Kafka once more; how many."""
    listed = list(records)
    journal.sending(told for told, *_ in listed)
    producer: Any = KafkaProducer(bootstrap_servers=bootstrap, acks="all", client_id="proof-oracle")
    try:
        sent = [(told, producer.send(topic, value=value, key=key)) for told, topic, key, value in listed]
        for told, future in sent:
            at = future.get(30)
            journal.ended(told.key, "ok", topic=at.topic, partition=at.partition, offset=at.offset)
    finally:
        producer.close()
    return len(listed)
