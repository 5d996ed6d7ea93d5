"""Where a panel or a row leads to: Grafana's addresses become those of the wall and of the console."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from dashboards.wall.board import BoardError

CONSOLE = "console"
"""The constant with the console's address; empty where the wall serves it too."""
_NAMED = re.compile(r"\$\{([\w.]+)(?::percentencode)?\}")
_FIELD = "__data.fields."


def address(url: str, variables: Mapping[str, str], row: Mapping[str, Any] | None = None) -> str:
    """The page a link opens; "" when the row lacks what it needs.

    `/d/<board>?var-unit=…` is `/wall/<board>?unit=…`; `${console}/…` is the console's. Values of rows and
    variables are always encoded. Raises `BoardError` for an address that leads anywhere else.
    """
    base = variables.get(CONSOLE, "")
    console = url.startswith(f"${{{CONSOLE}}}/")
    rest = url.removeprefix(f"${{{CONSOLE}}}") if console else url
    if not rest.startswith("/") or rest.startswith("//") or not re.match(r"(https?://[^/?#]+)?$", base):
        raise BoardError(f"link {url}: expected another board (/d/…) or the console (${{console}}/…)")
    values: list[str] = []

    def known(found: re.Match[str]) -> str:
        value = _value(found.group(1), url, variables, row or {})
        values.append(value)
        return quote(value, safe="")

    expanded = _NAMED.sub(known, rest)
    if "" in values:
        return ""
    if console:
        return base + expanded
    parts = urlsplit(expanded)
    if not parts.path.startswith("/d/"):
        raise BoardError(f"link {url}: expected another board (/d/…) or the console (${{console}}/…)")
    chosen = [(name.removeprefix("var-"), value) for name, value in parse_qsl(parts.query)]
    return f"/wall/{parts.path.removeprefix('/d/')}" + (f"?{urlencode(chosen)}" if chosen else "")


def _value(name: str, url: str, variables: Mapping[str, str], row: Mapping[str, Any]) -> str:
    if name.startswith(_FIELD):
        value = row.get(name.removeprefix(_FIELD))
        return "" if value is None else str(value)
    if name not in variables:
        raise BoardError(f"link {url}: no variable is called {name}")
    return variables[name]
