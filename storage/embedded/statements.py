"""What a statement is: enough to know how to run it, no more; the engine does the parsing."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from storage.embedded.tokenizer import Kind, Token, tokens


class Run(Enum):
    """How a statement runs."""

    STREAM = "stream"
    """A SELECT: blocks as they come."""
    BLOCKS = "blocks"
    """An INSERT whose data the client sends."""
    WHOLE = "whole"
    """Everything else: one answer."""


@dataclass(frozen=True, slots=True)
class Statement:
    run: Run
    first: str
    """Leading keyword, in capitals."""
    target: str = ""
    """INSERT: the table (or `FUNCTION f(…)`) as written."""
    columns: str = ""
    """INSERT: the column list with its parentheses, as written."""
    settings: str = ""
    """INSERT: what stands behind SETTINGS, as written."""


SELECTS = frozenset({"SELECT", "WITH", "FROM"})
_QUERY = SELECTS | {"VALUES", "FORMAT"}


def classify(sql: str) -> Statement:
    """How `sql` runs. Repeated texts of ordinary length are remembered."""
    return _remembered(sql) if len(sql) < 4096 else _classify(sql)


def _classify(sql: str) -> Statement:
    stream = tokens(sql)
    token = next(stream, None)
    while token is not None and token.text == "(":
        token = next(stream, None)
    if token is None:
        return Statement(Run.WHOLE, "")
    first = token.upper
    if first == "WITH":
        first = _after_with(stream)
        return Statement(Run.STREAM if first == "SELECT" else Run.WHOLE, first)
    if first in SELECTS:
        return Statement(Run.STREAM, first)
    if first == "INSERT":
        return _insert(sql, stream)
    return Statement(Run.WHOLE, first)


_remembered = lru_cache(maxsize=512)(_classify)


def _after_with(stream: Iterator[Token]) -> str:
    """SELECT or INSERT: what the common table expressions belong to."""
    depth = 0
    for token in stream:
        depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
        if depth == 0 and token.upper in ("SELECT", "INSERT"):
            return token.upper
    return "WITH"


def _insert(sql: str, stream: Iterator[Token]) -> Statement:
    """INSERT INTO [TABLE] target [(columns)] [SETTINGS …] then VALUES, FORMAT f or nothing: client's data."""
    rest = [token for token, _ in zip(stream, range(10_000), strict=False)]
    plain = Statement(Run.WHOLE, "INSERT")
    at = _skip_words(rest, 0, "INTO")
    at = _skip_words(rest, at, "TABLE")
    target_end = _target(rest, at)
    if target_end == at:
        return plain
    target = sql[rest[at].start : rest[target_end - 1].end]
    at = target_end
    columns = ""
    if at < len(rest) and rest[at].text == "(":
        end = _closing(rest, at)
        if at + 1 < len(rest) and rest[at + 1].upper in SELECTS:
            return plain
        columns = sql[rest[at].start : rest[end - 1].end]
        at = end
    settings_start = at + 1
    if at < len(rest) and rest[at].upper == "SETTINGS":
        while at < len(rest) and rest[at].upper not in _QUERY and rest[at].text != ";":
            at += 1
    settings = sql[rest[settings_start].start : rest[at - 1].end] if at > settings_start else ""
    if not _client_sends(rest, at):
        return plain
    return Statement(Run.BLOCKS, "INSERT", target, columns, settings)


def _skip_words(rest: list[Token], at: int, word: str) -> int:
    return at + 1 if at < len(rest) and rest[at].upper == word else at


def _target(rest: list[Token], at: int) -> int:
    """Behind `name`, `name.name` or `FUNCTION name(…)`."""
    if at + 1 < len(rest) and rest[at].upper == "FUNCTION":
        return _closing(rest, at + 2) if rest[at + 1].is_name else at
    if at >= len(rest) or not rest[at].is_name:
        return at
    if at + 2 < len(rest) and rest[at + 1].text == "." and rest[at + 2].kind is not Kind.MARK:
        return at + 3
    return at + 1


def _closing(rest: list[Token], at: int) -> int:
    """Behind the bracket that closes the one at `at`."""
    depth = 0
    for index in range(at, len(rest)):
        depth += (rest[index].text == "(") - (rest[index].text == ")")
        if depth == 0:
            return index + 1
    return len(rest)


def _client_sends(rest: list[Token], at: int) -> bool:
    """Nothing but VALUES or FORMAT name is left: the data comes in blocks."""
    words = [token.upper or token.text for token in rest[at:]]
    while words and words[-1] == ";":
        words.pop()
    return not words or words == ["VALUES"] or (len(words) == 2 and words[0] == "FORMAT")


def without_format(sql: str) -> str:
    """A SELECT without its trailing `FORMAT name` and semicolons: native clients format by themselves."""
    if "format" not in sql[-200:].lower() and ";" not in sql[-200:]:
        return sql
    found = list(tokens(sql))
    end = len(found)
    while end and found[end - 1].text == ";":
        end -= 1
    if end >= 2 and found[end - 2].upper == "FORMAT" and found[end - 1].kind is Kind.WORD:
        end -= 2
    return sql[: found[end - 1].end] if end else sql
