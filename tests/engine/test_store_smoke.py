"""The client of the project on the embedded store: write, read, refuse, count once."""

import pytest

from ioc.errors import StoreRefused
from storage.client import Store

pytestmark = pytest.mark.engine


def test_a_token_counts_once(store: Store) -> None:
    store.execute(
        "CREATE OR REPLACE TABLE ioc.smoke (n UInt64, s String) ENGINE = MergeTree ORDER BY n "
        "SETTINGS non_replicated_deduplication_window = 100"
    )
    for _ in range(3):
        store.insert("ioc.smoke", ["n", "s"], [[1, 2], ["một", "hai"]], token="a/1-2")
    store.insert("ioc.smoke", ["n", "s"], [[1, 2], ["một", "hai"]], token="a/3-4")
    assert store.query("SELECT n, s, count() FROM ioc.smoke GROUP BY ALL ORDER BY n") == [
        (1, "một", 2),
        (2, "hai", 2),
    ]


def test_a_reader_reads_views_and_nothing_behind_them(store: Store, reading: Store) -> None:
    store.execute("CREATE OR REPLACE VIEW ioc_read.smoke_names AS SELECT name FROM ioc.migrations")
    assert reading.query("SELECT count() > 0 FROM smoke_names") == [(1,)] or not store.query(
        "SELECT 1 FROM ioc.migrations LIMIT 1"
    )
    with pytest.raises(StoreRefused) as refused:
        reading.query("SELECT name FROM ioc.migrations")
    assert refused.value.code == 497
    with pytest.raises(StoreRefused) as refused:
        reading.execute("DROP VIEW ioc_read.smoke_names")
    assert refused.value.code == 164
