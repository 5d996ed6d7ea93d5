"""Plain drivers for tests that look at the protocol itself, below `storage.client`."""

from typing import Any

from clickhouse_driver import Client

from ioc.settings import ClickHouse


def writer(store: ClickHouse, **options: Any) -> Client:
    return Client(
        host=store.host,
        port=store.port,
        user=store.writer_user,
        password=store.writer_password.get_secret_value(),
        **options,
    )


def reader(store: ClickHouse, **options: Any) -> Client:
    return Client(
        host=store.host,
        port=store.port,
        user=store.reader_user,
        password=store.reader_password.get_secret_value(),
        **{"database": "ioc_read", **options},
    )
