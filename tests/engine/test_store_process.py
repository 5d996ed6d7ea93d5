"""The process: one per directory, on loopback, gone at once when told, and nothing lost when killed."""

import ctypes
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from clickhouse_driver import errors as driver

from ioc.errors import IocError, StoreUnavailable
from storage.client import Store
from storage.embedded.policy import Users
from storage.embedded.running import Watch
from storage.embedded.server import serve
from tests.engine.clients import writer
from tests.engine.process import StoreProcess, environment
from tests.engine.waiting import until

pytestmark = pytest.mark.engine


@pytest.fixture
def process(tmp_path: Path) -> Iterator[StoreProcess]:
    process = StoreProcess(tmp_path).start()
    yield process
    process.stop()


def test_no_acknowledged_insert_is_lost_and_a_retry_makes_no_second_copy(process: StoreProcess) -> None:
    """SIGKILL in the middle of inserts; the client sends the unacknowledged block again under its token."""
    client = writer(process.settings)
    client.execute(
        "CREATE TABLE default.kept (block UInt32, n UInt32) ENGINE = MergeTree ORDER BY (block, n) "
        "SETTINGS non_replicated_deduplication_window = 1000"
    )
    client.disconnect()
    acknowledged = 0
    for round_ in range(4):
        threading.Timer(0.05 + 0.03 * round_, process.kill).start()
        acknowledged = _send_until_killed(process, acknowledged)
        process.restart()
        store = Store(process.settings)
        _send(store, acknowledged)  # under the same token, whether it had arrived or not
        _send(store, acknowledged)
        acknowledged += 1
        assert store.query("SELECT count(), uniqExact(block, n), max(block) + 1 FROM default.kept") == [
            (acknowledged * 500, acknowledged * 500, acknowledged)
        ]
        store.close()


def _send_until_killed(process: StoreProcess, block: int) -> int:
    store = Store(process.settings)
    try:
        while True:
            _send(store, block)
            block += 1
    except StoreUnavailable:
        return block
    finally:
        store.close()


def _send(store: Store, block: int) -> None:
    store.insert("default.kept", ["block", "n"], [[block] * 500, list(range(500))], token=f"kept/{block}")


def test_a_second_process_on_the_directory_is_refused_in_one_sentence(process: StoreProcess) -> None:
    other = process.settings.model_copy(update={"port": process.settings.port + 10})
    second = subprocess.run(
        [sys.executable, "-m", "ioc", "clickhouse", "--data", str(process.data)],
        env=environment(other),
        capture_output=True,
        timeout=60,
        text=True,
    )
    assert second.returncode == 1
    assert second.stdout == ""
    assert second.stderr.count("\n") == 1
    assert "another process already owns this store" in second.stderr


def test_a_taken_port_is_named(process: StoreProcess, tmp_path: Path) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "ioc", "clickhouse", "--data", str(tmp_path / "other")],
        env=environment(process.settings),
        capture_output=True,
        timeout=60,
        text=True,
    )
    assert second.returncode == 1
    assert second.stderr == (
        f"ioc: port {process.settings.port} on 127.0.0.1 is not free (Address already in use)\n"
    )


def test_it_listens_on_loopback_only(tmp_path: Path) -> None:
    users: Users = {}
    with pytest.raises(IocError, match=r"loopback only, not on 0\.0\.0\.0"):
        serve(tmp_path, "0.0.0.0", 21_090, 21_091, users)


def test_ping(process: StoreProcess) -> None:
    base = f"http://127.0.0.1:{process.settings.port + 1}"
    with urllib.request.urlopen(f"{base}/ping", timeout=10) as answer:
        assert (answer.status, answer.read()) == (200, b"Ok.\n")
    with pytest.raises(urllib.error.HTTPError) as missing:
        urllib.request.urlopen(f"{base}/?query=SELECT+1", timeout=10)
    with missing.value:
        assert missing.value.code == 404


def test_told_to_stop_it_ends_queries_and_leaves_with_status_0(process: StoreProcess) -> None:
    codes: list[object] = []

    def ask() -> None:
        client = writer(process.settings)
        try:
            client.execute("SELECT sum(sipHash64(number)) FROM system.numbers")
        except (driver.Error, EOFError, OSError) as error:
            codes.append(getattr(error, "code", error))

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    watching = writer(process.settings)
    running = (
        "SELECT count() FROM system.processes WHERE query LIKE '%sipHash64%' AND query NOT LIKE '%processes%'"
    )
    until(lambda: watching.execute(running) == [(1,)])
    watching.disconnect()
    assert process.stop() == 0
    thread.join(20)
    assert len(codes) == 1


def test_a_query_that_cannot_be_killed_does_not_hold_up_the_end() -> None:
    never, here, there = threading.Event(), *socket.socketpair()

    def kill(_tag: str) -> None:
        never.wait()

    watch = Watch(kill)
    with here, there:
        context = watch.query(here, lambda _running: None)
        context.__enter__()
        ended = threading.Thread(target=watch.drain, args=(0.1,), daemon=True)
        ended.start()
        ended.join(10)
        assert not ended.is_alive()
        never.set()
        context.__exit__(None, None, None)


def test_a_signal_that_reaches_a_thread_of_the_engine_ends_it_too(process: StoreProcess) -> None:
    """The kernel may hand SIGTERM to any thread; the main one then sleeps on."""
    other = next(number for number in _threads(process.pid) if number != process.pid and _takes(number))
    ctypes.CDLL(None).tgkill(process.pid, other, signal.SIGTERM)
    assert process.stop(signal.SIGCONT) == 0


def _threads(pid: int) -> list[int]:
    return sorted(int(each.name) for each in Path(f"/proc/{pid}/task").iterdir())


def _takes(thread: int) -> bool:
    """Whether SIGTERM is not blocked there."""
    status = Path(f"/proc/{thread}/status").read_text(encoding="ascii")
    blocked = next(line.split()[1] for line in status.splitlines() if line.startswith("SigBlk"))
    return not int(blocked, 16) >> (signal.SIGTERM - 1) & 1
