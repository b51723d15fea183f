"""Survival curves of thousands of trials at once, as arrays: medians and shares at a day, with their intervals.

They must give what the room of estimation gives for one trial at a time, and tests hold both against each
other: this is a faster road, not a second truth.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from abscopal.rehearsal.array_statistics import Proportions

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
HALF = 0.5
SAME_HEIGHT = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Kaplan-Meier curves with log-log limits, shape (trials, patients): one place a patient, in order of time.

    Args:
        times: times in order; whoever is not counted stands first, at minus infinity.
        survival: share still event-free once the patient of the place has gone.
        error: Greenwood's standard error of it.
        lower: its lower limit; 1 before the first event, not a number once nobody is left.
        upper: its upper limit, likewise.
        is_told: the last place of each time: only there is the curve known.
        has_event: shape (trials,); whether any event was seen.
    """

    times: Floats
    survival: Floats
    error: Floats
    lower: Floats
    upper: Floats
    is_told: Flags
    has_event: Flags


@dataclass(frozen=True, slots=True, eq=False)
class Medians:
    """Medians with limits, shape (trials,); infinite where the curve, or its limit, stays above one half.

    Args:
        estimate: median; not a number without patients.
        lower: lower limit; not a number where no event gives the curve an error.
        upper: upper limit, likewise; infinite is open.
    """

    estimate: Floats
    lower: Floats
    upper: Floats


def compute_curves(
    times: ArrayLike, events: ArrayLike, counted: ArrayLike | None = None, *, level: float = 0.95
) -> Curves:
    """Compute the Kaplan-Meier curve of each trial, with the pointwise interval on the log-log scale (Greenwood).

    Events come before censorings of the same time.

    Args:
        times: shape (trials, patients).
        events: shape (trials, patients); true where the event was seen.
        counted: shape (trials, patients); who belongs to the group, everybody when None.
        level: confidence level.

    Returns:
        The curves.

    Reference:
        Kaplan and Meier 1958 (doi:10.1080/01621459.1958.10501452); Kalbfleisch and Prentice 2002, section 1.4
        (doi:10.1002/9781118032985).

    Example:
        >>> curves = compute_curves([[2, 3, 3, 5, 8, 9]], [[1, 1, 0, 1, 0, 1]])
        >>> curves.survival.round(4).tolist()
        [[0.8333, 0.6667, 0.6667, 0.4444, 0.4444, 0.0]]
        >>> curves.is_told.tolist()
        [[True, False, True, True, True, True]]
    """
    followed, seen = np.asarray(times, np.float64), np.asarray(events, np.bool_)
    members = np.ones(followed.shape, np.bool_) if counted is None else np.asarray(counted, np.bool_)
    order = np.lexsort((~seen, np.where(members, followed, -np.inf)), axis=1)
    ordered = np.take_along_axis(np.where(members, followed, -np.inf), order, axis=1)
    dying = np.take_along_axis(seen & members, order, axis=1)
    at_risk = np.arange(followed.shape[1], 0, -1, dtype=np.float64)
    survival: Floats = np.cumprod(np.where(dying, 1 - 1 / at_risk, 1.0), axis=1, dtype=np.float64)
    # Term by term within a tie, Greenwood's sum is the same: 1 / (n (n - 1)) telescopes to d / (n (n - d)).
    terms = 1 / (at_risk * np.maximum(at_risk - 1, 1))
    error = np.sqrt(np.cumsum(np.where(dying, terms, 0.0), axis=1))
    inside = (survival > 0) & (survival < 1)
    logarithm = np.log(np.where(inside, survival, HALF))
    power = np.exp(float(ndtri((1 + level) / 2)) * error / np.abs(logarithm))
    edge = np.where(survival == 1, 1.0, np.nan)
    is_told = np.ones(followed.shape, np.bool_)
    is_told[:, :-1] = ordered[:, 1:] > ordered[:, :-1]
    return Curves(
        times=ordered,
        survival=survival,
        error=survival * error,
        lower=np.where(inside, np.exp(logarithm * power), edge),
        upper=np.where(inside, np.exp(logarithm / power), edge),
        is_told=is_told & np.isfinite(ordered),
        has_event=np.asarray(dying.any(axis=1)),
    )


