"""An alert's page: that no case breaches any more is said of a list that was read, and of nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from nicegui import ui

from dashboards.console.alert_page import Sheet
from dashboards.console.behind import READ_EVERY_S, words
from dashboards.console.frame import Notice
from dashboards.console.lists import Alert
from ioc.alerts import Rules
from ioc.messages import say
from tests.unit.console.offices import alert
from tests.unit.console.sheets import NOW, Desk, told

RULES = Rules.load()
NONE = say("behind.none")
CASE = {"subject": "VB-1", "since": NOW}


async def opened(desk: Desk, account: str, ref: str) -> Sheet:
    """The sheet of an alert as somebody sees it."""
    known, made = await desk.sign_in(account), list[Sheet]()

    @ui.page("/sheet")
    async def page() -> None:
        made.append(Sheet(desk.console, known, Notice(), ref))
        await made[0].begin()

    await desk.user.open("/sheet")
    return made[0]


@pytest.mark.parametrize(
    ("rule", "cases", "sees", "said"),
    [
        ("task_overdue", [CASE], True, ""),
        ("task_overdue", [], True, NONE),
        ("task_overdue", None, True, say("behind.unread", n="12")),
        ("task_overdue", None, False, say("behind.role", n="12")),
        ("source_silent", None, True, say("behind.sources")),
        ("no_such_rule", None, False, say("behind.sources")),
    ],
)
def test_what_is_said_in_place_of_cases(rule: str, cases: Any, sees: bool, said: str) -> None:
    made = Alert.model_validate(alert("a", rule, NOW, 9, breaches=12))
    assert words(made, RULES.get(rule), cases, sees=sees) == said


def test_who_closes_an_escalated_alert_is_not_told_that_nothing_breaches() -> None:
    async def story(desk: Desk) -> None:
        await opened(desk, "lanh_dao_1", "a-2")
        assert NONE not in desk.said
        assert say("behind.role", n="3") in desk.said

    told(story)


def test_what_could_not_be_read_is_said_and_read_at_the_next_look() -> None:
    async def story(desk: Desk) -> None:
        desk.store.stopped = True
        sheet = await opened(desk, "truc_ca_1", "a-1")
        assert NONE not in desk.said and "VB-2026-0001" not in desk.said
        for line in ("behind.unread", "history.unread", "store_lost"):
            assert say(line, n="1") in desk.said
        desk.store.stopped = False
        with desk.user:
            await sheet.refresh()
        assert "VB-2026-0001" in desk.said
        assert not {say("store_lost"), say("history.unread")} & {*desk.said}

    told(story)


def test_a_page_left_open_reads_its_cases_again() -> None:
    async def story(desk: Desk) -> None:
        sheet = await opened(desk, "truc_ca_1", "a-1")
        assert "VB-2026-0001" in desk.said
        desk.store.breaching = []
        desk.clock.advance(timedelta(seconds=READ_EVERY_S))
        with desk.user:
            await sheet.refresh()
        assert "VB-2026-0001" not in desk.said and NONE in desk.said

    told(story)


def test_a_unit_answers_for_what_was_merged_into_it() -> None:
    async def story(desk: Desk) -> None:
        assert desk.console.answers_for("G09.901") == ["G09.901", "G09.912"]
        assert desk.console.answers_for("G09.903") == ["G09.903"]
        assert desk.console.answers_for("G09.99") == ["G09.99"], "of no catalogue"

    told(story)
