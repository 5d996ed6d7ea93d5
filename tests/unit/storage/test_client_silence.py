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
