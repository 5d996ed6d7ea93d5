"""The doctor against the real engine: silent when all is well, one sentence for each thing that is not."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from ioc.clock import FixedClock, SystemClock
from ioc.settings import ClickHouse
from storage import doctor
from storage.client import Store

pytestmark = pytest.mark.engine


@pytest.fixture
def odd_table(store: Store) -> Iterator[str]:
    """A ledger table somebody made by hand, without the window."""
    store.execute("CREATE TABLE ioc.events_by_hand (n UInt8) ENGINE = MergeTree ORDER BY n")
    yield "ioc.events_by_hand"
    store.execute("DROP TABLE ioc.events_by_hand")


def test_a_migrated_store_is_safe(migrated: ClickHouse, store: Store) -> None:
    assert doctor.unsafe(store, migrated) == []
    assert doctor.findings(migrated, SystemClock()) == []


def test_a_ledger_table_without_the_window_is_unsafe(
    migrated: ClickHouse, store: Store, odd_table: str
) -> None:
    assert doctor.unsafe(store, migrated) == [
        f"table {odd_table} has non_replicated_deduplication_window=0, expected at least 10000"
    ]
    store.execute(f"ALTER TABLE {odd_table} MODIFY SETTING non_replicated_deduplication_window = 10000")
    assert doctor.unsafe(store, migrated) == []


def test_a_missing_migration_is_named(migrated: ClickHouse, store: Store) -> None:
    store.execute("RENAME TABLE ioc.migrations TO ioc.migrations_away")
    try:
        assert doctor.unsafe(store, migrated) == ["the store has no tables: `ioc migrate` makes them"]
    finally:
        store.execute("RENAME TABLE ioc.migrations_away TO ioc.migrations")


def test_a_store_whose_clock_is_off_is_named(migrated: ClickHouse) -> None:
    late = FixedClock(SystemClock().now() - timedelta(hours=2))
    (finding,) = doctor.findings(migrated, late)
    assert "clock is 72" in finding


def test_a_reader_that_is_the_writer_is_found_out(migrated: ClickHouse, store: Store) -> None:
    too_much = migrated.model_copy(
        update={"reader_user": migrated.writer_user, "reader_password": migrated.writer_password}
    )
    try:
        wrong = doctor.findings(too_much, SystemClock())
    finally:
        store.execute("DROP TABLE IF EXISTS ioc_read.doctor_probe")
    assert len(wrong) == 2
    assert all("expected to read ioc_read only" in line for line in wrong)


def test_a_store_that_is_down_is_one_finding() -> None:
    (finding,) = doctor.findings(ClickHouse(port=1), SystemClock())
    assert "127.0.0.1:1" in finding
