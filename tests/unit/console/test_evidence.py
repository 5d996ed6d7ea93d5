"""What a number was made from: a number that is old says so here as it does elsewhere."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from dashboards.console import evidence_page
from dashboards.console.evidence_page import told_of
from ioc.messages import formats, named, say
from tests.unit.console.sheets import NOW, Desk, told

ROW: dict[str, Any] = {
    "window": "month", "value": 61.8, "numerator": 866, "denominator": 1402, "cases": 1402,
    "coverage_units": 21, "expected_units": 22, "as_of": NOW, "fresh": 1, "stale_since": None,
}  # fmt: skip
SINCE = NOW - timedelta(minutes=50)
OLD = say("leader.stale")


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ({}, "61,8%"),
        ({"fresh": None}, "61,8%"),
        ({"fresh": 0, "stale_since": SINCE}, f"61,8% · {OLD} · {formats.moment(SINCE, NOW)}"),
        ({"fresh": 0}, f"61,8% · {OLD} · {formats.NO_DATA}"),
    ],
)
def test_an_old_value_says_since_when(change: dict[str, Any], value: str) -> None:
    assert told_of({**ROW, **change}, "percent", NOW)[1] == value


def test_coverage_is_that_of_its_window() -> None:
    assert told_of(ROW, "percent", NOW)[3] == say("evidence.coverage", n=21, of=22)
    assert told_of({**ROW, "expected_units": 0}, "percent", NOW)[3] == formats.NO_DATA


def test_the_row_of_an_old_value_is_hatched_and_no_other() -> None:
    async def story(desk: Desk) -> None:
        evidence_page.install(FastAPI(), desk.console)
        await desk.sign_in("lanh_dao_1")
        await desk.open("/leader/evidence/online_dossier_rate/G09", say("col.day"))
        assert desk.user.client is not None
        rows = [each for each in desk.user.client.elements.values() if "stale" in each.classes]
        cells = [next(iter(row.default_slot.children)).props["data-name"] for row in rows]
        assert cells == [say("col.window")]
        assert sum(OLD in said for said in desk.said) == 1
        assert named("window", "day") in desk.said

    told(story)
