"""Canaries: one a topic and slot, the same whoever sends it, accepted by landing and by no door."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from ioc.canary import CANARY, SOURCE, urn
from ioc.clock import FixedClock
from ioc.contracts import decode
from ioc.reference import Catalogue
from ioc.topics import EVENT_TOPICS
from producers.gateway.canaries import send
from streams.land.judge import read

AT = datetime(2026, 11, 20, 2, 0, 3, tzinfo=UTC)
CATALOGUE = Catalogue.load()
RULES = CATALOGUE.rules("G09")


class Sent:
    def __init__(self) -> None:
        self.records: list[tuple[str, bytes | None, bytes | None]] = []

    def send_raw(self, topic: str, key: bytes | None, value: bytes | None) -> None:
        self.records.append((topic, key, value))


def sent(at: datetime) -> list[tuple[str, bytes | None, bytes | None]]:
    publisher = Sent()
    send(publisher, FixedClock(at), "G09", "G09.919", 10)
    return publisher.records


def test_every_topic_gets_one_and_landing_counts_it() -> None:
    records = sent(AT)
    assert [topic for topic, _, _ in records] == [topic.name for topic in EVENT_TOPICS]
    for topic, key, value in records:
        stamp = int(AT.timestamp() * 1000)
        row = read(SimpleNamespace(offset=0, timestamp=stamp, key=key, value=value), AT, RULES, topic)
        assert (row.reason, row.source) == ("", urn("G09")), topic


def test_two_gateways_say_the_same_in_one_slot_and_another_in_the_next() -> None:
    def prints(at: datetime) -> list[tuple[str, bytes]]:
        found = [decode(value or b"", rules=RULES, now=at) for _, _, value in sent(at)]
        return [(each.head.id, each.fingerprint) for each in found]

    assert prints(AT) == prints(AT + timedelta(seconds=5))
    assert not set(prints(AT)) & set(prints(AT + timedelta(seconds=10)))


def test_nobody_else_may_state_one() -> None:
    assert SOURCE not in CATALOGUE.sources
    assert not [code for code, source in CATALOGUE.sources.items() if CANARY in source.names]
