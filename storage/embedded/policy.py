"""Who may connect, and what a reader may say.

The engine itself holds a reader to `readonly=1`, which its connection cannot undo. What `readonly=1` lets
through (files, other databases, KILL, SYSTEM) is refused here, by an allow-list over the statement's tokens.
It is a filter in front of one engine process, not a sandbox: the port listens on loopback only.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from storage.embedded.errors import (
    ACCESS_DENIED,
    AUTHENTICATION_FAILED,
    READONLY,
    SETTING_CONSTRAINT_VIOLATION,
    SYNTAX_ERROR,
    EngineError,
)
from storage.embedded.tokenizer import Kind, Token, tokens

READER_DATABASE = "ioc_read"
READER_DEFAULTS: Mapping[str, str] = {"max_execution_time": "60"}
"""Seconds; a reader's own setting wins."""


class Role(Enum):
    WRITER = "writer"
    READER = "reader"


@dataclass(frozen=True, slots=True)
class User:
    password: str
    role: Role


Users = Mapping[str, User]


def sign_in(users: Users, name: str, password: str) -> Role:
    """The role of who knows the password. Raises `EngineError` 516, whichever was wrong."""
    user = users.get(name)
    expected = user.password if user else ""
    same = hmac.compare_digest(expected.encode(), password.encode())
    if user is None or not same:
        raise EngineError(
            AUTHENTICATION_FAILED,
            f"{name}: Authentication failed: password is incorrect, or there is no user with such name. "
            "(AUTHENTICATION_FAILED)",
        )
    return user.role


STATEMENTS = frozenset({"SELECT", "WITH", "FROM", "SHOW", "DESCRIBE", "DESC", "EXPLAIN", "EXISTS"})
SHOWABLE = frozenset(
    {"DATABASES", "TABLES", "CREATE", "COLUMNS", "FIELDS", "FUNCTIONS", "SETTINGS", "SETTING", "INDEX",
     "INDEXES", "INDICES", "KEYS", "FULL", "EXTENDED", "TABLE", "VIEW", "ENGINES", "DICTIONARIES"}
)  # fmt: skip
SYSTEM_TABLES = frozenset(
    {"one", "numbers", "numbers_mt", "zeros", "databases", "tables", "columns", "functions", "settings",
     "build_options", "contributors", "time_zones", "data_type_families", "formats", "table_functions",
     "table_engines", "database_engines", "aggregate_function_combinators", "collations", "keywords",
     "licenses", "constraints", "data_skipping_indices", "documentation"}
)  # fmt: skip
TABLE_FUNCTIONS = frozenset(
    {"numbers", "numbers_mt", "zeros", "zeros_mt", "generateseries", "generate_series", "values", "null",
     "view", "primes", "sqlstandardvalues", "format"}
)  # fmt: skip
# Functions that read files, tables by name, or the network, or that wait.
FUNCTIONS_REFUSED = frozenset(
    {"file", "joinget", "joingetornull", "hascolumnintable", "catboostevaluate", "sleep", "sleepeachrow",
     "getmacro", "getserverport", "filesystemavailable", "filesystemcapacity", "filesystemunreserved",
     "showcertificate", "getmergetreesetting", "getserversetting", "getmaxtablenamelengthfordatabase", "eval",
     "chdb"}
)  # fmt: skip
CATEGORIES_REFUSED = frozenset(
    {"AI", "Dictionary", "Embedded Dictionary", "Introspection", "Machine Learning"}
)
"""Of `system.functions.categories`: network, other people's tables, addresses of the process, model files."""

