"""A gateway whose clock is wrong judges by Kafka's, and until it knows that it refuses nobody for good."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ioc.cli.gateway import follow
from ioc.clock import FixedClock, FollowingClock
from tests.unit.gateway.conftest import NOW, event, opened

WRONG = timedelta(hours=2)
LATE: dict[str, Any] = {"time": "2026-03-02T11:10:00+07:00", "producedat": "2026-03-02T11:10:00+07:00"}
"""A good event, an hour and ten minutes ahead."""


@pytest.mark.anyio
async def test_two_hours_behind_it_takes_what_happened_now(folder: Path) -> None:
    clock = FollowingClock(FixedClock(NOW - WRONG), 30, "Kafka's")
    async with opened(folder, clock) as door:
        early = await door.post(event())
        assert (early.status_code, early.json()["code"]) == (503, "broker_unavailable")
        follow(clock)(int(NOW.timestamp() * 1000))
        assert (await door.post(event())).status_code == 202
        late = await door.post(event(2, **LATE))
        assert (late.status_code, late.json()["code"]) == (422, "future_time")
        assert "ioc_clock_skew_seconds -7200.000" in (await door.client.get("/metrics")).text


@pytest.mark.anyio
async def test_two_hours_ahead_it_refuses_what_has_not_happened(folder: Path) -> None:
    clock = FollowingClock(FixedClock(NOW + WRONG), 30, "Kafka's")
    follow(clock)(int(NOW.timestamp() * 1000))
    async with opened(folder, clock) as door:
        refused = await door.post(event(**LATE))
        assert (refused.status_code, refused.json()["code"]) == (422, "future_time")
