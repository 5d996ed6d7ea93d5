"""Every statement of the boards run as the reader: does its panel find the columns it needs, and how fast."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from time import perf_counter
from typing import Any

from dashboards.boards.lint import Complaint
from dashboards.wall.board import Board, Panel
from dashboards.wall.macros import expand
from dashboards.wall.source import Reader
from ioc.errors import StoreRefused

LIMIT_MS = 200
"""What a panel's statement may take."""


def asked(
    boards: Sequence[Board], reader: Reader, now: datetime
) -> tuple[list[Complaint], list[dict[str, Any]]]:
    """What is wrong, and how long each statement took (each is asked once, however many panels share it)."""
    found: list[Complaint] = []
    took: list[dict[str, Any]] = []
    known: dict[str, tuple[str, ...] | str] = {}
    for board in boards:
        for panel in board.panels:
            for target in panel.targets:
                sql = expand(target.rawSql, now=now, variables=board.variables, span=board.time.span)
                if sql not in known:
                    began = perf_counter()
                    known[sql] = _columns(reader, sql)
                    spent = round((perf_counter() - began) * 1000, 1)
                    took.append({"board": board.uid, "panel": panel.title, "ms": spent})
                said = known[sql]
                if isinstance(said, str):
                    found.append(Complaint(board.uid, panel.title, "statement", said))
                elif not target.hide:
                    found += [
                        Complaint(board.uid, panel.title, "columns", wrong) for wrong in lacking(panel, said)
                    ]
    return found, took


def _columns(reader: Reader, sql: str) -> tuple[str, ...] | str:
    try:
        return reader.read(sql).columns
    except StoreRefused as error:
        return str(error)


def lacking(panel: Panel, columns: Sequence[str]) -> list[str]:
    """What a panel misses among the columns of its answer."""
    wrong = [f"has no column {name}" for name in sorted(needed(panel) - set(columns))]
    if panel.type in ("timeseries", "state-timeline") and columns[:1] != ("time",):
        wrong.append(f"begins with {columns[0]}, expected time")
    if panel.type in ("bargauge", "barchart") and len(columns) < 2:
        wrong.append("expected a name and a number at least")
    reduced: Mapping[str, Any] = panel.options.get("reduceOptions") or {}
    if fields := str(reduced.get("fields") or ""):
        called = [str(panel.setting(name, "displayName") or name) for name in columns]
        if not any(re.search(fields.strip("/"), name) for name in called):
            wrong.append(f"reduces {fields}, which none of its columns is called")
    return wrong


def needed(panel: Panel) -> set[str]:
    """Columns that a panel names: those with settings, and those that its links carry."""
    names = {each.matcher.options for each in panel.fieldConfig.overrides}
    for override in panel.fieldConfig.overrides:
        for each in override.properties:
            if each.id == "links":
                names |= set(re.findall(r"__data\.fields\.(\w+)", str(each.value)))
    return names
