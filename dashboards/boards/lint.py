"""What a board may not lack: ids and places of their own, descriptions, units, links that lead somewhere."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from dashboards.boards.canvas import COLUMNS
from dashboards.boards.clickhouse import DATA_SOURCE, PLUGIN
from dashboards.boards.links import CONSOLE, CONSOLE_PAGES

Document = Mapping[str, Any]
SCHEMA = 42
UID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
VARIABLE = re.compile(r"\$\{(\w+)(?::\w+)?\}")
BUILT_IN = re.compile(r"\$\{__\w[\w.]*(:\w+)?\}")


@dataclass(frozen=True, order=True)
class Complaint:
    """What is wrong with a board, or with a panel of it (by title), and by which rule."""

    board: str
    panel: str
    rule: str
    message: str

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def complaints(documents: Mapping[str, Document]) -> list[Complaint]:
    """Everything wrong with a set of boards that belong together; empty: nothing."""
    found: list[Complaint] = []
    for uid, document in documents.items():
        found += [Complaint(uid, "", rule, said) for rule, said in _board(uid, document)]
        for panel in document["panels"]:
            title = panel.get("title") or f"#{panel.get('id')}"
            found += [Complaint(uid, title, rule, said) for rule, said in _panel(panel)]
            found += [Complaint(uid, title, "link", said) for said in _links(panel, document, documents)]
            found += [Complaint(uid, title, "variable", said) for said in _variables(panel, document)]
    return sorted(found)


Found = Iterator[tuple[str, str]]


def _board(uid: str, document: Document) -> Found:
    if document.get("uid") != uid or not UID.fullmatch(uid):
        yield "uid", f"is {document.get('uid')}, expected {uid} in small letters, digits and hyphens"
    if document.get("schemaVersion") != SCHEMA:
        yield "schema", f"is {document.get('schemaVersion')}, expected {SCHEMA}"
    for what in ("title", "description", "timezone"):
        if not str(document.get(what) or "").strip():
            yield what, f"the board has no {what}"
    ids = [panel.get("id") for panel in document["panels"]]
    for number in sorted({each for each in ids if ids.count(each) > 1}, key=str):
        yield "id", f"{ids.count(number)} panels have the id {number}"
    titles = [panel["title"] for panel in document["panels"] if panel.get("title")]
    for title in sorted({each for each in titles if titles.count(each) > 1}):
        yield "title", f"{titles.count(title)} panels are called “{title}”"
    for one, other in combinations(document["panels"], 2):
        if _overlap(one["gridPos"], other["gridPos"]):
            yield "place", f"“{one.get('title')}” lies on “{other.get('title')}”"


def _overlap(a: Mapping[str, int], b: Mapping[str, int]) -> bool:
    return (
        a["x"] < b["x"] + b["w"]
        and b["x"] < a["x"] + a["w"]
        and a["y"] < b["y"] + b["h"]
        and b["y"] < a["y"] + a["h"]
    )


def _panel(panel: Document) -> Found:
    at = panel["gridPos"]
    if at["x"] < 0 or at["y"] < 0 or at["x"] + at["w"] > COLUMNS:
        yield "place", f"leaves the grid of {COLUMNS} columns"
    if not str(panel.get("description") or "").strip():
        yield "description", "says nothing about what it shows"
    if panel["type"] == "text":
        return
    defaults = panel.get("fieldConfig", {}).get("defaults", {})
    for what in ("unit", "thresholds"):
        if not defaults.get(what):
            yield what, f"has no {what}"
    if not panel.get("title"):
        yield "title", "has no title"
    if (panel.get("datasource") or {}).get("uid") != DATA_SOURCE.uid:
        yield "data source", f"expected {PLUGIN} {DATA_SOURCE.uid}"
    if not panel.get("targets"):
        yield "statement", "asks nothing"
    for target in panel.get("targets", ()):
        yield from _statement(target)


def _statement(target: Document) -> Found:
    sql = str(target.get("rawSql", ""))
    if "ioc_read." not in sql or re.search(r"\bioc\.", sql):
        yield "statement", "expected views of ioc_read only"
    if target.get("queryType") not in ("table", "timeseries") or target.get("editorType") != "sql":
        yield "statement", "expected queryType table or timeseries from the editor sql"
    if target.get("format") != {"timeseries": 0, "table": 1}.get(str(target.get("queryType"))):
        yield "statement", f"format {target.get('format')} is not that of {target.get('queryType')}"


def links(panel: Document) -> list[str]:
    """Addresses that a panel or its columns lead to."""
    config = panel.get("fieldConfig", {})
    found: list[Mapping[str, Any]] = [
        *(panel.get("links") or ()),
        *(config.get("defaults", {}).get("links") or ()),
    ]
    for override in config.get("overrides", ()):
        found += [one for each in override["properties"] if each["id"] == "links" for one in each["value"]]
    return [str(each.get("url", "")) for each in found]


def _links(panel: Document, document: Document, documents: Mapping[str, Document]) -> Iterator[str]:
    for url in links(panel):
        if url.startswith(f"${{{CONSOLE}}}/"):
            path = BUILT_IN.sub("x", url.removeprefix(f"${{{CONSOLE}}}"))
            if not any(
                path == page or (page.endswith("/") and path.startswith(page)) for page in CONSOLE_PAGES
            ):
                yield f"{url}: the console has no such page"
            continue
        parts = urlsplit(url)
        target = documents.get(parts.path.removeprefix("/d/"))
        if not parts.path.startswith("/d/") or target is None:
            yield f"{url}: expected /d/ and the uid of a board, or a page of the console"
            continue
        names = _names(target)
        for name, _ in parse_qsl(parts.query):
            if name.removeprefix("var-") not in names:
                yield f"{url}: that board has no variable {name.removeprefix('var-')}"


def _names(document: Document) -> set[str]:
    listed: Sequence[Mapping[str, Any]] = document.get("templating", {}).get("list", ())
    return {str(each["name"]) for each in listed}


def _variables(panel: Document, document: Document) -> Iterator[str]:
    said = [str(each.get("rawSql", "")) for each in panel.get("targets", ())] + links(panel)
    wanted = {name for text in said for name in VARIABLE.findall(BUILT_IN.sub("", text))}
    for name in sorted(wanted - _names(document)):
        yield f"the board has no variable {name}"
