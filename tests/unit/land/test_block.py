from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from ioc.topics import DOCUMENTS, HR
from storage.ledger import COLUMNS, CONFLICT, COUNTED, REJECTED, SUPPRESSED, Log
from streams.land.block import Block, expiry_unit
from streams.land.judge import Row

LOG = Log(DOCUMENTS, UUID(int=7), 1)


def row(offset: int, reason: str = "") -> Row:
    head = (offset, offset * 10, reason, "/f" if reason else "", offset, "G09", "s", "i", "t")
    return Row(*head, f"subject{offset}", 1, 2, "G09", 3, "", b"p", f"data{offset}".encode(), "", b"v")


def block() -> Block:
    rows = [row(4), row(5), row(6, "schema"), row(7)]
    return Block.of(LOG, "cluster", rows, [COUNTED, CONFLICT, REJECTED, SUPPRESSED])


def columns(only: frozenset[int] | None = None) -> dict[str, list[Any]]:
    return {name: list(found) for name, found in zip(COLUMNS, block().columns("r1", only), strict=True)}


def test_the_plan_and_the_token_name_the_block() -> None:
    made = block()
    assert (made.plan.first, made.plan.last, made.plan.count, made.plan.topic_id) == (4, 7, 4, LOG.topic_id)
    assert made.token == f"cluster/{LOG.topic_id}/1/4-7"


def test_every_column_holds_its_own() -> None:
    found = columns()
    assert found["offset"] == [4, 5, 6, 7]
    assert found["logged_at"] == [40, 50, 60, 70]
    assert found["verdict"] == ["counted", "conflict", "rejected", "suppressed"]
    assert found["reason"] == ["", "duplicate_conflict", "schema", ""]
    assert found["subject"] == ["subject4", "subject5", "subject6", "subject7"]
    assert found["data"][0] == b"data4"
    assert found["rules"] == ["r1"] * 4


def test_a_block_half_there_gives_the_other_half() -> None:
    assert columns(frozenset({5, 7}))["offset"] == [5, 7]


def test_only_counted_rows_consume_their_identity() -> None:
    assert block().counted() == [4]


def test_a_block_ends_where_the_stores_partition_ends() -> None:
    def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
        return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp() * 1000)

    month, day = expiry_unit(DOCUMENTS), expiry_unit(HR)
    assert month(at(2026, 11, 1)) == month(at(2026, 11, 30, 23, 59)) != month(at(2026, 12, 1))
    assert day(at(2026, 11, 1)) == day(at(2026, 11, 1, 23, 59)) != day(at(2026, 11, 2))
