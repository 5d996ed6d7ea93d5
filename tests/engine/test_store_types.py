"""Every type our tables use goes in and comes out the same: by row, by column, plain and compressed."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from uuid import UUID

import pytest
from clickhouse_driver import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ioc.settings import ClickHouse
from tests.engine.clients import writer

pytestmark = pytest.mark.engine

AT = dt.datetime(2026, 5, 1, 7, 30, 15, 123000, tzinfo=dt.UTC)
LONG = "Đơn vị " * 40

TYPES: list[tuple[str, list[Any]]] = [
    ("UInt8", [0, 255, 7]),
    ("UInt16", [0, 65_535, 7]),
    ("UInt32", [0, 2**32 - 1, 7]),
    ("UInt64", [0, 2**64 - 1, 7]),
    ("UInt128", [0, 2**128 - 1, 7]),
    ("UInt256", [0, 2**256 - 1, 7]),
    ("Int8", [-128, 127, 0]),
    ("Int16", [-32_768, 32_767, 0]),
    ("Int32", [-(2**31), 2**31 - 1, 0]),
    ("Int64", [-(2**63), 2**63 - 1, 0]),
    ("Int128", [-(2**127), 2**127 - 1, 0]),
    ("Int256", [-(2**255), 2**255 - 1, 0]),
    ("Float32", [0.0, 1.5, -2.25]),
    ("Float64", [0.0, 1e300, -2.25]),
    ("Bool", [True, False, True]),
    ("UUID", [UUID(int=0), UUID("0190a5a0-7b1c-7def-8123-456789abcdef"), UUID(int=2**128 - 1)]),
    ("Date", [dt.date(1970, 1, 1), dt.date(2026, 5, 1), dt.date(2149, 6, 6)]),
    ("Date32", [dt.date(1900, 1, 1), dt.date(2026, 5, 1), dt.date(2299, 12, 31)]),
    ("DateTime('UTC')", [AT.replace(microsecond=0)] * 3),
    ("DateTime64(3, 'UTC')", [AT, AT + dt.timedelta(milliseconds=1), AT.replace(year=1990)]),
    ("Enum8('counted' = 1, 'b, (c' = -2)", ["counted", "b, (c", "counted"]),
    ("Enum16('a' = 1000, 'it\\'s' = 1001)", ["a", "it's", "a"]),
    ("Decimal(9, 2)", [Decimal("0.00"), Decimal("-1234567.89"), Decimal("1.50")]),
    ("Decimal(18, 4)", [Decimal("0.0000"), Decimal("-12345678901234.5678"), Decimal("1.5000")]),
    ("Decimal(38, 10)", [Decimal("0E-10"), Decimal("-1.0000000001"), Decimal("12345678901234567890.5")]),
    ("Decimal(76, 2)", [Decimal("0.00"), Decimal("-1.25"), Decimal("123456789012345678901234567890.5")]),
    ("String", ["", "Bộ Nội vụ", LONG * 20]),
    ("FixedString(5)", ["abcde", "12345", "xyz"]),
    ("IPv4", [IPv4Address(text) for text in ("0.0.0.0", "192.168.1.1", "255.255.255.255")]),
    ("IPv6", [IPv6Address(text) for text in ("::", "2001:db8::1", "ff02::1")]),
    ("Nullable(UInt32)", [None, 1, None]),
    ("Nullable(String)", ["a", None, LONG]),
    ("Nullable(DateTime64(3, 'UTC'))", [None, AT, None]),
    ("LowCardinality(String)", ["a", "b", "a"]),
    ("LowCardinality(Nullable(String))", [None, "b", ""]),
    ("LowCardinality(FixedString(3))", ["abc", "xyz", "abc"]),
    ("Array(UInt64)", [[], [1, 2, 3], [4]]),
    ("Array(Array(String))", [[], [[], ["a", LONG]], [["b"]]]),
    ("Array(Nullable(String))", [[None], [], ["x", None]]),
    ("Array(LowCardinality(String))", [["a", "b"], [], ["a"]]),
    ("Array(LowCardinality(Nullable(String)))", [[None, "b"], [], ["a"]]),
    ("Tuple(String, UInt8)", [("a", 1), ("", 0), (LONG, 255)]),
    ("Tuple(id String, `at b` DateTime64(3, 'UTC'))", [("a", AT)] * 3),
    ("Map(String, UInt64)", [{}, {"a": 1, "b": 2}, {"": 0}]),
    ("Map(LowCardinality(String), Array(Int32))", [{}, {"a": [1, -2]}, {"b": []}]),
    ("Array(Tuple(String, Nullable(Int64)))", [[], [("a", None), ("b", 2)], [("", 0)]]),
    ("SimpleAggregateFunction(max, UInt64)", [1, 2, 3]),
]


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "lz4"])
def client(engine: ClickHouse, request: pytest.FixtureRequest) -> Iterator[Client]:
    client = writer(engine, compression=request.param, settings={"namedtuple_as_json": False})
    yield client
    client.disconnect()


def table_for(client: Client, kinds: list[str]) -> str:
    columns = ", ".join(f"c{at} {kind}" for at, kind in enumerate(kinds))
    client.execute(
        f"CREATE OR REPLACE TABLE default.types (n UInt32, {columns}) ENGINE = MergeTree ORDER BY n"
    )
    return "default.types"


@pytest.mark.parametrize(("kind", "values"), TYPES, ids=[kind for kind, _ in TYPES])
def test_a_type_by_row(client: Client, kind: str, values: list[Any]) -> None:
    table = table_for(client, [kind])
    client.execute(f"INSERT INTO {table} VALUES", list(enumerate(values)))
    assert [row[0] for row in client.execute(f"SELECT c0 FROM {table} ORDER BY n")] == values


def test_all_types_by_column_in_one_block(client: Client) -> None:
    table = table_for(client, [kind for kind, _ in TYPES])
    repeated = 700
    columns = [[value for value in values for _ in range(repeated)] for _, values in TYPES]
    copies = [list(range(3 * repeated)), *[list(column) for column in columns]]
    client.execute(f"INSERT INTO {table} VALUES", copies, columnar=True)
    found = client.execute(f"SELECT * EXCEPT n FROM {table} ORDER BY n", columnar=True)
    for (kind, _), got, expected in zip(TYPES, found, columns, strict=True):
        assert list(got) == expected, kind


def test_many_blocks_of_one_insert(client: Client) -> None:
    table = table_for(client, ["LowCardinality(Nullable(String))", "String"])
    rows = [(n, None if n % 3 else str(n % 10), "x" * (n % 300)) for n in range(10_000)]
    client.execute(f"INSERT INTO {table} VALUES", rows, settings={"insert_block_size": 777})
    assert client.execute(f"SELECT count(), sum(n), sum(length(c1)), countIf(c0 IS NULL) FROM {table}") == [
        (
            10_000,
            sum(range(10_000)),
            sum(n % 300 for n in range(10_000)),
            sum(n % 3 != 0 for n in range(10_000)),
        )
    ]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.one_of(st.none(), st.text(max_size=200)), max_size=5), min_size=1, max_size=40))
def test_any_texts_in_arrays(client: Client, rows: list[list[str | None]]) -> None:
    table = table_for(client, ["Array(Nullable(String))", "Array(LowCardinality(Nullable(String)))"])
    client.execute(f"INSERT INTO {table} VALUES", [(n, row, row) for n, row in enumerate(rows)])
    found = client.execute(f"SELECT c0, c1 FROM {table} ORDER BY n")
    assert found == [(row, row) for row in rows]
