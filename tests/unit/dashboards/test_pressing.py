"""What somebody must act on at once is read every second, also while a slow store is given rest."""

import itertools
from datetime import timedelta

from dashboards.wall.board import Board
from dashboards.wall.screens import LOAD_SHARE, Screens
from dashboards.wall.source import Table
from ioc.clock import FixedClock
from tests.unit.dashboards.twin import Twin


class Slow(Twin):
    """The board's values take a second and a half to read."""

    asked: list[str]

    def read(self, sql: str) -> Table:
        self.asked.append(sql)
        if "AS noun" in sql:
            assert isinstance(self.clock, FixedClock)
            self.clock.advance(timedelta(seconds=1.5))
        return super().read(sql)


def test_alerts_are_read_each_second_while_the_rest_waits(board: Board, clock: FixedClock) -> None:
    twin = Slow(clock)
    twin.asked = []
    screens = Screens({board.uid: board}, lambda: twin, clock)
    screens.look(screens.of(board.uid), +1)
    alerts, values = [], []
    for _ in range(12):
        before = clock.monotonic()
        twin.asked.clear()
        wait = screens.turn()
        alerts += [before] * any("ioc_read.alerts" in sql for sql in twin.asked)
        values += [before] * any("AS noun" in sql for sql in twin.asked)
        clock.advance(timedelta(seconds=wait))
    waits = [later - sooner for sooner, later in itertools.pairwise(alerts)]
    assert max(waits) <= 3
    rests = [later - sooner for sooner, later in itertools.pairwise(values)]
    assert len(rests) >= 1
    assert min(rests) >= 1.5 * LOAD_SHARE
