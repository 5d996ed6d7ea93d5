"""`ioc up` as its users know it: ready once, alive through kills, gone without a trace."""

import os
import signal
import stat
import time
from pathlib import Path

import psutil
import pytest

from ioc.settings import Kafka
from ioc.topics import EVENT_TOPICS
from local.probes import is_free, wait_for
from local.topics import findings

from .conftest import free_ports
from .running import RunningStack

pytestmark = [pytest.mark.stack, pytest.mark.alone, pytest.mark.timeout(420)]
NAMES = {"clickhouse", "kafka", "gateway", "wall", "worker", "reducer"}


def family(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


def test_the_ready_line_names_every_address(stack: RunningStack) -> None:
    base = stack.port_base
    gateway = f"http://127.0.0.1:{base + 4}"
    assert stack.ready == {
        "ready": True,
        "kafka": f"127.0.0.1:{base + 2}",
        "clickhouse": f"127.0.0.1:{base}",
        "gateway": gateway,
        "wall": f"http://127.0.0.1:{base + 5}",
        "portal_sync": {"auth": f"{gateway}/portal/auth", "integration": f"{gateway}/portal/integration"},
    }


def test_status_shows_processes_addresses_and_lag(stack: RunningStack) -> None:
    status = stack.json("status")
    assert {one["name"] for one in status["processes"]} == NAMES
    assert all(one["up"] and one["pid"] for one in status["processes"])
    assert status["addresses"]["kafka"] == stack.ready["kafka"]
    assert set(status["lag"]) == {topic.name for topic in EVENT_TOPICS}


def test_credentials_are_for_their_owner_only(stack: RunningStack) -> None:
    path = stack.data / "credentials.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    source = stack.json("credentials", "vxp")
    assert source["key"]
    assert source["password"]
    assert source["portal_sync"] == stack.ready["portal_sync"]
    assert "pseudonym_key" not in source
    reader = stack.json("credentials", "ioc_reader")
    assert (reader["user"], reader["database"]) == ("ioc_reader", "ioc_read")
    first = stack.json("credentials", "quan_tri")
    assert first["account"] == "quan_tri"
    assert len(first["password"]) >= 20
    unknown = stack.run("credentials", "nobody", "--json")
    assert unknown.returncode == 1
    assert "no credentials for source 'nobody'" in unknown.stderr
    assert unknown.stdout == ""


def test_the_doctor_finds_nothing(stack: RunningStack) -> None:
    done = stack.run("doctor")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_second_stack_on_the_same_data_is_refused_in_one_sentence(stack: RunningStack) -> None:
    done = stack.run("up", "--port-base", str(free_ports(8)))
    assert done.returncode == 1
    (sentence,) = [line for line in done.stderr.splitlines() if line]
    assert "already running" in sentence


def test_a_port_in_use_is_named(stack: RunningStack, tmp_path: Path) -> None:
    other = RunningStack(tmp_path / "other", stack.port_base)
    done = other.run("up", "--port-base", str(stack.port_base))
    assert done.returncode == 1
    assert f"port {stack.port_base} (clickhouse) is in use" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_killed_process_is_back_within_three_seconds_and_shown(stack: RunningStack, name: str) -> None:
    before = stack.processes()[name]
    began = time.monotonic()
    os.kill(before["pid"], signal.SIGKILL)

    def back() -> bool:
        now = stack_file(stack)[name]
        return now["pid"] not in (None, before["pid"])

    assert wait_for(back, 3), f"{name} was not started again within 3 s"
    assert time.monotonic() - began <= 3
    assert wait_for(lambda: bool(stack_file(stack)[name]["up"]), 60), stack.last_lines()
    assert stack.processes()[name]["restarts"] >= before["restarts"] + 1


def stack_file(stack: RunningStack) -> dict[str, dict[str, object]]:
    from local.rundir import read_stack

    processes: dict[str, dict[str, object]] = read_stack(stack.data)["processes"]
    return processes


def test_stop_takes_less_than_ten_seconds_and_a_killed_supervisor_leaves_nothing(tmp_path: Path) -> None:
    running = RunningStack(tmp_path / "data", free_ports(8)).start()
    assert running.process is not None
    first = family(running.process.pid)
    assert len(first) >= len(NAMES)
    secrets = (running.data / "credentials.json").read_text()
    began = time.monotonic()
    assert running.stop(signal.SIGINT) == 0
    assert time.monotonic() - began < 10
    assert [one for one in first if one.is_running()] == []
    assert running.run("status", "--json").returncode == 1

    running.start()
    assert (running.data / "credentials.json").read_text() == secrets
    assert running.process is not None
    second = family(running.process.pid)
    running.process.kill()
    running.process.wait()
    assert wait_for(lambda: not [one for one in second if one.is_running()], 5)
    assert wait_for(lambda: all(is_free(running.port_base + n) for n in range(8)), 5)
    done = running.run("status", "--json")
    assert done.returncode == 1
    assert "no running stack" in done.stderr


def test_a_cluster_of_somebody_else_is_used_and_not_started(broker: Kafka, tmp_path: Path) -> None:
    attached = {"IOC_KAFKA__BOOTSTRAP": broker.bootstrap}
    running = RunningStack(tmp_path / "data", free_ports(8), attached)
    try:
        assert running.start().ready["kafka"] == broker.bootstrap
        assert set(running.processes()) == NAMES - {"kafka"}
        assert running.run("doctor").returncode == 0
    finally:
        running.stop()
    assert findings(broker) == []
