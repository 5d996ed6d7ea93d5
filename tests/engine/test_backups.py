"""What a copy is held against: every row counts, and only the columns that were there when it was made."""

from collections.abc import Iterator

import pytest

from storage import backups
from storage.client import Store

pytestmark = pytest.mark.engine
BESIDE = "ioc_counted"


@pytest.fixture
def beside(store: Store) -> Iterator[Store]:
    store.execute(f"CREATE DATABASE {BESIDE}")
    store.execute(
        f"CREATE TABLE {BESIDE}.cases (id UInt8, ended Nullable(String), twice UInt8 ALIAS id * 2)"
        " ENGINE = MergeTree ORDER BY id"
    )
    yield store
    store.execute(f"DROP DATABASE {BESIDE} SYNC")


def filled(store: Store, *rows: tuple[int, str | None]) -> dict[str, backups.Counted]:
    store.execute(f"TRUNCATE TABLE {BESIDE}.cases")
    store.insert(f"{BESIDE}.cases", ["id", "ended"], [list(column) for column in zip(*rows, strict=True)])
    return backups.counted(store, BESIDE)


def test_a_row_with_nothing_in_a_column_is_part_of_the_checksum(beside: Store) -> None:
    copied = filled(beside, (1, None), (2, "x"))
    assert list(backups.differences(copied, filled(beside, (2, "x"), (1, None)))) == []
    assert list(backups.differences(copied, filled(beside, (3, None), (2, "x")))) != []


def test_a_column_added_since_the_copy_is_no_difference(beside: Store) -> None:
    copied = filled(beside, (1, None), (2, "x"))
    beside.execute(f"ALTER TABLE {BESIDE}.cases ADD COLUMN later UInt8 DEFAULT 7")
    assert list(backups.differences(copied, backups.counted(beside, BESIDE, copied))) == []
    assert list(backups.differences(copied, backups.counted(beside, BESIDE))) != []
