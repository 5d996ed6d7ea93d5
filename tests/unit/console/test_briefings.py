"""A briefing on demand: one at a time, in a process of its own, the same one for some minutes."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dashboards.console.briefings import OnDemand
from ioc.clock import FixedClock

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
WRITES = """
import os, pathlib, sys
path = pathlib.Path(sys.argv[1])
path.parent.mkdir(exist_ok=True)
path.write_text((path.read_text() if path.exists() else "") + "%")
os.utime(path, (float(sys.argv[2]),) * 2)
"""


def writing(unit: str, path: Path) -> Sequence[str]:
    return (sys.executable, "-S", "-c", WRITES, str(path), str(NOW.timestamp()))


def failing(unit: str, path: Path) -> Sequence[str]:
    return (sys.executable, "-S", "-c", "import sys; sys.exit('kho không trả lời')")


def test_asked_for_by_many_at_once_it_is_made_once(tmp_path: Path) -> None:
    demand = OnDemand(tmp_path, FixedClock(NOW), writing)

    async def asked() -> list[Path | None]:
        return await asyncio.gather(*(demand.made("G09") for _ in range(5)))

    found = asyncio.run(asked())
    assert set(found) == {tmp_path / "now/G09.pdf"}
    assert (tmp_path / "now/G09.pdf").read_text() == "%"


def test_minutes_later_it_is_made_again(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    demand = OnDemand(tmp_path, clock, writing)
    asyncio.run(demand.made("G09"))
    clock.advance(timedelta(minutes=6))
    assert asyncio.run(demand.made("G09")) == tmp_path / "now/G09.pdf"
    assert (tmp_path / "now/G09.pdf").read_text() == "%%"


def test_what_could_not_be_made_is_not_there(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    assert asyncio.run(OnDemand(tmp_path, clock, failing).made("G09")) is None
