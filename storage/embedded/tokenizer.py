"""ClickHouse's lexical rules: a statement as a stream of tokens.

It follows the engine's lexer; where it does not know a character it says so (`Kind.UNKNOWN`) instead of
guessing, because the reader's allow-list rests on seeing what the engine will see.
"""

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    WORD = "word"
    QUOTED = "quoted"
    """An identifier in back or double quotes."""
    STRING = "string"
    NUMBER = "number"
    MARK = "mark"
    """One sign: bracket, comma, dot, semicolon, part of an operator."""
    UNKNOWN = "unknown"
    """A heredoc, a comment in a comment, typographic quotes, an open quote, digits that run into letters…"""


class Token(NamedTuple):
    kind: Kind
    text: str
    """As written, with quotes."""
    start: int
    end: int

    @property
    def upper(self) -> str:
        """A word in capitals; empty for everything else, so that a quoted name is never a keyword."""
        return self.text.upper() if self.kind is Kind.WORD else ""

    @property
    def is_name(self) -> bool:
        return self.kind in (Kind.WORD, Kind.QUOTED)

    @property
    def name(self) -> str:
        """The identifier meant: without quotes, doubled quotes single. Backslashes stay as they are."""
        if self.kind is not Kind.QUOTED:
            return self.text
        quote = self.text[0]
        return self.text[1:-1].replace(quote * 2, quote)


# Possessive repetitions (++ and *+): an open quote costs one pass, whatever follows it.
_TOKENS = re.compile(
    r"""
    (?P<skip>[ \t\n\r\f\v]++|(?:--|//|\#[ !])[^\n]*+|/\*(?:[^*/]++|\*(?!/)|/(?!\*))*+\*/)
    |(?P<string>'(?:[^'\\]++|\\.|'')*+'|[xX]'[0-9A-Fa-f]*+'|[bB]'[01]*+')
    |(?P<quoted>`(?:[^`\\]++|\\.|``)*+`|"(?:[^"\\]++|\\.|"")*+")
    |(?P<open>[xXbB]?['`"]|/\*|\$)
    |(?P<word>[A-Za-z_][A-Za-z0-9_$]*+)
    |(?P<number>(?:0[xX][0-9A-Fa-f]++|[0-9]++(?:_[0-9]++)*+(?:\.[0-9]*+)?+(?:[eE][+-]?[0-9]++)?+)(?![\w$'"`]))
    |(?P<digits>[0-9][\w$]*+)
    |(?P<mark>[()\[\]{},;.:?=<>!+\-*/%|@^~&])
    |(?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)

_KINDS = {
    "string": Kind.STRING,
    "quoted": Kind.QUOTED,
    "word": Kind.WORD,
    "number": Kind.NUMBER,
    "mark": Kind.MARK,
    "open": Kind.UNKNOWN,
    "digits": Kind.UNKNOWN,
    "other": Kind.UNKNOWN,
}


def tokens(sql: str) -> Iterator[Token]:
    """The tokens of a statement, without white space and comments. Lazy: a head costs only itself."""
    for found in _TOKENS.finditer(sql):
        group = found.lastgroup
        if group is not None and group != "skip":
            yield Token(_KINDS[group], found.group(), found.start(), found.end())
