"""A second reducer: one loses its place in the middle of a tick, does not know it, and goes on to write."""

from datetime import timedelta
from typing import Any

import pytest

from ioc.clock import FixedClock
from storage.client import Store
from storage.measuring import LATENCY
from streams.reduce.control import NotOwner
from streams.reduce.planning import PLAN_FRESH_S
from tests.engine.reducing import Bench
from tests.engine.test_reduce_guarantees import NOW, POINTS, everything

pytestmark = pytest.mark.engine


class Group:
    """The group on ioc.control: its commits are refused to whoever is not its newest member."""

    def __init__(self) -> None:
        self.text, self.newest = "", 0

    def join(self) -> "Member":
        self.newest += 1
        return Member(self, self.newest)


class Member:
    """One reducer's place in the group."""

    def __init__(self, group: Group, number: int) -> None:
        self._group, self._number = group, number

    @property
    def text(self) -> str:
        return self._group.text

    def commit(self, text: str) -> None:
        if self._number != self._group.newest:
            raise NotOwner("ioc.control/0 belongs to another reducer")
        self._group.text = text

    def check(self) -> None:
        """It does not know yet."""


def written(bench: Bench) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """All cells, and all values with what they show, but those by which the centre measures itself.

    Latency and staleness are of the moment at which somebody looked, and looked at again within seconds.
    """
    itself = [
        kpi.id for kpi in bench.kpis.values() if kpi.gauge or (kpi.quantile and kpi.quantile.view == LATENCY)
    ]
    values = bench.store.query(
        "SELECT kpi, unit, window, dim, numerator, denominator, value FROM ioc.kpi_values FINAL"
        " WHERE NOT has(splitByChar(' ', %(itself)s), kpi) ORDER BY kpi, unit, window, dim",
        {"itself": " ".join(itself)},
    )
    return bench.cells(), values


IN_THE_MIDDLE = ("cells",)
"""The others take as long and differ less: `make test-slow`."""


@pytest.mark.parametrize(
    "point",
    [pytest.param(each, marks=() if each in IN_THE_MIDDLE else pytest.mark.slow) for each in POINTS],
)
def test_what_a_reducer_writes_that_lost_its_place_changes_nothing(alone: Store, point: str) -> None:
    bench, group, events = Bench(alone, NOW), Group(), everything()
    seen: list[Any] = []

    def lose_the_place(reached: str) -> None:
        """Another one takes over here, and does everything there is and more."""
        if reached != point or seen:
            return
        bench.ledger.append(events[30:])
        bench.control = group.join()  # type: ignore[assignment]
        bench.clock = FixedClock(
            bench.clock.now()
        )  # the other's stands still: it does not notice that it slept
        bench.finish(bench.reducer())
        seen.append(written(bench))

    bench.control = group.join()  # type: ignore[assignment]
    bench.ledger.append(events[:30])
    first = bench.reducer(reach=lose_the_place)
    first.step()  # it goes on from where it was, and does not know
    assert [written(bench)] == seen
    assert seen[0][0] and seen[0][1]
    with pytest.raises(NotOwner):
        bench.finish(first)
    bench.control = group.join()  # type: ignore[assignment]
    bench.finish(bench.reducer())
    assert bench.cells() == seen[0][0]


def test_a_reducer_that_slept_asks_the_group_before_it_writes_on(alone: Store) -> None:
    bench, group, events = Bench(alone, NOW), Group(), everything()
    seen: list[Any] = []

    def sleep(reached: str) -> None:
        if reached == "logged" and not seen:
            bench.control = group.join()  # type: ignore[assignment]
            bench.clock.advance(timedelta(seconds=PLAN_FRESH_S))
            bench.finish(bench.reducer())
            seen.append(versions(bench))

    bench.control = group.join()  # type: ignore[assignment]
    bench.ledger.append(events)
    with pytest.raises(NotOwner):
        bench.reducer(reach=sleep).step()
    assert [versions(bench)] == seen


def versions(bench: Bench) -> Any:
    """How many rows were written by which tick."""
    return bench.store.query(
        "SELECT version, count() FROM merge('ioc', '^(cases|kpi_cells|kpi_values)')"
        " GROUP BY version ORDER BY version"
    )
