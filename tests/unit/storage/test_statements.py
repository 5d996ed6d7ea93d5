"""How a statement runs, told from its first words."""

import pytest

from storage.embedded.statements import Run, classify, without_format


@pytest.mark.parametrize(
    ("sql", "target", "columns", "settings"),
    [
        ("INSERT INTO t VALUES", "t", "", ""),
        ("insert into table db . t (a, `b)`) values;", "db . t", "(a, `b)`)", ""),
        ("INSERT INTO `d b`.t (* EXCEPT(a)) FORMAT Native", "`d b`.t", "(* EXCEPT(a))", ""),
        (
            "INSERT INTO t (a) SETTINGS async_insert=0, x='VALUES' VALUES",
            "t",
            "(a)",
            "async_insert=0, x='VALUES'",
        ),
        (
            "/* c */ INSERT -- c\n INTO FUNCTION null('a Int8') (a) VALUES",
            "FUNCTION null('a Int8')",
            "(a)",
            "",
        ),
        ("INSERT INTO db.1t (a)", "db.1t", "(a)", ""),
    ],
)
def test_an_insert_whose_data_the_client_sends(sql: str, target: str, columns: str, settings: str) -> None:
    found = classify(sql)
    assert (found.run, found.target, found.columns, found.settings) == (Run.BLOCKS, target, columns, settings)


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO t VALUES (1)",
        "INSERT INTO t (a) SELECT 1",
        "INSERT INTO t (SELECT 1)",
        "INSERT INTO t WITH 1 AS x SELECT x",
        "INSERT INTO t FROM INFILE 'x' FORMAT CSV",
        'INSERT INTO t FORMAT JSONEachRow {"a": 1}',
        "INSERT INTO t SETTINGS x=1 SELECT 1",
        "INSERT",
        "INSERT INTO",
        "INSERT INTO t (a",
        "WITH 1 AS x INSERT INTO t SELECT x",
    ],
)
def test_an_insert_that_brings_its_data(sql: str) -> None:
    found = classify(sql)
    assert found.run is Run.WHOLE or sql == "INSERT INTO t (a"
    assert found.first == "INSERT"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "((select 1))",
        "FROM t SELECT a",
        "WITH (SELECT 1) AS x SELECT x",
        "with a as (insert) select 1",
    ],
)
def test_a_select_streams(sql: str) -> None:
    assert classify(sql).run is Run.STREAM


@pytest.mark.parametrize("sql", ["", ";", "SHOW TABLES", "DROP TABLE t", "SYSTEM FLUSH LOGS", "`SELECT` 1"])
def test_everything_else_is_one_answer(sql: str) -> None:
    assert classify(sql).run is Run.WHOLE


@pytest.mark.parametrize(
    ("sql", "bare"),
    [
        ("SELECT 1 FORMAT JSON;", "SELECT 1"),
        ("SELECT 1 format TSV -- c", "SELECT 1"),
        ("SELECT 1;;", "SELECT 1"),
        ("SELECT ' FORMAT JSON'", "SELECT ' FORMAT JSON'"),
        ("SELECT format('{}', a)", "SELECT format('{}', a)"),
        ("SELECT 1", "SELECT 1"),
        (";", ";"),
    ],
)
def test_a_trailing_format_is_left_to_the_client(sql: str, bare: str) -> None:
    assert without_format(sql) == bare
