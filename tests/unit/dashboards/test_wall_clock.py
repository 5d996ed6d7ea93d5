"""The wall goes by the store's clock, however wrong that of its own machine is."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dashboards.wall import app
from dashboards.wall.following import Following
from ioc.clock import FixedClock, FollowingClock
from ioc.errors import StoreUnavailable
from ioc.settings import Settings
from storage.client import Store

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
SLOW = timedelta(minutes=2)


class SmallStore:
    """Its clock is two minutes ahead of ours."""

    def __init__(self, *, away: bool = False) -> None:
        self.away, self.closed = away, False

    def query(self, _sql: str) -> list[tuple[datetime]]:
        if self.away:
            raise StoreUnavailable("away")
        return [((NOW + SLOW).replace(tzinfo=None),)]

    def close(self) -> None:
        self.closed = True


def test_a_wrong_clock_is_put_right_once_the_store_answers() -> None:
    stores = [SmallStore(away=True), SmallStore()]
    left = iter(stores)
    clock = FollowingClock(FixedClock(NOW), 5, "the store's")
    follows = Following(lambda: cast(Store, next(left)), clock)
    follows.look()
    assert (clock.now(), stores[0].closed) == (NOW, True)
    for _ in range(2):
        follows.look()
    assert (clock.now(), stores[1].closed) == (NOW + SLOW, False)


def test_the_wall_and_its_console_go_by_the_clock_that_is_looked_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken: list[Any] = []

    class Looked(Following):
        def __enter__(self) -> Following:
            taken.append(self._clock)
            return self

    def build(_open: object, clock: object, *, more: Any, **_: object) -> tuple[None, None]:
        taken.append(clock)
        more(None)
        return None, None

    console = SimpleNamespace(install=lambda *_: None, of=lambda _, clock: taken.append(clock))
    monkeypatch.setattr(app, "Following", Looked)
    monkeypatch.setattr(app, "build", build)
    monkeypatch.setattr(app, "console", console)
    monkeypatch.setattr(app, "serve", lambda *_: taken.append("served"))
    app.run(Settings())
    *clocks, served = taken
    assert served == "served", "followed before anything is shown"
    assert len(clocks) == 3
    assert isinstance(clocks[0], FollowingClock)
    assert all(each is clocks[0] for each in clocks)
