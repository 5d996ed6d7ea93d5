"""Looking ahead by exponential smoothing, and testing that on the past.

Three models, the simplest first: the level goes on, the trend goes on and fades, the trend goes on. Which one
is decided by what each would have foretold from earlier weeks (rolling origin): the simplest that is about as
good as the best. Intervals are the model's own, and never narrower than its errors on the past suggest.
"""

import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist, fmean
from typing import Literal

Method = Literal["level", "damped_trend", "trend"]
METHODS: tuple[Method, ...] = ("level", "damped_trend", "trend")
LEVEL = 0.8
"""Of what comes to be, so much should lie within the interval."""
FOLDS = 6
SHORTEST = 8
"""Weeks that a fold learns from, at least."""
FADING = 0.98
"""Of a fading trend, so much is left each week at most: the library's own bound."""
ABOUT_AS_GOOD = 1.25
SPREAD = 1.2533
"""Standard deviation ÷ mean absolute error, of a normal distribution."""


@dataclass(frozen=True)
class BackTest:
    """Mean absolute error, in the indicator's unit, of looking `horizon` weeks ahead from `folds` weeks."""

    error: float
    horizon: int
    folds: int


@dataclass(frozen=True)
class Ahead:
    """What is expected in `horizon` weeks; between low and high with a probability of `LEVEL`."""

    method: Method
    expected: float
    low: float
    high: float
    backtest: BackTest


def look_ahead(values: Sequence[float], horizon: int, bounds: tuple[float, float | None]) -> Ahead:
    """The value in `horizon` weeks after the last one. `bounds`: what a value cannot go beyond.

    Raises `ValueError` for a series too short to test a forecast on.
    """
    tested = {method: back_test(values, horizon, method) for method in METHODS}
    best = min(each.error for each in tested.values())
    method = next(each for each in METHODS if tested[each].error <= best * ABOUT_AS_GOOD + 1e-9)
    past = tested[method]
    expected, deviation = predicted(values, horizon, method)
    error = SPREAD * past.error * _growth(method, horizon, past.horizon)
    half = NormalDist().inv_cdf((1 + LEVEL) / 2) * max(deviation, error)
    return Ahead(
        method,
        _within(expected, bounds),
        _within(expected - half, bounds),
        _within(expected + half, bounds),
        past,
    )


def _growth(method: Method, horizon: int, tested: int) -> float:
    """How much larger an error is `horizon` weeks ahead than it was in the test.

    One of the level grows with the root of the distance, one of the slope with the distance itself, or as the
    slope fades.
    """
    if horizon <= tested:
        return 1.0
    root = sqrt(horizon / tested)
    if method == "trend":
        return horizon / tested
    return root if method == "level" else max(root, (1 - FADING**horizon) / (1 - FADING**tested))


def back_test(values: Sequence[float], horizon: int, method: Method) -> BackTest:
    """Forecasts from earlier weeks, each of what is known by now. At most a quarter is foretold."""
    ahead = max(1, min(horizon, len(values) // 4))
    room = len(values) - ahead - SHORTEST + 1
    if room < 1:
        raise ValueError(f"{len(values)} weeks are too few to test a forecast over {ahead}")
    step = max(1, room // FOLDS)
    origins = [len(values) - ahead - step * fold for fold in range(min(FOLDS, room))]
    errors = [
        abs(predicted(values[:origin], ahead, method)[0] - values[origin + ahead - 1])
        for origin in origins
        if origin >= SHORTEST
    ]
    return BackTest(fmean(errors), ahead, len(errors))


def predicted(values: Sequence[float], horizon: int, method: Method) -> tuple[float, float]:
    """Mean and standard deviation of the value in `horizon` weeks, by the model's own account."""
    # A hundred numbers: more than one thread costs eight times the processor time and gains nothing.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import numpy
    import pandas
    from statsmodels.tools.sm_exceptions import ConvergenceWarning
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    trend = None if method == "level" else "add"
    observed = pandas.Series(list(values), dtype=float)
    # A series without any noise has no greatest likelihood; its forecast is right all the same.
    with warnings.catch_warnings(), numpy.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = ETSModel(observed, error="add", trend=trend, damped_trend=method == "damped_trend")
        fitted = model.fit(disp=False)
    ahead = fitted.get_prediction(start=len(values), end=len(values) + horizon - 1)
    mean = float(numpy.asarray(ahead.predicted_mean)[-1])
    variance = float(numpy.asarray(ahead.forecast_variance)[-1])
    return mean, sqrt(max(variance, 0.0))


def _within(value: float, bounds: tuple[float, float | None]) -> float:
    low, high = bounds
    return max(low, value if high is None else min(value, high))
