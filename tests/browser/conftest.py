"""A wall process and a Chromium that may reach nothing else."""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests import chromium as browsers


class Wall:
    """The process under test; it can be told what its store does, stopped and started again."""

    module = "tests.browser.serve"

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}/wall/operations-wall?kiosk"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", self.module, str(self.port)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True)
        until = time.monotonic() + 30
        while not self.healthy():
            assert self.process.poll() is None, "the wall ended at once"
            assert time.monotonic() < until, "the wall did not start within 30 s"
            time.sleep(0.1)

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def tell(self, *orders: str) -> None:
        assert self.process.stdin is not None
        for order in orders:
            self.process.stdin.write(order + "\n")
        self.process.stdin.flush()

    def end(self) -> float:
        """SIGTERM; returns the seconds it took to end."""
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(10)
        if self.process.stdin is not None:
            self.process.stdin.close()
        return time.monotonic() - began


@pytest.fixture(scope="package")
def process() -> Iterator[Wall]:
    browsers.required()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    wall = Wall(port)
    yield wall
    wall.end()


@pytest.fixture
def wall(process: Wall) -> Iterator[Wall]:
    """The wall with a store that works and sources that speak."""
    yield process
    process.tell("start", "loud", "tame", "full")


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with browsers.chromium() as browser:
        yield browser


class Log:
    """What a page asked for and complained about."""

    def __init__(self, page: Page) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._said)
        page.on("websocket", lambda socket: self.requests.append(socket.url))

    def _said(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.complaints.append(said.text)


@pytest.fixture
def screen(chromium: Browser) -> Iterator[Page]:
    """A 55-inch 1080p screen."""
    yield from opened(chromium, 1920, 1080)


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    yield from opened(chromium, 390, 844)


def opened(chromium: Browser, width: int, height: int) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": width, "height": height})
    yield page
    page.close()
