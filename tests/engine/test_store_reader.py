"""What the reader reaches on the real engine: its views, and nothing else."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from clickhouse_driver import Client
from clickhouse_driver import errors as driver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ioc.settings import ClickHouse
from storage.client import Store
from storage.clock import clock, look
from storage.embedded.session import quote
from storage.embedded.tokenizer import Kind, tokens
from tests.engine.clients import reader, writer

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def open_house(migrated: ClickHouse) -> Iterator[ClickHouse]:
    """A secret table and a view on part of it."""
    client = writer(migrated)
    client.execute("CREATE OR REPLACE TABLE ioc.secret (n UInt64, who String) ENGINE = MergeTree ORDER BY n")
    client.execute("INSERT INTO ioc.secret VALUES", [(n, f"who-{n}") for n in range(10)])
    client.execute("CREATE OR REPLACE VIEW ioc_read.counted AS SELECT n FROM ioc.secret")
    yield migrated
    client.execute("DROP VIEW ioc_read.counted")
    client.execute("DROP TABLE ioc.secret")
    client.disconnect()


@pytest.fixture
def client(open_house: ClickHouse) -> Iterator[Client]:
    client = reader(open_house)
    yield client
    client.disconnect()


def test_a_view_over_what_is_hidden(client: Client) -> None:
    assert client.execute("SELECT sum(n) FROM counted") == [(45,)]
    assert client.execute("SELECT count() FROM ioc_read.counted WHERE n > 5") == [(4,)]
    assert ("counted",) in client.execute("SHOW TABLES")


REFUSED = [
    "SELECT * FROM ioc.secret",
    "SELECT * FROM counted WHERE n IN ioc.secret",
    "SELECT * FROM system.processes",
    "SELECT * FROM system.parts",
    "SELECT file('/etc/hostname')",
    "SELECT arrayMap(file, ['/etc/hostname'])",
    "SELECT * APPLY(file) FROM values('x String', '/etc/hostname')",
    "SELECT * FROM file('/etc/hostname', 'RawBLOB')",
    "SELECT * FROM '/etc/hostname'",
    "SELECT * FROM url('http://127.0.0.1:1/', 'RawBLOB')",
    "SELECT * FROM merge('ioc', 'secret')",
    "SELECT * FROM remote('127.0.0.1', ioc.secret)",
    "SELECT * FROM executable('id', 'RawBLOB', 's String')",
    "SELECT joinGet('ioc.secret', 'who', 1)",
    "SELECT dictGet('ioc.d', 'who', 1)",
    "SELECT hasColumnInTable('ioc', 'secret', 'who')",
    "SELECT aiGenerate('x')",
    "SELECT sleep(1)",
    "SELECT 1 INTO OUTFILE '/tmp/ioc-outfile'",
    "SELECT 1 SETTINGS max_threads = 1",
    "SELECT 1; SELECT 2",
    "SELECT /* /* */ ' */ file('/etc/hostname') -- '",
    "SELECT 1 // '\n, file('/etc/hostname') // '",
    "INSERT INTO ioc_read.counted VALUES (1)",
    "INSERT INTO FUNCTION file('/tmp/ioc-outfile') SELECT 1",
    "CREATE TABLE ioc_read.x (a Int8) ENGINE = Memory",
    "CREATE TEMPORARY TABLE x (a Int8)",
    "DROP VIEW ioc_read.counted",
    "ALTER TABLE ioc.secret DELETE WHERE 1",
    "SET readonly = 0",
    "USE ioc",
    "KILL QUERY WHERE 1",
    "SYSTEM STOP MERGES",
    "SYSTEM SHUTDOWN",
    "SHOW PROCESSLIST",
    "SHOW TABLES FROM ioc",
    "SHOW CREATE TABLE ioc.secret",
    "DESCRIBE ioc.secret",
    "EXISTS ioc.secret",
    "OPTIMIZE TABLE ioc.secret",
    "BACKUP TABLE ioc.secret TO File('/tmp/x')",
]


@pytest.mark.parametrize("sql", REFUSED)
def test_refused(client: Client, sql: str) -> None:
    with pytest.raises(driver.ServerException) as refused:
        client.execute(sql)
    assert refused.value.code in (60, 62, 164, 497), refused.value
    assert not Path("/tmp/ioc-outfile").exists()
    assert client.execute("SELECT count() FROM counted") == [(10,)]


def test_parameters_cannot_name_a_table(client: Client) -> None:
    with pytest.raises(driver.ServerException) as refused:
        client.execute("SELECT * FROM {d:Identifier}.secret", settings={"param_d": "ioc"})
    assert refused.value.code == 497


@pytest.mark.parametrize("database", ["ioc", "system"])
def test_another_database_to_begin_with(open_house: ClickHouse, database: str) -> None:
    with pytest.raises(driver.ServerException) as refused:
        reader(open_house, database=database).execute("SELECT 1")
    assert refused.value.code == 497


def test_without_a_database_it_is_the_readers_own(open_house: ClickHouse) -> None:
    for database in ("", "default"):
        client = reader(open_house, database=database)
        assert client.execute("SELECT currentDatabase(), count() FROM counted") == [("ioc_read", 10)]
        client.disconnect()


def test_settings_of_a_reader(client: Client) -> None:
    ask = "SELECT value FROM system.settings WHERE name = '{}'"
    assert client.execute(ask.format("max_execution_time"), settings={"max_execution_time": 7}) == [("7",)]
    assert client.execute(ask.format("max_execution_time")) == [("60",)]
    assert client.execute(ask.format("readonly"), settings={"readonly": 0}) == [("1",)]
    for name, value in (("dialect", "kusto"), ("additional_result_filter", "0"), ("implicit_select", "1")):
        with pytest.raises(driver.ServerException) as refused:
            client.execute("SELECT 1", settings={name: value})
        assert refused.value.code == 452
    with pytest.raises(driver.ServerException) as refused:
        client.execute("SELECT 1", settings={"no_such_setting": "1"})
    assert refused.value.code == 115
    with pytest.raises(driver.ServerException) as refused:
        client.execute("DROP VIEW ioc_read.counted")
    assert refused.value.code == 164


def test_parameters(client: Client) -> None:
    assert client.execute("SELECT {a:UInt8} + 1", settings={"param_a": "41"}) == [(42,)]


def test_readers_beside_a_writer(open_house: ClickHouse) -> None:
    wrong: list[object] = []
    done = threading.Event()

    def read() -> None:
        client = reader(open_house)
        last = 0
        while not done.is_set():
            ((count,),) = client.execute("SELECT count() FROM grows")
            if count < last or count % 100:
                wrong.append((last, count))
            last = count
        client.disconnect()

    client = writer(open_house)
    client.execute("CREATE OR REPLACE TABLE ioc.grow (n UInt64) ENGINE = MergeTree ORDER BY n")
    client.execute("CREATE OR REPLACE VIEW ioc_read.grows AS SELECT n FROM ioc.grow")
    readers = [threading.Thread(target=read, daemon=True) for _ in range(4)]
    for thread in readers:
        thread.start()
    for _ in range(50):
        client.execute("INSERT INTO ioc.grow VALUES", [(n,) for n in range(100)])
    done.set()
    for thread in readers:
        thread.join(20)
    assert not any(thread.is_alive() for thread in readers)
    assert wrong == []
    assert client.execute("SELECT count() FROM ioc.grow") == [(5000,)]
    client.execute("DROP VIEW ioc_read.grows")
    client.execute("DROP TABLE ioc.grow")
    client.disconnect()


PIECES = [
    *("'", '"', "`", "\\", "''", "``", '""', "/*", "*/", "--", "//", "# ", "#!", "#", "$", "$a$", "@@", "!"),
    *("\n", "\r", "\t", "\v", "\f", "\0", " ", "\u00a0", "é", "‘", "’", "“", "(", ";", "/", "*", "-"),
    *("a", "file", "x'", "b'", "0", "1.", "1e", ".5", "e+", "0x", "1_"),
]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(PIECES), max_size=10).map("".join))
def test_quotes_and_comments_are_seen_as_the_engine_sees_them(lexer: Client, sql: str) -> None:
    """The engine's own lexer is the judge: what we hold for text must be text for it, and nothing less."""
    found = list(tokens(sql))
    if any(token.kind is Kind.UNKNOWN for token in found):
        return  # refused for readers as it stands
    ((theirs,),) = lexer.execute(f"SELECT toJSONString(tokenizeQuery({quote(sql)}))")
    raw = sql.encode()
    quoted = [
        raw[int(one["begin"]) : int(one["end"])].decode()
        for one in json.loads(theirs)
        if one["type"] in ("StringLiteral", "QuotedIdentifier")
    ]
    assert [token.text for token in found if token.kind in (Kind.STRING, Kind.QUOTED)] == quoted
    code = b"".join(
        raw[int(one["begin"]) : int(one["end"])]
        for one in json.loads(theirs)
        if one["type"] not in ("Whitespace", "Comment")
    )
    assert "".join(token.text for token in found) == code.decode()


@pytest.fixture(scope="module")
def lexer(engine: ClickHouse) -> Iterator[Client]:
    client = writer(engine)
    yield client
    client.disconnect()


def test_a_reader_may_look_at_the_stores_clock(reading: Store) -> None:
    following = clock()
    look(reading, following)
    assert following.sure
