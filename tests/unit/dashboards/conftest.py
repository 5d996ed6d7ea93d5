"""A fixed instant, a twin of the store, and the board."""

from datetime import UTC, datetime

import pytest

from dashboards.wall.board import Board, load
from ioc.clock import FixedClock
from tests.unit.dashboards.twin import Twin

NOW = datetime(2026, 11, 23, 3, 42, 18, tzinfo=UTC)
"""10:42:18 in Vietnam, a Monday."""


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def twin(clock: FixedClock) -> Twin:
    return Twin(clock)


@pytest.fixture(scope="session")
def board() -> Board:
    return load("operations-wall")
