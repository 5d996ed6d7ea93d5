"""Where alerts are shown, who waits longest, what an address asks for; pages that hold up no others."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboards.wall.alarms import Alarm
from dashboards.wall.board import boards
from dashboards.wall.house import House
from dashboards.wall.hub import Hub
from dashboards.wall.inner import inner
from dashboards.wall.page import NotUnderstood, wish
from ioc.clock import FixedClock

AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def house() -> House:
    return House.load(boards())


def test_every_rule_has_a_board(house: House) -> None:
    assert house.board_of["hoatoc_unassigned"] == "documents"
    assert house.board_of["secret_or_personal_rejected"] == "publishers"
    assert house.board_of["hr_sync_breach"] == "people"
    assert set(house.board_of.values()) <= set(boards())


def test_the_leaders_board_does_not_turn(house: House) -> None:
    assert house.turning[0] == "operations-wall"
    assert "leadership" not in house.turning and len(house.turning) == len(boards()) - 1


def test_the_longest_waiting_stands_first_and_unknown_rules_on_the_first_board(house: House) -> None:
    found = [
        Alarm("young", "hoatoc_unassigned", "", "", "critical", "raised", AT),
        Alarm("old", "gone", "", "", "critical", "escalated", AT - timedelta(minutes=9)),
        Alarm("taken", "hoatoc_unassigned", "", "", "critical", "acknowledged", AT, taken_by="truc_ca_ioc"),
    ]
    assert [(one.ref, one.board) for one in house.standing(found) or ()] == [
        ("old", "operations-wall"),
        ("young", "documents"),
    ]
    assert house.standing(None) is None


@pytest.mark.parametrize("uid", sorted(boards()))
def test_a_board_without_its_header_begins_at_the_top(uid: str) -> None:
    board = boards()[uid]
    found = inner(board)
    assert found.title == board.title and found.subtitle
    assert min(panel.gridPos.y for panel in found.board.panels) == 0
    assert len(found.board.panels) < len(board.panels)


def test_an_address_goes_before_what_is_remembered() -> None:
    assert wish("a", {}, {"ioc-theme": "light"}).theme == "light"
    assert wish("a", {"theme": "dark"}, {"ioc-theme": "light"}).theme == "dark"
    assert wish("a", {}, {"ioc-theme": "pink"}).theme == "dark"
    assert wish("a", {"rotate": ""}, {}).dwell == 30
    with pytest.raises(NotUnderstood, match="từ 10 đến 600"):
        wish("a", {"rotate": "1e9"}, {})


def test_a_page_that_fails_does_not_keep_the_others_from_being_told() -> None:
    hub, told = Hub(FixedClock(AT)), []

    def broken() -> None:
        raise ValueError("broken")

    hub.join(1, broken)
    hub.join(2, lambda: told.append(2))
    hub.tell()
    hub.leave(2)
    hub.tell()
    assert told == [2]
