"""The broker's settings: workers may have a listener of their own, batches may be flushed one by one."""

from pathlib import Path

from ioc.settings import Kafka, Settings
from local.kafka import Broker, Listener


def properties(kafka: Kafka) -> dict[str, str]:
    text = Broker(Path("somewhere"), 23_002, 23_003, Listener.of(kafka)).properties()
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return dict(line.split("=", 1) for line in lines)


def test_without_the_setting_there_is_one_way_in() -> None:
    found = properties(Kafka())
    assert found["listeners"] == "PLAINTEXT://127.0.0.1:23002,CONTROLLER://127.0.0.1:23003"
    assert found["advertised.listeners"] == "PLAINTEXT://127.0.0.1:23002"


def test_a_listener_behind_a_proxy_tells_its_clients_the_proxy() -> None:
    found = properties(Kafka(processors="127.0.0.1:23013", processors_port=23_014))
    assert found["listeners"].endswith(",PROCESSORS://127.0.0.1:23014")
    assert found["advertised.listeners"].endswith(",PROCESSORS://127.0.0.1:23013")
    assert "PROCESSORS:PLAINTEXT" in found["listener.security.protocol.map"]


def test_without_a_proxy_it_listens_where_it_says() -> None:
    assert Listener.of(Kafka(processors="10.0.0.7:9094")) == Listener("10.0.0.7:9094", 9094)


def test_only_workers_go_there() -> None:
    plain = Settings(data=Path("somewhere"))
    assert plain.of_a_worker() is plain
    split = plain.model_copy(update={"kafka": Kafka(bootstrap="a:1", processors="b:2")})
    assert split.of_a_worker().kafka.bootstrap == "b:2"
    assert split.kafka.bootstrap == "a:1"


def test_batches_are_flushed_one_by_one_only_when_that_is_asked_for() -> None:
    def interval(flush_each: bool) -> int:
        lines = Broker(Path("somewhere"), 1, 2, flush_each=flush_each).properties().splitlines()
        return next(int(line.partition("=")[2]) for line in lines if "flush.interval.messages" in line)

    assert interval(True) == 1
    assert interval(False) > 10**18
