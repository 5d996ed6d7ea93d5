"""Grafana's status panel and the wall's frame judge alike, whatever there is."""

from itertools import product
from typing import Any

import pytest

from dashboards.boards.level import LEVEL
from dashboards.wall.status import Alerts, Facts, judged
from storage.client import Store

pytestmark = pytest.mark.engine
NAMES = ("numbers", "old", "missing", "red", "late", "silent", "standing", "overdue", "in_hand", "major",
         "lesser", "stopped")  # fmt: skip
FEW = (0, 1)
SITUATIONS = [
    *product((0, 3), (0, 2, 3), (0, 1, 3), FEW, (0,), FEW, (0, 1, 2), FEW, (0,), (0,), (0,), FEW),
    *product((4,), FEW, FEW, FEW, FEW, FEW, FEW, (0,), FEW, FEW, FEW, (0,)),
]


def facts(situation: tuple[int, ...]) -> Facts:
    """The same situation as the wall knows it."""
    said: dict[str, Any] = dict(zip(NAMES, situation, strict=True))
    alerts = {name: said.pop(name) for name in ("standing", "overdue", "in_hand", "major", "lesser")}
    return Facts(lost=False, alerts=Alerts(**alerts), **{**said, "stopped": bool(said["stopped"])})


def test_a_thousand_situations_have_the_same_level_in_sql_and_on_the_wall(store: Store) -> None:
    rows = ", ".join(map(str, SITUATIONS))
    columns = ", ".join(f"{name} Int64" for name in NAMES)
    found = store.query(f"SELECT {LEVEL} AS level FROM values('{columns}', {rows})")
    levels = [level for (level,) in found]
    assert levels == [judged(facts(each)).level for each in SITUATIONS]
    assert set(levels) == {0, 1, 2, 3, 4, 5} and len(levels) > 900
