"""What grows is found, what only swings is not."""

import os
import random
from pathlib import Path

import pytest

from proof.soak import GROWTH_MIB_H, NOISE_MIB, allowed_mib, open_files, slope

MIB = 1 << 20
HOUR = 3600


def points(rising_mib_h: float, swing_mib: float = 0.0) -> list[tuple[float, int]]:
    """An hour of looks at 300 MiB that rise and swing."""
    chance = random.Random(1)
    return [
        (float(at), round((300 + rising_mib_h * at / HOUR + chance.uniform(-swing_mib, swing_mib)) * MIB))
        for at in range(0, HOUR, 30)
    ]


def test_a_slope_is_mebibytes_an_hour() -> None:
    assert slope(points(60)) == pytest.approx(60, rel=0.01)
    assert slope(points(60)[:1]) == 0.0


def test_looks_may_come_in_any_order() -> None:
    assert slope(points(60)[::-1]) == pytest.approx(slope(points(60)))


def test_swinging_is_not_growing() -> None:
    assert abs(slope(points(0, swing_mib=20))) < 8


def test_a_few_wild_looks_do_not_move_it() -> None:
    wild = [(at, rss + (400 * MIB if number > 110 else 0)) for number, (at, rss) in enumerate(points(0))]
    assert slope(wild) == pytest.approx(0, abs=1)


def test_the_longer_the_look_the_less_may_be_gained_an_hour() -> None:
    assert allowed_mib(NOISE_MIB, 0.25) / 0.25 > allowed_mib(NOISE_MIB, 8) / 8
    assert allowed_mib(NOISE_MIB, 1000) / 1000 == pytest.approx(GROWTH_MIB_H, rel=0.01)
    assert allowed_mib(NOISE_MIB, 1000, 14.0) / 1000 == pytest.approx(14, rel=0.01)


def test_growth_that_matters_in_a_working_day_is_found() -> None:
    assert slope(points(12)) > allowed_mib(NOISE_MIB, 1.0)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="a system without /proc")
def test_what_a_process_holds_of_proc_is_not_an_open_file(tmp_path: Path) -> None:
    before = open_files(os.getpid())
    with Path("/proc/self/status").open(encoding="ascii"):
        assert open_files(os.getpid()) == before
        with (tmp_path / "a").open("wb"):
            assert open_files(os.getpid()) == before + 1
