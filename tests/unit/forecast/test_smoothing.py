"""Looking ahead: known shapes go on, the error on the past is shown, and nothing leaves its bounds."""

import random
import subprocess
import sys
from collections.abc import Callable

import pytest

from ioc.forecast.smoothing import Ahead, back_test, look_ahead, predicted

PERCENT = (0.0, 100.0)


def noisy(shape: Callable[[int], float], weeks: int, noise: float, seed: int = 7) -> list[float]:
    chance = random.Random(seed)
    return [shape(week) + chance.gauss(0, noise) for week in range(weeks)]


def test_linear_growth_goes_on() -> None:
    for noise in (0.0, 0.5):
        ahead = look_ahead(noisy(lambda week: 50 + 0.4 * week, 52, noise), 20, PERCENT)
        assert ahead.method in ("trend", "damped_trend")
        assert ahead.expected == pytest.approx(50 + 0.4 * 71, rel=0.03)
        assert ahead.low - 1e-6 <= 78.4 <= ahead.high + 1e-6


def test_growth_that_fades_is_not_drawn_through_the_ceiling() -> None:
    ahead = look_ahead(noisy(lambda week: 92 - 40 * 0.94**week, 60, 0.3), 100, PERCENT)
    assert ahead.expected == pytest.approx(92, abs=4)


def test_what_stands_still_stays() -> None:
    ahead = look_ahead(noisy(lambda _: 96.0, 40, 0.5), 30, PERCENT)
    assert ahead.method == "level"
    assert ahead.expected == pytest.approx(96, abs=0.5)
    exact = look_ahead([100.0] * 20, 200, PERCENT)
    assert exact.method == "level"
    assert exact.expected == pytest.approx(100)
    assert exact.backtest.error == pytest.approx(0)


def test_nothing_leaves_its_bounds() -> None:
    rising = look_ahead([90 + 0.5 * week for week in range(15)], 200, PERCENT)
    assert (rising.expected, rising.high) == (100, 100)
    falling = look_ahead([40 - 2.0 * week for week in range(15)], 52, (0.0, None))
    assert falling.expected == falling.low == 0


def test_the_error_is_that_of_looking_as_far_ahead_as_it_says() -> None:
    step = [60.0] * 30 + [70.0] * 6
    past = back_test(step, horizon=40, method="level")
    # Seen from weeks 27, 24, … 12, the ninth week ahead was 70 twice, and 60 four times.
    assert (past.horizon, past.folds) == (9, 6)
    assert past.error == pytest.approx(2 * 10 / 6, abs=0.01)
    assert back_test(step, horizon=2, method="level").horizon == 2, "no further than asked"


def test_an_interval_is_never_narrower_than_the_past_was_wrong() -> None:
    chance, at, walk = random.Random(3), 60.0, []
    for _ in range(30):
        at += chance.gauss(0, 1)
        walk.append(at)
    near, far = (look_ahead(walk, weeks, PERCENT) for weeks in (4, 40))
    for ahead in (near, far):
        assert (ahead.high - ahead.low) / 2 >= 1.2 * ahead.backtest.error or ahead.high == 100
    assert width(far) > width(near)


def width(ahead: Ahead) -> float:
    return ahead.high - ahead.low


def test_most_of_what_came_lay_within_the_interval() -> None:
    hits = 0
    for seed in range(5):
        series = noisy(lambda week: 55 + 0.3 * week, 32, 1.5, seed)
        ahead = look_ahead(series[:26], 6, PERCENT)
        hits += ahead.low <= series[31] <= ahead.high
    assert hits >= 3


def test_too_short_to_be_tested_is_refused() -> None:
    with pytest.raises(ValueError, match="8 weeks are too few"):
        look_ahead([1.0] * 8, 4, PERCENT)


def test_the_same_series_gives_the_same_numbers() -> None:
    series = noisy(lambda week: 60 + week / 5, 30, 1)
    assert predicted(series, 9, "damped_trend") == predicted(series, 9, "damped_trend")


def test_the_library_is_not_loaded_before_it_is_needed() -> None:
    heavy = "{'statsmodels', 'scipy', 'pandas'}"
    code = f"import sys, ioc.forecast.outlook, ioc.cli.forecast; print({heavy} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "set()\n"
