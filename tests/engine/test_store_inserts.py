"""Inserts: whole or not at all, once per token, and every refusal reaches the client."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from clickhouse_driver import Client
from clickhouse_driver import errors as driver

from ioc.settings import ClickHouse
from storage.embedded.insert import IN_MEMORY
from tests.engine.clients import writer

pytestmark = pytest.mark.engine


@pytest.fixture(params=[False, True], ids=["plain", "lz4"])
def client(engine: ClickHouse, request: pytest.FixtureRequest) -> Iterator[Client]:
    client = writer(engine, compression=request.param)
    yield client
    client.disconnect()


def code_of(call: Callable[[], Any]) -> int:
    with pytest.raises(driver.ServerException) as refused:
        call()
    code = refused.value.code
    assert isinstance(code, int)
    return code


def create(client: Client, columns: str, settings: str = "non_replicated_deduplication_window = 100") -> None:
    client.execute(
        f"CREATE OR REPLACE TABLE default.t ({columns}) ENGINE = MergeTree ORDER BY a SETTINGS {settings}"
    )


def count(client: Client) -> int:
    return int(client.execute("SELECT count() FROM default.t")[0][0])


def test_a_violated_constraint_is_told_and_nothing_is_stored(client: Client) -> None:
    create(client, "a UInt64, CONSTRAINT small CHECK a < 100")
    rows = [(n,) for n in range(101)]
    assert code_of(lambda: client.execute("INSERT INTO default.t VALUES", rows)) == 469
    assert count(client) == 0
    client.execute("INSERT INTO default.t VALUES", rows[:100])
    assert count(client) == 100


def test_a_failing_view_is_told(client: Client) -> None:
    create(client, "a UInt64")
    client.execute("CREATE OR REPLACE TABLE default.sink (b UInt64) ENGINE = MergeTree ORDER BY b")
    client.execute("DROP VIEW IF EXISTS default.mv")
    client.execute(
        "CREATE MATERIALIZED VIEW default.mv TO default.sink AS SELECT a + throwIf(a = 7) AS b FROM default.t"
    )
    assert code_of(lambda: client.execute("INSERT INTO default.t VALUES", [(7,)])) == 395
    client.execute("DROP VIEW default.mv")


def test_tokens_count_once_also_through_a_view(client: Client) -> None:
    create(client, "a UInt64")
    client.execute(
        "CREATE OR REPLACE TABLE default.sink (b UInt64) ENGINE = MergeTree ORDER BY b "
        "SETTINGS non_replicated_deduplication_window = 100"
    )
    client.execute("DROP VIEW IF EXISTS default.mv")
    client.execute("CREATE MATERIALIZED VIEW default.mv TO default.sink AS SELECT a AS b FROM default.t")
    settings = {"insert_deduplicate": 1, "deduplicate_blocks_in_dependent_materialized_views": 1}
    for token in ("x/1-2", "x/1-2", "x/3-4", "x/1-2"):
        client.execute(
            "INSERT INTO default.t VALUES",
            [(1,), (2,)],
            settings={**settings, "insert_deduplication_token": token},
        )
    client.execute("DROP VIEW default.mv")
    assert count(client) == 4
    assert client.execute("SELECT count() FROM default.sink") == [(4,)]


def test_a_token_in_the_statement_itself(client: Client) -> None:
    create(client, "a UInt64")
    for _ in range(2):
        client.execute("INSERT INTO default.t (a) SETTINGS insert_deduplication_token = 'y' VALUES", [(1,)])
    assert count(client) == 1


def test_one_block_is_one_part(client: Client) -> None:
    create(client, "a UInt64")
    columns = [list(range(5000))]
    client.execute(
        "INSERT INTO default.t VALUES", columns, columnar=True, settings={"insert_block_size": 5000}
    )
    parts = client.execute(
        "SELECT count() FROM system.parts WHERE table = 't' AND database = 'default' AND active"
    )
    assert parts == [(1,)]


def test_omitted_columns_take_their_defaults(client: Client) -> None:
    create(
        client,
        "a UInt64, b String DEFAULT concat('n', toString(a)), c UInt64 MATERIALIZED a * 2, d Int8 ALIAS a",
    )
    client.execute("INSERT INTO default.t (a) VALUES", [(1,)])
    client.execute("INSERT INTO default.t VALUES", [(2, "given")])
    client.execute("INSERT INTO default.t (b, a) VALUES", [("turned", 3)])
    client.execute("INSERT INTO default.t (* EXCEPT(b)) VALUES", [(4,)])
    assert client.execute("SELECT a, b, c, d FROM default.t ORDER BY a") == [
        (1, "n1", 2, 1),
        (2, "given", 4, 2),
        (3, "turned", 6, 3),
        (4, "n4", 8, 4),
    ]


def test_a_changed_table_changes_what_an_insert_expects(client: Client, engine: ClickHouse) -> None:
    create(client, "a UInt64")
    client.execute("INSERT INTO default.t VALUES", [(1,)])
    other = writer(engine)
    other.execute("ALTER TABLE default.t ADD COLUMN b String")
    other.disconnect()
    client.execute("INSERT INTO default.t VALUES", [(2, "x")])
    assert client.execute("SELECT * FROM default.t ORDER BY a") == [(1, ""), (2, "x")]


def test_use_changes_which_table_is_meant(client: Client) -> None:
    create(client, "a UInt64")
    client.execute("CREATE DATABASE IF NOT EXISTS elsewhere")
    client.execute("CREATE OR REPLACE TABLE elsewhere.t (z String) ENGINE = MergeTree ORDER BY z")
    client.execute("INSERT INTO t VALUES", [(1,)])
    client.execute("USE elsewhere")
    client.execute("INSERT INTO t VALUES", [("x",)])
    assert client.execute("SELECT z FROM t") == [("x",)]
    client.execute("DROP DATABASE elsewhere")


@pytest.mark.parametrize(
    ("sql", "code"),
    [("INSERT INTO default.nosuch VALUES", 60), ("INSERT INTO default.t (nosuch) VALUES", 47),
     ("INSERT INTO nosuchdb.t VALUES", 81), ("INSERT INTO default.t SETTINGS no_such = 1 VALUES", 115)],
)  # fmt: skip
def test_refused_before_or_after_the_data_and_the_connection_goes_on(
    client: Client, sql: str, code: int
) -> None:
    create(client, "a UInt64")
    assert code_of(lambda: client.execute(sql, [(1,)])) == code
    assert client.execute("SELECT 1") == [(1,)]


def test_an_insert_left_halfway_stores_nothing(client: Client, engine: ClickHouse) -> None:
    create(client, "a UInt64")

    def rows() -> Iterator[tuple[int]]:
        yield from ((n,) for n in range(50))
        raise InterruptedError

    other = writer(engine)
    with pytest.raises(InterruptedError):
        other.execute("INSERT INTO default.t VALUES", rows(), settings={"insert_block_size": 10})
    other.disconnect()
    assert count(client) == 0


def test_more_than_memory_holds_goes_over_the_disk(client: Client) -> None:
    create(client, "a UInt64, s String")
    text = "x" * 100_000
    rows = IN_MEMORY // len(text) + 50
    data = [list(range(rows)), [text] * rows]
    client.execute("INSERT INTO default.t VALUES", data, columnar=True, settings={"insert_block_size": 100})
    assert client.execute("SELECT count(), sum(length(s)) FROM default.t") == [(rows, rows * len(text))]


def test_a_type_without_fixed_layout_is_refused_by_name(client: Client) -> None:
    client.execute("CREATE OR REPLACE TABLE default.j (a UInt64, j JSON) ENGINE = MergeTree ORDER BY a")
    with pytest.raises(driver.Error):
        client.execute("INSERT INTO default.j VALUES", [(1, {"x": 1})])
    client.disconnect()
    client.execute("INSERT INTO default.j VALUES (1, '{\"x\": 1}')")
    assert client.execute("SELECT j.x::Int64 FROM default.j") == [(1,)]
