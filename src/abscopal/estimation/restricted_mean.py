"""Restricted mean survival time: the average event-free time up to a horizon, and its difference between arms."""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from abscopal.errors import OptionError
from abscopal.estimation.estimate import Estimate, assert_level
from abscopal.estimation.kaplan_meier import KaplanMeier, estimate_kaplan_meier

METHOD = "Restricted mean survival time (area under Kaplan-Meier)"


def compute_restricted_mean(curve: KaplanMeier, *, horizon: float) -> tuple[float, float] | None:
    """Compute the area under a survival curve up to a horizon, and its variance.

    Args:
        curve: a survival curve.
        horizon: end of the area, in the unit of the curve.

    Returns:
        Area and variance; None when the curve is not known up to the horizon.

    Reference:
        Irwin 1949 (doi:10.1017/S0022172400014443); Klein and Moeschberger 2003, section 4.5
        (doi:10.1007/b97377).

    Example:
        >>> curve = estimate_kaplan_meier([2, 3, 3, 5, 8, 9], [1, 1, 0, 1, 0, 1])
        >>> round(compute_restricted_mean(curve, horizon=6.0)[0], 4)
        4.6111
    """
    if curve.n == 0 or (horizon > curve.times[-1] and curve.survival[-1] > 0.0):
        return None
    inside = curve.times < horizon
    edges = np.concatenate(([0.0], curve.times[inside], [horizon]))
    heights = np.concatenate(([1.0], curve.survival[inside]))
    pieces = np.diff(edges) * heights
    area_after = np.cumsum(pieces[::-1])[::-1][1:]
    dying, at_risk = curve.events[inside], curve.at_risk[inside]
    left = at_risk - dying
    terms = np.divide(dying, at_risk * left, out=np.zeros(dying.size), where=left > 0)
    return float(pieces.sum()), float((area_after**2 * terms).sum())


def _assert_horizon(horizon: float) -> None:
    if not math.isfinite(horizon) or horizon <= 0:
        raise OptionError(
            f"A horizon of {horizon} has no meaning.", where="horizon", remedy="Give a time above 0."
        )


def estimate_restricted_mean(
    times: ArrayLike, events: ArrayLike, *, horizon: float, level: float = 0.95, unit: str = "days"
) -> Estimate:
    """Estimate the mean event-free time within a horizon.

    Unlike the hazard ratio it needs no proportional hazards, and it is a number of days a patient understands.

    Args:
        times: shape (patients,); time of the event or of censoring, in `unit`.
        events: shape (patients,); true where the event was seen.
        horizon: end of the window, in `unit`.
        level: confidence level; normal interval, kept between 0 and the horizon.
        unit: unit of the times.

    Returns:
        The mean; undefined when the last patient left before the horizon, still event-free.

    Reference:
        Royston and Parmar 2013 (doi:10.1186/1471-2288-13-152).

    Example:
        >>> mean = estimate_restricted_mean([2, 3, 3, 5, 8, 9], [1, 1, 0, 1, 0, 1], horizon=6)
        >>> [round(value, 4) for value in (mean.estimate, mean.lower, mean.upper)]
        [4.6111, 3.3436, 5.8786]
    """
    assert_level(level)
    _assert_horizon(horizon)
    curve = estimate_kaplan_meier(times, events, level=level)
    seen = int(curve.events[curve.times <= horizon].sum())
    method = f"{METHOD}, horizon {horizon:g}"
    found = compute_restricted_mean(curve, horizon=horizon)
    if found is None:
        return Estimate(None, None, None, level, curve.n, seen, method, unit)
    area, variance = found
    if variance <= 0.0:
        return Estimate(area, None, None, level, curve.n, seen, method, unit)
    half = float(stats.norm.isf((1 - level) / 2)) * math.sqrt(variance)
    return Estimate(
        area, max(area - half, 0.0), min(area + half, horizon), level, curve.n, seen, method, unit
    )


def estimate_restricted_mean_difference(
    times_1: ArrayLike,
    events_1: ArrayLike,
    times_2: ArrayLike,
    events_2: ArrayLike,
    *,
    horizon: float,
    level: float = 0.95,
    unit: str = "days",
) -> Estimate:
    """Estimate how much event-free time the first arm gains over the second within a horizon.

    Args:
        times_1: shape (patients of the first arm,); in `unit`.
        events_1: same shape; true where the event was seen.
        times_2: shape (patients of the second arm,); in `unit`.
        events_2: same shape.
        horizon: end of the window, in `unit`.
        level: confidence level; normal interval.
        unit: unit of the times.

    Returns:
        First minus second; undefined when either arm is not known up to the horizon.

    Reference:
        Royston and Parmar 2013 (doi:10.1186/1471-2288-13-152).

    Example:
        >>> gain = estimate_restricted_mean_difference([2, 3, 9], [1, 1, 1], [3, 5, 8], [1, 1, 0], horizon=6)
        >>> round(gain.estimate, 4)
        -1.0
    """
    assert_level(level)
    _assert_horizon(horizon)
    curves = estimate_kaplan_meier(times_1, events_1), estimate_kaplan_meier(times_2, events_2)
    n = curves[0].n + curves[1].n
    seen = sum(int(curve.events[curve.times <= horizon].sum()) for curve in curves)
    method = f"{METHOD}, difference, horizon {horizon:g}"
    first, second = (compute_restricted_mean(curve, horizon=horizon) for curve in curves)
    if first is None or second is None:
        return Estimate(None, None, None, level, n, seen, method, unit)
    gain, variance = first[0] - second[0], first[1] + second[1]
    if variance <= 0.0:
        return Estimate(gain, None, None, level, n, seen, method, unit)
    half = float(stats.norm.isf((1 - level) / 2)) * math.sqrt(variance)
    return Estimate(gain, gain - half, gain + half, level, n, seen, method, unit)