# Types of settings that cannot hold an expression, a path or another language.
SETTING_TYPES = frozenset(
    {"UInt64", "Int64", "Bool", "Float", "Double", "Seconds", "Milliseconds", "MaxThreads", "UInt64Auto",
     "BoolAuto", "FloatAuto", "OverflowMode", "OverflowModeGroupBy", "JoinAlgorithm", "TotalsMode",
     "LogsLevel",
     "DateTimeOutputFormat", "DateTimeInputFormat", "IntervalOutputFormat", "NonZeroUInt64", "Timezone",
     "SetOperationMode", "JoinStrictness", "DateTimeOverflowBehavior"}
)  # fmt: skip
SETTINGS_ALLOWED = frozenset({"log_comment"})
SETTINGS_REFUSED = frozenset(
    {"implicit_select", "allow_introspection_functions", "allow_experimental_kusto_dialect",
     "allow_experimental_prql_dialect", "allow_experimental_polyglot_dialect", "allow_ddl", "async_insert"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the engine knows by name at this moment."""

    databases: frozenset[str]
    table_functions: frozenset[str]
    """Lower case."""
    functions_refused: frozenset[str]
    """Lower case."""
    setting_types: Mapping[str, str]


def denied(what: str) -> EngineError:
    return EngineError(
        ACCESS_DENIED, f"Not enough privileges: readers have no access to {what}. (ACCESS_DENIED)"
    )


def check_settings(settings: Mapping[str, str], known: Surroundings) -> None:
    """Raises `EngineError` 452 for a setting that could change what a statement means or reaches."""
    for name in settings:
        kind = known.setting_types.get(name)
        if kind is None:  # the engine names unknown settings itself (code 115)
            continue
        if name in SETTINGS_REFUSED or (kind not in SETTING_TYPES and name not in SETTINGS_ALLOWED):
            raise EngineError(
                SETTING_CONSTRAINT_VIOLATION,
                f"Setting {name} should not be changed by a reader. (SETTING_CONSTRAINT_VIOLATION)",
            )


def check_statement(sql: str, known: Surroundings) -> None:
    """Let a reader's statement pass, or raise `EngineError` 164 (kind) or 497 (name it may not reach)."""
    found = list(tokens(sql))
    while found and found[-1].text == ";":
        found.pop()
    _one_readable_statement(found)
    first = _kind(found)
    for at, token in enumerate(found):
        following = found[at + 1] if at + 1 < len(found) else None
        if token.is_name:
            behind_dot = at > 1 and found[at - 1].text == "." and found[at - 2].kind is not Kind.NUMBER
            if not behind_dot and token.name.lower() in known.functions_refused:
                # Brackets or not: `arrayMap(f, …)` and `* APPLY f` call a function by its bare name.
                raise denied(f"function {token.name}")
            if following is not None and following.text == "(":
                _check_table_function(token, known)
            if following is not None and following.text == "." and not behind_dot:
                _check_chain(token, found[at + 2 :], known)
            if first in ("SHOW", "EXISTS") and not _is_open(token.name) and token.name in known.databases:
                raise denied(f"database {token.name}")


def _one_readable_statement(found: list[Token]) -> None:
    for token in found:
        if token.kind is Kind.UNKNOWN or (token.kind is Kind.QUOTED and "\\" in token.text):
            raise EngineError(
                SYNTAX_ERROR,
                f"Syntax error: {token.text[:20]!r} is not accepted from readers. (SYNTAX_ERROR)",
            )
        if token.text == ";":
            raise EngineError(SYNTAX_ERROR, "Syntax error: multi-statements are not allowed. (SYNTAX_ERROR)")
        if token.upper in ("OUTFILE", "INFILE"):
            raise denied("files")
    for token, following in pairwise(found):
        # {name:Identifier} would put a name into the statement after this check.
        if token.text == ":" and following.upper == "IDENTIFIER":
            raise denied("parameters of type Identifier")


def _kind(found: list[Token]) -> str:
    words = [token for token in found if token.text != "("][:2]
    first = words[0].upper if words else ""
    second = words[1].upper if len(words) > 1 else ""
    shows_queries = first == "SHOW" and any(token.upper == "PROCESSLIST" for token in found)
    if first not in STATEMENTS or (first == "SHOW" and second not in SHOWABLE) or shows_queries:
        raise EngineError(READONLY, "Cannot execute query in readonly mode. (READONLY)")
    return first


def _check_table_function(token: Token, known: Surroundings) -> None:
    name = token.name.lower()
    if name in known.table_functions and name not in TABLE_FUNCTIONS:
        raise denied(f"table function {token.name}")


def _check_chain(head: Token, rest: list[Token], known: Surroundings) -> None:
    """`database.table`: only the reader's database and harmless tables of the system."""
    database = head.name
    table = rest[0].name if rest else ""
    if database == "system" and table not in SYSTEM_TABLES:
        raise denied(f"table system.{table}")
    if database in known.databases and not _is_open(database):
        raise denied(f"database {database}")


def _is_open(database: str) -> bool:
    return database in (READER_DATABASE, "system") or database.lower() == "information_schema"