def compute_medians(curves: Curves) -> Medians:
    """Compute the median of each trial with the interval of Brookmeyer and Crowley.

    Where the curve stays at one half between two events, the median is the middle of that stretch.

    Args:
        curves: the curves.

    Returns:
        Medians and limits: the times at which the limits of the curve cross one half.

    Reference:
        Brookmeyer and Crowley 1982 (doi:10.2307/2530286).

    Example:
        >>> found = compute_medians(compute_curves([[2, 3, 3, 5, 8, 9], [2, 4, 6, 8, 9, 9]], [[1, 1, 0, 1, 0, 1]] * 2))
        >>> found.estimate.tolist(), found.lower.tolist(), found.upper.tolist()
        ([5.0, 8.0], [2.0, 2.0], [inf, inf])
    """
    median, lower, upper = (
        _cross(curves, heights) for heights in (curves.survival, curves.lower, curves.upper)
    )
    somebody = curves.is_told.any(axis=1)
    # A curve that falls from 1 to 0 at once has no error anywhere.
    has_limits = curves.has_event & ~(np.isfinite(median) & np.isinf(lower))
    return Medians(
        np.where(somebody, median, np.nan),
        np.where(has_limits, np.minimum(lower, median), np.nan),
        np.where(has_limits, upper, np.nan),
    )


def compute_shares_at(curves: Curves, day: float) -> Proportions:
    """Compute the share of each trial still event-free at a day.

    Beyond the last patient followed, a curve that has not reached 0 says nothing.

    Args:
        curves: the curves.
        day: in the unit of the times, not negative.

    Returns:
        Shares and limits, shape (trials,); no limits before the first event, nor once the curve is at 0.

    Example:
        >>> found = compute_shares_at(compute_curves([[2, 3, 3, 5, 8, 9]], [[1, 1, 0, 1, 0, 1]]), 4)
        >>> found.estimate.round(4).tolist(), found.lower.round(4).tolist(), found.upper.round(4).tolist()
        ([0.6667], [0.1946], [0.9044])
    """
    # Places are in order of time: the last one up to the day says how the curve stands on it.
    place = np.maximum((curves.times <= day).sum(axis=1) - 1, 0)[:, None]
    is_before = curves.times[:, 0] > day
    share, lower, upper = (
        np.take_along_axis(heights, place, axis=1)[:, 0]
        for heights in (curves.survival, curves.lower, curves.upper)
    )
    share = np.where(is_before, 1.0, share)
    somebody = curves.is_told.any(axis=1)
    is_known = somebody & ((curves.times[:, -1] >= day) | (curves.survival[:, -1] == 0))
    has_limits = is_known & (share > 0) & (share < 1)
    return Proportions(
        np.where(is_known, share, np.nan),
        np.where(has_limits, lower, np.nan),
        np.where(has_limits, upper, np.nan),
    )


def _cross(curves: Curves, heights: Floats) -> Floats:
    """The first time at which heights come down to one half; the middle of a stretch exactly there."""
    reached = curves.is_told & (heights <= HALF + SAME_HEIGHT)
    below = curves.is_told & (heights < HALF - SAME_HEIGHT)
    at, after = _take_first(curves.times, reached), _take_first(curves.times, below)
    first = np.take_along_axis(heights, reached.argmax(axis=1)[:, None], axis=1)[:, 0]
    stays = reached.any(axis=1) & (np.abs(first - HALF) <= SAME_HEIGHT)
    return np.where(stays & np.isfinite(after), (at + after) / 2, at)


def _take_first(values: Floats, wanted: Flags) -> Floats:
    """The value at the first wanted place of each row; infinite where there is none."""
    place = wanted.argmax(axis=1)
    found = np.take_along_axis(values, place[:, None], axis=1)[:, 0]
    return np.where(wanted.any(axis=1), found, np.inf)
