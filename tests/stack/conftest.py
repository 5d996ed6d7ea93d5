"""A real broker for the tests that need one, started once a session in a folder of its own."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from ioc.settings import Kafka
from local.child import Child
from local.jars import class_path
from local.kafka import Broker
from local.probes import is_free, listens, wait_for
from local.topics import ensure_topics
from tests import chromium as browsers

from .running import RunningStack


def free_ports(count: int) -> int:
    """The first of `count` neighbouring ports that nobody holds, below the range of outgoing connections.

    Test processes that run side by side choose from ranges of their own: what is free now is not yet taken.
    """
    lowest = 24_000 + 2_000 * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 4)
    for _ in range(200):
        first = random.randrange(lowest, lowest + 2_000, 10)
        if all(is_free(port) for port in range(first, first + count)):
            return first
    raise AssertionError(f"no free ports between {lowest} and {lowest + 2_000}")


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """Apache Kafka on a free port with all topics, gone at the end of the session."""
    home = tmp_path_factory.mktemp("kafka")
    with running_broker(home, free_ports(2)) as settings:
        yield settings


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """`ioc up` with everything in it, shared by a session: do not stop it, use ids of your own."""
    running = RunningStack(tmp_path_factory.mktemp("stack") / "data", free_ports(8))
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsers.chromium() as browser:
        yield browser


@pytest.fixture
def screen(chromium: Browser) -> Iterator[Page]:
    """A 1080p screen."""
    page = chromium.new_page(viewport={"width": 1920, "height": 1080})
    yield page
    page.close()


class running_broker:
    """`with running_broker(folder, port) as kafka_settings:`; `.child` is the process."""

    def __init__(self, home: Path, port: int) -> None:
        self._broker = Broker(home, port, port + 1)
        self._log = home / "kafka.log"
        self.child: Child | None = None

    def __enter__(self) -> Kafka:
        settings = Kafka(bootstrap=self._broker.bootstrap)
        self.start()
        ensure_topics(settings)
        return settings

    def start(self) -> Child:
        """Start the broker and wait until it listens."""
        child = Child(self._broker.prepare(class_path()), self._log)
        self.child = child
        ready = wait_for(lambda: listens(self._broker.port) or child.exit_code() is not None, 60)
        assert ready and child.exit_code() is None, self._log.read_text(errors="replace")[-2000:]
        return child

    def __exit__(self, *_error: object) -> None:
        if self.child is not None:
            self.child.kill()
