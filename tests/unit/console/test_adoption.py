"""Whether it is used: what is counted of a view, how counts travel, how alerts were acted on."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboards.console.adopting import Adoption, acted
from dashboards.console.counting import Counting, page_of
from dashboards.console.lists import Alert
from dashboards.console.office import OfficeLost, OfficeRefused
from ioc.alerts import Rules
from ioc.clock import FixedClock
from ioc.reference import Catalogue

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
RULES, CALENDAR = Rules.load(), Catalogue.load().calendar


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/wall/operations-wall", "wall/operations-wall"),
        ("/console", "alerts"),
        ("/console/", "alerts"),
        ("/console/alert/5f0e8f0a", "alert"),
        ("/console/case/G09.907/CV/1", "case"),
        ("/leader/evidence/doc_on_time_rate/G09", "evidence"),
        ("/console/quarantine", "quarantine"),
        ("/console/quarantine/record/ioc.documents/0/7", "quarantine"),
        ("/console/sources/qlvb", "sources"),
        ("/console/orders", "orders"),
        ("/console/orders/new", "orders"),
        ("/leader/brief", "brief"),
        ("/leader/brief/now", "brief"),
        ("/console/sign-in", ""),
        ("/healthz", ""),
        ("/wall/a/b", ""),
    ],
)
def test_a_view_is_counted_by_its_page_and_never_by_what_was_looked_at(path: str, page: str) -> None:
    assert page_of(path) == page


class Door:
    """Takes batches, or does not."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.fails: list[Exception] = []
        self.tried: list[str] = []

    async def send(self, batch: dict[str, Any]) -> None:
        self.tried.append(batch["batch"])
        if self.fails:
            raise self.fails.pop(0)
        self.taken.append(batch)


def counted(door: Door, *views: tuple[str, str], flushes: int = 1) -> None:
    async def story() -> None:
        counting = Counting(door.send, FixedClock(NOW), every_s=3600)
        for path, role in views:
            counting.add(path, role)
        for _ in range(flushes):
            await counting.flush()
        if counting._task is not None:
            counting._task.cancel()

    asyncio.run(story())


def test_views_add_up_by_role_and_page() -> None:
    door = Door()
    counted(door, ("/console", "truc_ca_ioc"), ("/console", "truc_ca_ioc"), ("/wall/tasks", ""), ("/x", ""))
    (batch,) = door.taken
    assert batch["counts"] == [
        {"day": "2026-11-23", "role": "truc_ca_ioc", "page": "alerts", "views": 2},
        {"day": "2026-11-23", "role": "", "page": "wall/tasks", "views": 1},
    ]


def test_what_is_not_taken_is_sent_again_under_its_name_and_what_is_refused_is_not() -> None:
    door = Door()
    door.fails = [OfficeLost("away"), OfficeRefused(503, "store_unavailable")]
    counted(door, ("/console", ""), flushes=3)
    assert len(door.taken) == 1
    assert len(set(door.tried)) == 1 and len(door.tried) == 3
    refused = Door()
    refused.fails = [OfficeRefused(422, "schema")]
    counted(refused, ("/console", ""), flushes=2)
    assert (len(refused.tried), refused.taken) == (1, [])


def alert(minutes_ago: float, taken_after: float | None = None, **changes: Any) -> Alert:
    raised = NOW - timedelta(minutes=minutes_ago)
    taken = None if taken_after is None else raised + timedelta(minutes=taken_after)
    return Alert(
        alert_ref="a", rule="hoatoc_unassigned", name_vi="x", severity="critical", seqno=1,
        raised_at=raised, acknowledged_at=taken, **{"status": "raised", **changes},
    )  # fmt: skip


def test_alerts_are_in_time_late_still_running_or_ended_by_themselves() -> None:
    found = acted(
        [
            alert(60, 2, status="resolved"),  # within the five minutes of its rule
            alert(60, 20, status="acknowledged"),  # late
            alert(60),  # nobody, and its time is over
            alert(1),  # its time still runs
            alert(60, status="resolved"),  # ended by itself
        ],
        RULES,
        CALENDAR,
        NOW,
    )
    assert (found.raised, found.acknowledged, found.limited, found.in_time) == (5, 2, 3, 1)
    assert (found.untouched, found.median_minutes, found.p90_minutes) == (1, 2.0, 20.0)
    assert acted([], RULES, CALENDAR, NOW).median_minutes is None


def test_views_are_told_by_any_of_their_columns() -> None:
    rows = [
        {"day": NOW.date(), "role": "lanh_dao_bo", "page": "brief", "views": 3},
        {"day": NOW.date(), "role": "", "page": "wall/tasks", "views": 9},
    ]
    found = Adoption(NOW.date(), rows, acted([], RULES, CALENDAR, NOW))
    assert found.by("page") == [(("wall/tasks",), 9), (("brief",), 3)]
    assert found.briefs == 3
    assert found.document()["views"][0]["day"] == "2026-11-23"
