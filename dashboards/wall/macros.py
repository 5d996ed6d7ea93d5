"""The ClickHouse plugin's macros and Grafana's variables, expanded as the plugin would.

Only those that the boards use are known; any other is an error, so that no query reaches the store half
expanded.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from dashboards.wall.board import BoardError
from ioc.clock import VIETNAM

RANGE = timedelta(days=30)
_MACRO = re.compile(r"\$__(\w+)(?:\(([^()]*)\))?")
_VARIABLE = re.compile(r"\$\{(\w+)(?::(\w+))?\}")


def quote(value: str) -> str:
    """A ClickHouse string literal."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def expand(sql: str, *, now: datetime, variables: Mapping[str, str], span: timedelta = RANGE) -> str:
    """The statement that the store is sent. Raises `BoardError` for a macro or variable nobody knows.

    `span`: how far back the board looks.
    """

    def macro(found: re.Match[str]) -> str:
        name, argument = found.group(1), (found.group(2) or "").strip()
        start, end = (moment.astimezone(VIETNAM) for moment in (now - span, now))
        match name:
            case "dateFilter":
                first, last = f"toDate('{start:%Y-%m-%d}')", f"toDate('{end:%Y-%m-%d}')"
                return f"({argument} >= {first} AND {argument} <= {last})"
            case "timeFilter":
                return f"({argument} >= {_instant(start)} AND {argument} <= {_instant(end)})"
            case "fromTime":
                return _instant(start)
            case "toTime":
                return _instant(end)
        raise BoardError(f"macro $__{name} is not one the wall can expand")

    def variable(found: re.Match[str]) -> str:
        name, form = found.group(1), found.group(2)
        if name not in variables or form != "singlequote":
            raise BoardError(f"variable {found.group(0)}: expected ${{name:singlequote}} of a known name")
        return quote(variables[name])

    expanded = _VARIABLE.sub(variable, _MACRO.sub(macro, sql))
    if "$" in expanded:
        raise BoardError(f"left unexpanded: {expanded[expanded.index('$') :][:40]}")
    return expanded


def _instant(at: datetime) -> str:
    return f"toDateTime({int(at.timestamp())})"
