"""A record read once more from the real broker: itself, or the plain word that it is gone."""

import asyncio
from uuid import uuid4

import pytest
from kafka import KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient

from ioc.desk import Place
from ioc.settings import Kafka
from ioc.topics import ARCHIVES
from streams.desk.originals import Gone, Original, Originals
from streams.land import cluster

pytestmark = pytest.mark.stack


async def read(broker: Kafka, *places: Place) -> list[Original | str]:
    """What each place gives: the record, or why it is gone."""
    originals = Originals(broker)
    await originals.start()
    found: list[Original | str] = []
    for place in places:
        try:
            found.append(await originals.read(place))
        except Gone as gone:
            found.append(gone.why)
    await originals.stop()
    return found


def test_a_record_is_itself_or_is_said_to_be_gone(broker: Kafka) -> None:
    values = [b"\xff", None, b"third", b"fourth"]
    producer = KafkaProducer(bootstrap_servers=broker.bootstrap)
    sent = [
        producer.send(ARCHIVES.name, key=b"k%d" % n, value=value).get(20) for n, value in enumerate(values)
    ]
    producer.close()
    first = sent[0].offset
    topic_id = cluster.names(broker, [ARCHIVES.name]).topic_ids[ARCHIVES.name]

    def at(offset: int) -> Place:
        return Place(ARCHIVES.name, 0, offset, topic_id)

    whole = [Original(b"k%d" % n, value) for n, value in enumerate(values)]
    # Out of order, as an act may name them; and one that nobody has written yet.
    asked = [at(first + 2), at(first), at(first + 3), at(first + 1), at(first + 4)]
    assert asyncio.run(read(broker, *asked)) == [whole[2], whole[0], whole[3], whole[1], "expired"]
    other = Place(ARCHIVES.name, 0, first, uuid4())
    assert asyncio.run(read(broker, other)) == ["topic_recreated"]

    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
    admin.delete_records({TopicPartition(ARCHIVES.name, 0): first + 2})
    admin.close()
    assert asyncio.run(read(broker, at(first), at(first + 1), at(first + 2))) == [
        "expired",
        "expired",
        whole[2],
    ]
