"""One reader for everybody: what is read, when, and what is known when reading fails."""

from datetime import timedelta
from itertools import pairwise

from dashboards.wall.board import Board
from dashboards.wall.poller import LOST_AFTER, Poller
from dashboards.wall.screen import Screen
from dashboards.wall.source import Table
from ioc.clock import FixedClock
from ioc.errors import StoreRefused
from tests.unit.dashboards.twin import Twin


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def statements(board: Board) -> int:
    return len({target.rawSql for panel in board.panels for target in panel.targets})


def test_a_statement_is_sent_once_a_round(board: Board, twin: Twin, clock: FixedClock) -> None:
    poller = Poller(board, twin.open, clock)
    poller.round()
    assert twin.reads == statements(board)
    assert twin.opened == 1


def test_viewers_do_not_multiply_the_reading(board: Board, twin: Twin, clock: FixedClock) -> None:
    screen = Screen(board, twin.open, clock)
    screen.poller.round()
    before = twin.reads
    first = screen.drawn("dark")
    for _ in range(50):
        assert screen.drawn("dark") is first
    assert twin.reads == before


def test_slow_panels_are_read_at_their_own_pace_and_not_all_at_once(
    board: Board, twin: Twin, clock: FixedClock
) -> None:
    poller = Poller(board, twin.open, clock)
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
    poller = Poller(board, twin.open, clock)
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
    poller = Poller(board, twin.open, clock)
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

    poller = Poller(board, Picky(clock).open, clock)
    poller.round()
    spoiled = [number for number, data in poller.frame.panels.items() if data.error]
    assert spoiled == [board.panels[-1].id]
    assert poller.frame.lost_since(clock.now()) is None


def test_reading_in_its_thread_ends_when_told(board: Board, twin: Twin, clock: FixedClock) -> None:
    poller = Poller(board, twin.open, clock)
    poller.viewer(+1)
    poller.start()
    poller.stop()
    poller.join(5)
    assert not poller.running
