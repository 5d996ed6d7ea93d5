"""When the forecasts of a day are made, and what becomes of an attempt that fails."""

import asyncio
import sys
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

from streams.reduce.forecasting import due, finished

MIDNIGHT = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
"""Monday, 23/11/2026 in Vietnam."""
LONG_AGO = MIDNIGHT - timedelta(days=3)
SUNDAY, MONDAY = date(2026, 11, 22), date(2026, 11, 23)


def at(minutes: float) -> datetime:
    return MIDNIGHT + timedelta(minutes=minutes)


def test_once_a_day_a_little_after_midnight() -> None:
    assert not due(at(9), LONG_AGO, None, SUNDAY)
    assert due(at(11), LONG_AGO, None, SUNDAY)
    assert not due(at(11), LONG_AGO, None, MONDAY)
    assert due(at(-60), LONG_AGO, None, None), "none yet: whenever it is"


def test_not_before_a_start_has_settled() -> None:
    began = at(600)
    assert not due(at(605), began, None, None)
    assert due(at(611), began, None, None)


def test_an_attempt_that_failed_is_repeated_an_hour_later() -> None:
    assert not due(at(80), LONG_AGO, at(30), SUNDAY)
    assert due(at(91), LONG_AGO, at(30), SUNDAY)


def test_what_a_command_said_when_it_failed() -> None:
    assert asyncio.run(finished([sys.executable, "-S", "-c", ""])) == ""
    failing = [sys.executable, "-S", "-c", "import sys; sys.exit('kho không trả lời')"]
    assert asyncio.run(finished(failing)) == "kho không trả lời"
    assert asyncio.run(finished([sys.executable, "-S", "-c", "raise SystemExit(3)"])) == "exit code 3"


def test_the_command_ends_with_its_caller() -> None:
    async def given_up() -> float:
        began = asyncio.get_running_loop().time()
        with suppress(TimeoutError):
            await asyncio.wait_for(finished([sys.executable, "-S", "-c", "import time; time.sleep(60)"]), 0.2)
        return asyncio.get_running_loop().time() - began

    assert asyncio.run(given_up()) < 20
