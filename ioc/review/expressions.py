"""Names in the expressions of a KPI file: enough of SQL to find a column that is not there.

No engine is asked: a catalogue is checked where it is edited. Functions are not judged, columns are.
"""

import re
from collections.abc import Iterable
from itertools import pairwise

_TOKEN = re.compile(r"'(?:[^'\\]|\\.|'')*'|`[^`]*`|\d[\w.]*|[A-Za-z_]\w*|->|[()\[\]]|[^\s\w]")
_NAME = re.compile(r"[A-Za-z_]\w*\Z")
_WORDS = frozenset(
    {
        *("and", "or", "not", "in", "is", "null", "between", "like", "ilike", "as", "distinct"),
        *("case", "when", "then", "else", "end", "interval", "true", "false"),
        *("second", "minute", "hour", "day", "week", "month", "quarter", "year"),
    }
)
_OPEN = {")": "(", "]": "["}
_DANGLING = frozenset(
    {"and", "or", "not", "in", "is", "between", "like", "+", "-", "*", "/", "=", "<", ">", ","}
)


def unknown(expression: str, columns: Iterable[str]) -> list[str]:
    """Names in an expression that are neither columns nor functions nor its own, in order, each once."""
    tokens = _TOKEN.findall(expression)
    own = _parameters(tokens) | {name for word, name in pairwise(tokens) if word.lower() == "as"}
    known = own | set(columns)
    found: dict[str, None] = {}
    for word, after in pairwise([*tokens, ""]):
        if _NAME.match(word) and word.lower() not in _WORDS and after != "(" and word not in known:
            found[word] = None
    return list(found)


def _parameters(tokens: list[str]) -> set[str]:
    """Names before `->`: one, or several in brackets."""
    found: set[str] = set()
    for index, sign in enumerate(tokens):
        if sign != "->" or index == 0:
            continue
        if tokens[index - 1] != ")":
            found.add(tokens[index - 1])
            continue
        back = index - 2
        while back >= 0 and tokens[back] != "(":
            found.add(tokens[back])
            back -= 1
    return found - {","}


def unfinished(expression: str) -> str | None:
    """Why an expression cannot be parsed: a bracket or a text without its end, a word that awaits another."""
    tokens = _TOKEN.findall(expression)
    if not tokens:
        return "an expression, it is empty"
    if "'" in tokens or "`" in tokens:
        return "the end of a quoted text"
    stack: list[str] = []
    for sign in tokens:
        if sign in _OPEN.values():
            stack.append(sign)
        elif sign in _OPEN and (not stack or stack.pop() != _OPEN[sign]):
            return f"an opening bracket before {sign}"
    if stack:
        return f"a closing bracket for {stack[-1]}"
    if tokens[-1].lower() in _DANGLING:
        return f"something after {tokens[-1]}"
    return None
