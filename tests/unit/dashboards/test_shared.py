"""Fifty walls cost what one does: the frame is made once, and what did not change is the same object."""

from datetime import timedelta
from typing import Any

import pytest

from dashboards.wall import banner
from dashboards.wall.answers import Answers
from dashboards.wall.around import AROUND
from dashboards.wall.board import Board, boards
from dashboards.wall.glossary import Glossary
from dashboards.wall.house import House
from dashboards.wall.inner import inner
from dashboards.wall.markup import Html
from dashboards.wall.poller import Poller
from dashboards.wall.screen import Screen
from dashboards.wall.shared import Shared
from ioc.clock import FixedClock
from ioc.messages import speaking
from tests.unit.dashboards.twin import Twin


@pytest.fixture
def around(clock: FixedClock, twin: Twin) -> Poller:
    poller = Poller(AROUND, Answers(twin.open, clock), clock)
    poller.viewer(+1)
    poller.round()
    return poller


def test_the_frame_is_made_once_for_all_who_read_the_same_language(
    around: Poller, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    draw = banner.draw

    def counted(*said: Any) -> Html:
        made.append(1)
        return draw(*said)

    monkeypatch.setattr(banner, "draw", counted)
    shared = Shared(around, House.load(boards()), clock, Glossary.load())
    first = [shared.now() for _ in range(50)]
    assert len(made) == 1 and all(one is first[0] for one in first)
    with speaking("en"):
        assert shared.now().trust != first[0].trust
    assert len(made) == 2
    clock.advance(timedelta(seconds=1))
    later = shared.now()
    assert len(made) == 3 and later.clock != first[0].clock
    assert later.level is first[0].level


def test_a_panel_with_new_rows_is_drawn_and_its_neighbours_are_not(
    board: Board, clock: FixedClock, twin: Twin
) -> None:
    screen = Screen(inner(board).board, Answers(twin.open, clock), clock)
    screen.poller.viewer(+1)
    screen.poller.round()
    before = screen.drawn("dark")
    assert screen.drawn("dark") is before
    twin.tiles = twin.tiles | {"doc_on_time_rate": (12.0, "red", 95.0, 0.0, 1, "VB")}
    clock.advance(timedelta(seconds=1))
    screen.poller.round()
    after = screen.drawn("dark")
    changed = {panel.title for panel in screen.board.panels if after[panel.id] is not before[panel.id]}
    assert "Văn bản xử lý đúng hạn" in changed
    assert "Hồ sơ quá hạn" not in changed and "Hồ sơ nộp trực tuyến" not in changed
