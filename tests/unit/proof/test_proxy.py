"""The fault proxy: what it lets through, what it does not, and that it counts what it did."""

import socket
import threading
from collections.abc import Iterator

import pytest

from proof.harness.ports import free_ports
from proof.harness.proxy import FaultProxy, Toxics


class Echo:
    """Answers every line with itself, and keeps what arrived."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.arrived = threading.Condition()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(client,), daemon=True).start()

    def _answer(self, client: socket.socket) -> None:
        with client:
            try:
                while data := client.recv(65536):
                    with self.arrived:
                        self.heard.append(data)
                        self.arrived.notify_all()
                    client.sendall(data)
            except OSError:
                return


@pytest.fixture
def echo() -> Iterator[Echo]:
    made = Echo()
    yield made
    made.server.close()


@pytest.fixture
def proxy(echo: Echo) -> Iterator[FaultProxy]:
    made = FaultProxy(free_ports(1, 34_900), echo.port, seed=3).start()
    yield made
    made.stop()


def ask(proxy: FaultProxy, text: bytes, timeout: float = 5.0) -> bytes:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=timeout) as client:
        client.sendall(text)
        return client.recv(65536)


def test_without_toxics_it_passes_everything(proxy: FaultProxy) -> None:
    assert ask(proxy, b"xin chao") == b"xin chao"
    assert not proxy.bitten


def test_a_swallowed_answer_was_asked_and_is_not_heard(proxy: FaultProxy, echo: Echo) -> None:
    proxy.toxics = Toxics(swallow=1.0)
    assert ask(proxy, b"mot") == b""
    assert echo.heard == [b"mot"]
    assert proxy.bitten["swallowed"] == 1


def test_a_reset_is_a_reset(proxy: FaultProxy) -> None:
    proxy.toxics = Toxics(reset=1.0)
    with pytest.raises(ConnectionResetError):
        ask(proxy, b"hai")
    assert proxy.bitten["reset"] == 1


def test_a_black_hole_takes_and_gives_nothing(proxy: FaultProxy, echo: Echo) -> None:
    proxy.toxics = Toxics(blackhole=True)
    with pytest.raises(TimeoutError):
        ask(proxy, b"ba", timeout=0.2)
    assert echo.heard == []
    assert proxy.bitten["blackhole"] == 1


def test_one_way_the_question_arrives_and_the_answer_does_not(proxy: FaultProxy, echo: Echo) -> None:
    proxy.toxics = Toxics(one_way=True)
    with pytest.raises(TimeoutError):
        ask(proxy, b"bon", timeout=0.2)
    with echo.arrived:
        assert echo.arrived.wait_for(lambda: echo.heard == [b"bon"], 5)


def test_a_connection_is_cut_after_so_many_bytes(proxy: FaultProxy, echo: Echo) -> None:
    proxy.toxics = Toxics(cut_after=4)
    with pytest.raises(ConnectionResetError):
        ask(proxy, b"nam nam")
    assert proxy.bitten["cut"]


def test_latency_and_a_narrow_line_are_counted(proxy: FaultProxy) -> None:
    proxy.toxics = Toxics(latency_s=0.01, jitter_s=0.005, bytes_per_s=10_000)
    assert ask(proxy, b"sau") == b"sau"
    assert proxy.bitten["delayed"] == 2


def test_refused_at_once_and_healed_again(proxy: FaultProxy) -> None:
    proxy.toxics = Toxics(refuse=True)
    with pytest.raises(ConnectionResetError):
        ask(proxy, b"bay")
    proxy.heal()
    assert ask(proxy, b"tam") == b"tam"
