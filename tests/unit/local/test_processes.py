"""The table of processes, and what the environment takes out of it."""

import socket
from pathlib import Path

import pytest

from ioc.settings import Kafka, Settings
from local.processes import Attached, Hooks, overlay, table, taken_port


def settings_at(base: int) -> Settings:
    above = overlay(base, Attached())
    return Settings.model_validate({"data": Path("somewhere"), **above})


def test_ports_count_up_from_the_base() -> None:
    specs = table(settings_at(23_000), Attached(), Hooks())
    assert {spec.name: spec.ports for spec in specs} == {
        "clickhouse": (23_000, 23_001),
        "kafka": (23_002, 23_003),
        "gateway": (23_004,),
        "wall": (23_005,),
        "worker": (23_006,),
        "reducer": (23_007,),
    }
    commands = {spec.name: spec.command(settings_at(23_000))[1:] for spec in specs}
    assert commands["reducer"] == ["-P", "-m", "ioc", "worker", "--role", "reduce", "--data", "somewhere"]


def test_more_workers_take_more_ports_and_are_told_apart_by_them() -> None:
    specs = {spec.name: spec for spec in table(settings_at(23_000), Attached(), Hooks(), workers=3)}
    assert {name: spec.ports for name, spec in specs.items() if name.startswith("worker")} == {
        "worker": (23_006,),
        "worker-2": (23_008,),
        "worker-3": (23_009,),
    }
    assert "23009" in specs["worker-3"].command(settings_at(23_000))


def test_everything_waits_for_store_and_broker_and_stops_before_them() -> None:
    specs = {spec.name: spec for spec in table(settings_at(23_000), Attached(), Hooks(), ("simulate",))}
    for name in ("gateway", "wall", "worker", "reducer"):
        assert specs[name].needs == ("clickhouse", "kafka")
    order = ["simulator", "gateway", "worker", "kafka"]
    assert [specs[name].stop for name in order] == [0, 1, 2, 3]
    assert specs["wall"].stop == 1
    assert specs["reducer"].stop == 2
    assert specs["clickhouse"].stop == 3


def test_an_address_in_the_environment_means_somebody_else_runs_it() -> None:
    attached = Attached.of(
        {"IOC_KAFKA__BOOTSTRAP": "kafka.example:9093", "IOC_CLICKHOUSE__HOST": "db.example"}
    )
    assert attached == Attached(kafka=True, clickhouse=True)
    above = overlay(23_000, attached)
    assert "kafka" not in above
    assert above["clickhouse"] == {"embedded": False}
    settings = Settings(data=Path("d"), kafka=Kafka(bootstrap="a.example:9093,b.example:9093"))
    specs = table(settings, attached, Hooks())
    assert [spec.name for spec in specs] == ["gateway", "worker", "reducer", "wall"]
    assert all(spec.needs == () for spec in specs)


def test_a_port_in_use_is_named_with_its_process() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = settings_at(23_000).model_copy(update={"worker_port": port})
        specs = [spec for spec in table(settings, Attached(), Hooks()) if spec.name == "worker"]
        error = taken_port(specs)
    assert error is not None
    assert str(error) == f"port {port} (worker) is in use: choose another --port-base"


def test_the_hooks_belong_to_readiness(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.processes.listens", lambda _port: True)
    monkeypatch.setattr("local.processes.answers", lambda _port, _path: True)
    no = Hooks(store_ready=lambda: False, kafka_ready=lambda: False)
    states = {spec.name: spec.ready() for spec in table(settings_at(23_000), Attached(), no)}
    assert states == {
        "clickhouse": False,
        "kafka": False,
        "gateway": True,
        "worker": True,
        "reducer": True,
        "wall": True,
    }
