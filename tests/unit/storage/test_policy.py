"""Who may sign in, and what a reader may say."""

import pytest

from storage.embedded.errors import EngineError
from storage.embedded.policy import Role, Surroundings, User, check_settings, check_statement, sign_in

KNOWN = Surroundings(
    databases=frozenset({"ioc", "ioc_read", "system", "default", "INFORMATION_SCHEMA", "information_schema"}),
    table_functions=frozenset({"file", "url", "remote", "merge", "numbers", "values", "loop", "executable"}),
    functions_refused=frozenset({"file", "dictget", "joinget", "sleep"}),
    setting_types={"max_execution_time": "Seconds", "dialect": "Dialect", "log_comment": "String",
                   "additional_result_filter": "String", "implicit_select": "Bool"},
)  # fmt: skip
USERS = {"w": User("một", Role.WRITER), "r": User("", Role.READER)}


def test_sign_in() -> None:
    assert sign_in(USERS, "w", "một") is Role.WRITER
    for name, password in (("w", "hai"), ("nobody", ""), ("w", "")):
        with pytest.raises(EngineError) as refused:
            sign_in(USERS, name, password)
        assert refused.value.code == 516
        assert password == "" or password not in refused.value.message


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM ioc_read.values_now WHERE unit = 'ioc.x'",
        "WITH a AS (SELECT 1 AS n) SELECT a.n FROM a;",
        "SELECT count() FROM numbers(10) -- ioc.secret",
        "SELECT name FROM system.tables WHERE database = 'ioc'",
        "SHOW TABLES",
        "SHOW TABLES FROM ioc_read",
        "SHOW CREATE VIEW ioc_read.values_now",
        "DESCRIBE TABLE values_now",
        "DESC (SELECT 1)",
        "EXPLAIN SELECT 1",
        "EXISTS ioc_read.values_now",
        "(SELECT 1) UNION ALL (SELECT 2)",
        "SELECT * FROM values('a Int8', 1)",
        "SELECT t.file, x.sleep FROM t, x",
        "SELECT {a:String}, 'it''s', arrayMap(x -> x + 1, [1])",
        "SELECT table_name FROM INFORMATION_SCHEMA.TABLES",
        "SELECT `default` FROM system.settings",
    ],
)
def test_a_reader_reads(sql: str) -> None:
    check_statement(sql, KNOWN)


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT * FROM ioc.cases", 497),
        ("SELECT * FROM `ioc`.cases", 497),
        ('SELECT * FROM "ioc" /* . */ . "cases"', 497),
        ("SELECT * FROM ioc_read.v, ioc.cases", 497),
        ("SELECT * FROM ioc_read.v WHERE x IN ioc.cases", 497),
        ("SELECT * FROM default.t", 497),
        ("SELECT 1. ioc.cases", 497),
        ("SELECT * FROM system.processes", 497),
        ("SELECT * FROM system.query_log", 497),
        ("SELECT * FROM system.`parts`", 497),
        ("SHOW TABLES FROM ioc", 497),
        ("SHOW CREATE TABLE ioc.cases", 497),
        ("EXISTS DATABASE ioc", 497),
        ("DESCRIBE ioc.cases", 497),
        ("EXPLAIN SELECT * FROM ioc.cases", 497),
        ("SELECT file('/etc/hostname')", 497),
        ("SELECT `file`('/etc/hostname')", 497),
        ("SELECT arrayMap(file, ['/etc/hostname'])", 497),
        ("SELECT COLUMNS('x') APPLY file FROM v", 497),
        ("SELECT COLUMNS('x') APPLY (file) FROM v", 497),
        ("FROM values('x String', 'a') |> SELECT file(x)", 497),
        ("SELECT dictGet('ioc.d', 'a', 1)", 497),
        ("SELECT sleep(3)", 497),
        ("SELECT * FROM FILE('x')", 497),
        ("SELECT * FROM url('http://127.0.0.1')", 497),
        ("SELECT * FROM merge('ioc', '.*')", 497),
        ("SELECT * FROM {t:Identifier}", 497),
        ("SELECT 1 INTO OUTFILE '/tmp/x'", 497),
        ("SELECT 1; SELECT 2", 62),
        ("SELECT $$a$$", 62),
        ("SELECT ‘a’", 62),
        ("SELECT `i\\x6fc`.t", 62),
        ("SELECT /* /* */ ' */ file('/etc/hostname') -- '", 62),
        ("SELECT 'open", 62),
        ("KILL QUERY WHERE 1", 164),
        ("SYSTEM STOP MERGES", 164),
        ("SET max_threads = 1", 164),
        ("USE ioc", 164),
        ("INSERT INTO ioc_read.t VALUES", 164),
        ("DROP VIEW ioc_read.v", 164),
        ("SHOW PROCESSLIST", 164),
        ("SHOW FULL PROCESSLIST", 164),
        ("SHOW GRANTS", 164),
        ("", 164),
        ("`SELECT` 1", 164),
    ],
)
def test_a_reader_is_refused(sql: str, code: int) -> None:
    with pytest.raises(EngineError) as refused:
        check_statement(sql, KNOWN)
    assert refused.value.code == code


def test_a_readers_settings() -> None:
    check_settings({"max_execution_time": "5", "log_comment": "x", "no_such_setting": "1"}, KNOWN)
    for name in ("dialect", "additional_result_filter", "implicit_select"):
        with pytest.raises(EngineError) as refused:
            check_settings({name: "1"}, KNOWN)
        assert refused.value.code == 452
