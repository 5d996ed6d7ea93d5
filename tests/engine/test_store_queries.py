"""Queries through an unchanged driver: errors with ClickHouse's codes, streams, cancel, settings."""

import datetime as dt
import socket
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from clickhouse_driver import Client
from clickhouse_driver import errors as driver
from clickhouse_driver.dbapi import connect

from ioc.settings import ClickHouse
from tests.engine.clients import writer
from tests.engine.waiting import until

pytestmark = pytest.mark.engine


@pytest.fixture
def client(engine: ClickHouse) -> Iterator[Client]:
    client = writer(engine)
    yield client
    client.disconnect()


def code_of(call: Callable[[], Any]) -> int:
    with pytest.raises(driver.ServerException) as refused:
        call()
    code = refused.value.code
    assert isinstance(code, int)
    return code


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT nosuchfunction(1)", 46),
        ("SELECT nosuchcolumn", 47),
        ("SELECT * FROM nosuchtable", 60),
        ("DROP TABLE nosuchtable", 60),
        ("SELEC 1", 62),
        ("SELECT * FROM nosuchdb.t", 81),
        ("CREATE TABLE default.bad (a Int8) ENGINE = NoSuchEngine", 56),
        ("SELECT throwIf(number = 3) FROM numbers(10)", 395),
        ("SELECT 1 SETTINGS no_such_setting = 1", 115),
        ("SELECT toUInt8('x')", 6),
        ("SELECT intDiv(1, 0)", 153),
    ],
)
def test_errors_carry_clickhouse_codes_and_the_connection_goes_on(
    client: Client, sql: str, code: int
) -> None:
    assert code_of(lambda: client.execute(sql)) == code
    assert client.execute("SELECT 1") == [(1,)]


def test_an_unknown_setting_is_named_and_leaves_nothing_behind(client: Client) -> None:
    assert (
        code_of(lambda: client.execute("SELECT 1", settings={"max_threads": 1, "no_such_setting": "1"}))
        == 115
    )
    assert client.execute("SELECT changed FROM system.settings WHERE name = 'max_block_size'") == [(0,)]


def test_messages_do_not_show_our_own_comment(client: Client) -> None:
    with pytest.raises(driver.ServerException) as refused:
        client.execute("SELECT nosuchcolumn FROM numbers(1)")
    assert "/*" not in str(refused.value)
    with pytest.raises(driver.ServerException) as refused:
        client.execute("SELEC 1")
    assert "position 1" in str(refused.value)


def test_sign_in(engine: ClickHouse) -> None:
    for user, password in (("ioc_writer", "wrong"), ("nobody", ""), ("default", "")):
        client = Client(host=engine.host, port=engine.port, user=user, password=password)
        assert code_of(partial(client.execute, "SELECT 1")) == 516
    assert code_of(lambda: writer(engine, database="nosuchdb").execute("SELECT 1")) == 81


def test_settings_last_for_their_query_alone(client: Client) -> None:
    ask = "SELECT value FROM system.settings WHERE name = 'max_block_size'"
    assert client.execute(ask, settings={"max_block_size": 1234}) == [("1234",)]
    assert client.execute(ask) != [("1234",)]
    client.execute("SET max_block_size = 77")
    assert client.execute(ask) == [("77",)]
    assert client.execute("SELECT value FROM system.settings WHERE name = 'async_insert'") == [("0",)]


def test_results_without_rows_have_columns(client: Client) -> None:
    assert client.execute("SELECT 1 AS a, '' AS b WHERE 0;", with_column_types=True) == (
        [],
        [("a", "UInt8"), ("b", "String")],
    )


@pytest.mark.parametrize(
    "sql",
    ["SHOW DATABASES", "DESCRIBE TABLE system.one", "EXPLAIN SELECT 1", "SHOW CREATE DATABASE default",
     "(SELECT 1) UNION ALL (SELECT 2)", "WITH 2 AS x SELECT x", "FROM numbers(2) SELECT number",
     "SELECT 1 FORMAT JSONEachRow"],
)  # fmt: skip
def test_statements_with_rows(client: Client, sql: str) -> None:
    assert client.execute(sql)


def test_statements_without_rows(client: Client) -> None:
    for sql in (
        "CREATE TABLE IF NOT EXISTS default.k (a UInt64) ENGINE = MergeTree ORDER BY a",
        "ALTER TABLE default.k ADD COLUMN IF NOT EXISTS b String",
        "INSERT INTO default.k (a) VALUES (1), (2)",
        "INSERT INTO default.k SELECT number + 10, 'x' FROM numbers(3)",
        "OPTIMIZE TABLE default.k FINAL",
        "SYSTEM DROP MARK CACHE",
        "USE system",
    ):
        assert client.execute(sql) == []
    assert client.execute("SELECT currentDatabase()") == [("system",)]
    assert client.execute("SELECT count() FROM default.k") == [(5,)]
    client.execute("DROP TABLE default.k")


