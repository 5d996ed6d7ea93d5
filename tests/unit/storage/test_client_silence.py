"""A store that does not answer is one error, not a page of stack traces."""

import logging
import socket
from logging.handlers import BufferingHandler

import pytest

from ioc.errors import StoreUnavailable
from ioc.settings import ClickHouse
from storage.client import Store


def test_nobody_listens() -> None:
    heard = BufferingHandler(100)
    logging.getLogger().addHandler(heard)
    with socket.socket() as taken:  # bound, but not listening: refused at once
        taken.bind(("127.0.0.1", 0))
        store = Store(ClickHouse(port=taken.getsockname()[1]))
        with pytest.raises(StoreUnavailable, match="does not answer"):
            store.query("SELECT 1")
    logging.getLogger().removeHandler(heard)
    assert heard.buffer == []


def test_closed_while_its_own_thread_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(ClickHouse(port=1))
    connection = store._client.connection

    class Ending:
        """The socket as the other thread leaves it between two of our steps."""

        def shutdown(self, _how: int) -> None:
            connection.socket = None

    monkeypatch.setattr(connection, "connected", True)
    monkeypatch.setattr(connection, "socket", Ending())
    store.close()
    assert connection.socket is None
