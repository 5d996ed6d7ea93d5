"""Ctrl-C pressed twice is still one request to stop."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from local.stack import StopSignals

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in NUMBERS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", NUMBERS)
def test_each_of_them_asks(number: signal.Signals) -> None:
    stop = StopSignals()
    assert not stop.asked
    signal.raise_signal(number)
    assert stop.asked


@pytest.mark.timeout(30)
def test_a_hail_of_signals_does_not_lock_the_loop_up() -> None:
    stop = StopSignals()

    def hail() -> None:
        for _ in range(5_000):
            os.kill(os.getpid(), signal.SIGTERM)

    sender = threading.Thread(target=hail)
    sender.start()
    while sender.is_alive():
        sender.join(0.001)
    assert stop.asked
