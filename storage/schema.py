"""Which columns the tables have, read from the migrations: for checks where no store is running."""

import re
from collections.abc import Mapping

from storage.cells import STAGES
from storage.migrate import migrations, statements

_TABLE = re.compile(r"(?:CREATE|ALTER) TABLE (?:IF (?:NOT )?EXISTS )?ioc\.(\w+)")
_COMMENT = re.compile(r"--[^\n]*")
_TEXT = re.compile(r"'(?:[^']|'')*'")
_ADDED = re.compile(r"ADD COLUMN (?:IF NOT EXISTS )?(\w+)")
_DROPPED = re.compile(r"DROP COLUMN (?:IF EXISTS )?(\w+)")
_NO_COLUMN = frozenset({"INDEX", "PROJECTION", "CONSTRAINT", "PRIMARY"})
CASES = "cases_"


def views() -> Mapping[str, frozenset[str]]:
    """Columns by the name a KPI file gives the view: a table of cases without its prefix, or any other."""
    return {name.removeprefix(CASES): frozenset(columns) for name, columns in tables().items()}


def spans() -> Mapping[str, frozenset[str]]:
    """What the spans of a view's cases give, by the name that expressions use."""
    return {view: frozenset(names) for view, names in STAGES.items()}


def tables() -> dict[str, set[str]]:
    """Columns of every table of the store after all migrations."""
    found: dict[str, set[str]] = {}
    for _, text in migrations():
        for statement in statements(_COMMENT.sub("", text)):
            match = _TABLE.match(statement)
            if match is None:
                continue
            plain = _TEXT.sub("''", statement)
            columns = found.setdefault(match[1], set())
            if plain.startswith("CREATE"):
                columns |= _listed(plain)
            else:
                columns |= set(_ADDED.findall(plain))
                columns -= set(_DROPPED.findall(plain))
    return found


def _listed(statement: str) -> set[str]:
    """The first words of what stands between the outermost brackets, at their level."""
    body = statement[statement.index("(") + 1 :] if "(" in statement else ""
    words, depth, start = set(), 0, 0
    for place, sign in enumerate(body):
        if sign == "(":
            depth += 1
        elif sign == ")":
            depth -= 1
        if (sign == "," and depth == 0) or depth < 0:
            words.add(body[start:place].split()[0] if body[start:place].strip() else "")
            start = place + 1
        if depth < 0:
            break
    return words - _NO_COLUMN - {""}
