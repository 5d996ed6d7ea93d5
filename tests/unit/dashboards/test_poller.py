"""One reader for everybody: what is read, when, and what is known when reading fails."""

from datetime import timedelta
from itertools import pairwise

import pytest

from dashboards.wall.answers import Answers
from dashboards.wall.around import AROUND
from dashboards.wall.board import Board, load
from dashboards.wall.poller import ASLEEP_AFTER_S, LOST_AFTER, Poller
from dashboards.wall.screens import LIVE_AT_MOST, Screens, TooManyScreens
from dashboards.wall.source import Table
from ioc.clock import FixedClock
from ioc.errors import StoreRefused
from tests.unit.dashboards.twin import Twin


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


@pytest.fixture
def screens(board: Board, twin: Twin, clock: FixedClock) -> Screens:
    return Screens({board.uid: board}, twin.open, clock)


def statements(board: Board) -> int:
    return len({target.rawSql for panel in board.panels for target in panel.targets})


FRAME = statements(AROUND)


def test_a_statement_is_sent_once_a_round(board: Board, twin: Twin, clock: FixedClock) -> None:
    poller = Poller(board, Answers(twin.open, clock), clock)
    poller.round()
    assert twin.reads == statements(board)
    assert twin.opened == 1


def test_viewers_do_not_multiply_the_reading(screens: Screens, twin: Twin) -> None:
    screen = screens.of("operations-wall")
    for _ in range(50):
        screens.look(screens.of("operations-wall"), +1)
    screens.round()
    before = twin.reads
    assert before == FRAME + statements(screen.board)
    first = screen.drawn("dark")
    for _ in range(50):
        assert screen.drawn("dark") is first
    assert twin.reads == before


def test_a_board_that_nobody_looks_at_is_not_read(screens: Screens, twin: Twin, clock: FixedClock) -> None:
    screens.round()
    assert twin.reads == 1, "one question whether the store is there"
    screen = screens.of("operations-wall")
    screens.look(screen, +1)
    screens.look(screen, -1)
    clock.advance(seconds(1))
    screens.round()
    assert twin.reads == 1 + FRAME + statements(screen.board)
    clock.advance(seconds(ASLEEP_AFTER_S))
    screens.round()
    assert twin.reads == 2 + FRAME + statements(screen.board) and screens.live == []


def test_after_a_sleep_nothing_of_before_is_shown(screens: Screens, twin: Twin, clock: FixedClock) -> None:
    screen = screens.of("operations-wall")
    screens.look(screen)
    screens.round()
    assert not screen.poller.frame.panels[4].awaited
    clock.advance(seconds(3600))
    screens.round()
    screens.look(screen)
    assert screen.poller.frame.panels[4].awaited
    assert screen.poller.frame.lost_since(clock.now()) is None
    screens.round()
    assert screen.poller.frame.panels[4].read_at == clock.now()


def test_boards_that_ask_the_same_share_the_answer(board: Board, twin: Twin, clock: FixedClock) -> None:
    sister = board.model_copy(update={"uid": "sister"})
    screens = Screens({board.uid: board, sister.uid: sister}, twin.open, clock)
    for uid in screens.boards:
        screens.look(screens.of(uid), +1)
    screens.round()
    assert twin.reads == FRAME + statements(screens.inner[board.uid].board) and twin.opened == 1


def test_other_choices_are_other_screens_and_not_without_end(twin: Twin, clock: FixedClock) -> None:
    screens = Screens({"tasks": load("tasks")}, twin.open, clock)
    looked = [screens.of("tasks", {"unit": f"G09.{at}"}) for at in range(LIVE_AT_MOST)]
    assert screens.of("tasks", {"unit": "G09.0"}) is looked[0]
    for screen in looked:
        screens.look(screen)
    with pytest.raises(TooManyScreens, match=str(LIVE_AT_MOST)):
        screens.of("tasks", {"unit": "G09.more"})
    clock.advance(seconds(ASLEEP_AFTER_S))
    assert screens.of("tasks", {"unit": "G09.more"}) not in looked


def test_slow_panels_are_read_at_their_own_pace_and_not_all_at_once(
    board: Board, twin: Twin, clock: FixedClock
) -> None:
    poller = Poller(board, Answers(twin.open, clock), clock)
    read: dict[int, list[int]] = {panel.id: [] for panel in board.panels}
    for second in range(40):
        before = {number: data.read_at for number, data in poller.frame.panels.items()}
        poller.round()
        for number, data in poller.frame.panels.items():
            if data.read_at != before[number]:
                read[number].append(second)
        clock.advance(seconds(1))
    slow = [panel for panel in board.panels if panel.every > 1]
    assert len(slow) > 3
    for panel in board.panels:
        pauses = {later - one for one, later in pairwise(read[panel.id][1:])}
        assert pauses == ({panel.every} if panel.targets else set()), panel.title
    assert len({read[panel.id][-1] for panel in slow}) > 2


def test_a_stopped_store_keeps_the_last_rows_and_is_lost_after_its_time(
    board: Board, twin: Twin, clock: FixedClock
) -> None:
    poller = Poller(board, Answers(twin.open, clock), clock)
    poller.round()
    good = clock.now()
    twin.stopped = True
    clock.advance(seconds(2))
    poller.round()
    assert poller.frame.lost_since(clock.now()) is None
    clock.advance(LOST_AFTER)
    poller.round()
    assert poller.frame.lost_since(clock.now()) == good
    assert poller.frame.panels[4].tables["A"].first()["value"] == 96.24


def test_a_store_that_comes_back_is_read_at_once_over_a_new_connection(
    board: Board, twin: Twin, clock: FixedClock
) -> None:
    poller = Poller(board, Answers(twin.open, clock), clock)
    twin.stopped = True
    poller.round()
    clock.advance(LOST_AFTER + seconds(1))
    assert poller.frame.lost_since(clock.now()) is not None
    twin.stopped = False
    poller.round()
    assert poller.frame.lost_since(clock.now()) is None
    assert twin.opened == 2


def test_a_statement_the_store_refuses_spoils_its_own_panel_only(
    board: Board, twin: Twin, clock: FixedClock
) -> None:
    class Picky(Twin):
        def read(self, sql: str) -> Table:
            if "ledger_total" in sql:
                raise StoreRefused(60, "no such table")
            return super().read(sql)

    poller = Poller(board, Answers(Picky(clock).open, clock), clock)
    poller.round()
    spoiled = [number for number, data in poller.frame.panels.items() if data.error]
    assert spoiled == [panel.id for panel in board.panels if panel.title == "Sổ cái sự kiện"]
    assert poller.frame.lost_since(clock.now()) is None


def test_reading_in_its_thread_ends_when_told(screens: Screens) -> None:
    screens.look(screens.of("operations-wall"), +1)
    screens.start()
    screens.stop()
    screens.join(5)
    assert not screens.running