def test_time_zones_of_columns_reach_the_client(client: Client) -> None:
    ((value, again),) = client.execute(
        "SELECT toDateTime('2026-05-01 07:00:00', 'Asia/Ho_Chi_Minh') AS a, toNullable(a) AS b"
    )
    assert value == again == dt.datetime(2026, 5, 1, 0, tzinfo=dt.UTC)


def test_progress_and_profile(client: Client) -> None:
    client.execute("SELECT number FROM numbers(100000) WHERE number % 2")
    query = client.last_query
    assert query.progress.rows == 100_000
    assert query.profile_info.rows == 50_000
    assert query.profile_info.blocks >= 1


def test_a_long_result_streams(client: Client) -> None:
    rows = client.execute_iter(
        "SELECT number, toString(number) FROM numbers(300000)", settings={"max_block_size": 5000}
    )
    assert sum(number for number, _ in rows) == sum(range(300_000))


def test_dbapi(engine: ClickHouse) -> None:
    with connect(
        host=engine.host,
        port=engine.port,
        user=engine.writer_user,
        password=engine.writer_password.get_secret_value(),
    ) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT number AS n FROM numbers(3)")
        assert [column[0] for column in cursor.description] == ["n"]
        assert cursor.fetchall() == [(0,), (1,), (2,)]


def test_an_error_in_the_middle_of_a_stream(client: Client) -> None:
    sql = "SELECT throwIf(number = 200000) FROM numbers(300000)"
    rows = client.execute_iter(sql, settings={"max_block_size": 1000})
    assert code_of(lambda: list(rows)) == 395
    assert client.execute("SELECT 1") == [(1,)]


@pytest.mark.slow
def test_a_long_silence_is_kept_alive(engine: ClickHouse) -> None:
    patient = writer(engine, send_receive_timeout=6)
    slow = {"max_block_size": 7, "function_sleep_max_microseconds_per_block": 10_000_000}
    assert len(patient.execute("SELECT sleepEachRow(1) FROM numbers(7)", settings=slow)) == 7
    patient.disconnect()


def running(client: Client, mark: str) -> int:
    sql = "SELECT count() FROM system.processes WHERE query LIKE %(mark)s AND query NOT LIKE '%%processes%%'"
    ((count,),) = client.execute(sql, {"mark": f"%{mark}%"})
    assert isinstance(count, int)
    return count


ENDLESS = "SELECT sum(sipHash64(number, 'mark-{}')) FROM system.numbers"


def test_cancel_ends_the_query(engine: ClickHouse, client: Client) -> None:
    other = writer(engine)
    progress = other.execute_with_progress(ENDLESS.format("cancel"))
    assert progress is not None
    until(lambda: running(client, "mark-cancel") == 1)
    other.cancel()
    until(lambda: running(client, "mark-cancel") == 0)
    other.disconnect()


def test_a_client_that_leaves_takes_its_query_along(engine: ClickHouse, client: Client) -> None:
    other = writer(engine)
    other.execute_with_progress(ENDLESS.format("leaves"))
    until(lambda: running(client, "mark-leaves") == 1)
    other.disconnect()
    until(lambda: running(client, "mark-leaves") == 0)


def test_a_client_that_leaves_a_stream_half_read(engine: ClickHouse, client: Client) -> None:
    other = writer(engine)
    rows = other.execute_iter("SELECT number, 'mark-half' FROM system.numbers", chunk_size=1)
    next(iter(rows))
    until(lambda: running(client, "mark-half") == 1)
    other.disconnect()
    until(lambda: running(client, "mark-half") == 0)


def test_kill_query_reaches_its_client(engine: ClickHouse, client: Client) -> None:
    other, codes = writer(engine), []
    thread = threading.Thread(
        target=lambda: codes.append(code_of(lambda: other.execute(ENDLESS.format("kill")))), daemon=True
    )
    thread.start()
    until(lambda: running(client, "mark-kill") == 1)
    client.execute("KILL QUERY WHERE query LIKE '%mark-kill%' AND query NOT LIKE '%KILL%' ASYNC")
    thread.join(20)
    assert codes == [394]
    other.disconnect()


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 64, b"\0" + b"\xff" * 64, b""])
def test_what_is_not_the_protocol_is_hung_up_on(engine: ClickHouse, client: Client, data: bytes) -> None:
    with socket.create_connection((engine.host, engine.port), timeout=20) as stranger:
        stranger.sendall(data)
        stranger.shutdown(socket.SHUT_WR)
        while stranger.recv(4096):
            pass
    assert client.execute("SELECT 1") == [(1,)]
