"""Proportions, medians and tests of thousands of trials at once, as arrays.

They must give what the room of estimation gives for one trial at a time, and tests hold both against each
other: this is a faster road, not a second truth.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, ndtri

from abscopal.estimation.log_rank import LogRankBatch, compute_log_rank_batch

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
HALF = 0.5 + 1e-9
SAME_SHARE = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Proportions:
    """Shares with exact intervals; not a number where nobody counts.

    Args:
        estimate: share.
        lower: lower Clopper-Pearson limit.
        upper: upper limit.
    """

    estimate: Floats
    lower: Floats
    upper: Floats


def compute_proportions(events: ArrayLike, n: ArrayLike, *, level: float = 0.95) -> Proportions:
    """Compute shares with their Clopper-Pearson intervals.

    Args:
        events: numerators, any shape.
        n: denominators, of the same shape.
        level: confidence level.

    Returns:
        Shares and limits, of the same shape.

    Reference:
        Clopper and Pearson 1934 (doi:10.1093/biomet/26.4.404).

    Example:
        >>> found = compute_proportions([28, 0], [37, 0])
        >>> found.estimate.round(3).tolist(), found.lower.round(3).tolist(), found.upper.round(3).tolist()
        ([0.757, nan], [0.588, nan], [0.882, nan])
    """
    successes, counted = np.asarray(events, np.float64), np.asarray(n, np.float64)
    tail = (1 - level) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        share = successes / counted
    lower = betaincinv(np.maximum(successes, 0.5), counted - successes + 1, tail)
    upper = betaincinv(successes + 1, np.maximum(counted - successes, 0.5), 1 - tail)
    empty = counted == 0
    return Proportions(
        share,
        np.where(empty, np.nan, np.where(successes == 0, 0.0, lower)),
        np.where(empty, np.nan, np.where(successes == counted, 1.0, upper)),
    )


def compute_clustered_proportions(events: ArrayLike, sizes: ArrayLike, *, level: float = 0.95) -> Proportions:
    """Compute shares of lesions, the lesions of one patient resembling each other, with patient-clustered limits.

    Args:
        events: lesions of each patient that responded, shape (trials, patients).
        sizes: lesions of each patient, of the same shape; 0 for whoever is not counted.
        level: confidence level.

    Returns:
        Shares and sandwich limits on the logit scale, shape (trials,); exact on patients where every lesion of a trial
        is alike, and no limits where all its patients have the same share, as in the room of estimation.

    Reference:
        Liang and Zeger 1986 (doi:10.1093/biomet/73.1.13).

    Example:
        >>> found = compute_clustered_proportions([[1, 0, 2, 0], [1, 1, 1, 0]], [[1, 2, 2, 0], [1, 1, 1, 0]])
        >>> found.estimate.tolist(), found.lower.round(3).tolist(), found.upper.round(3).tolist()
        ([0.6, 1.0], [0.115, 0.292], [0.945, 1.0])
    """
    responded, counted = np.asarray(events, np.float64), np.asarray(sizes, np.float64)
    lesions, patients = counted.sum(axis=1), (counted > 0).sum(axis=1)
    tail = (1 - level) / 2
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        share = responded.sum(axis=1) / lesions
        spread = np.abs(responded - share[:, None] * counted)
        error = np.sqrt((spread**2).sum(axis=1)) / lesions / (share * (1 - share))
        odds, alike = share / (1 - share), tail ** (1 / patients)
        factor = np.exp(float(ndtri(1 - tail)) * error)
        lower, upper = odds / factor / (1 + odds / factor), odds * factor / (1 + odds * factor)
    told = (spread > SAME_SHARE).any(axis=1)
    return Proportions(
        share,
        np.select([lesions == 0, share == 1, share == 0, told], [np.nan, alike, 0.0, lower], np.nan),
        np.select([lesions == 0, share == 1, share == 0, told], [np.nan, 1.0, 1 - alike, upper], np.nan),
    )


def compute_medians(times: ArrayLike, events: ArrayLike, counted: ArrayLike | None = None) -> Floats:
    """Compute the Kaplan-Meier median of each trial.

    Events come before censorings of the same time. Where the curve stays at one half between two events, the
    median is the middle of that stretch, as in the room of estimation.

    Args:
        times: shape (trials, patients).
        events: shape (trials, patients); true where the event was seen.
        counted: shape (trials, patients); who belongs to the group, everybody when None.

    Returns:
        Shape (trials,); infinite where the curve does not come down to one half, not a number without patients.

    Reference:
        Kaplan and Meier 1958 (doi:10.1080/01621459.1958.10501452).

    Example:
        >>> compute_medians([[2, 4, 6, 8], [5, 5, 7, 9]], [[1, 1, 1, 1], [0, 0, 1, 0]]).tolist()
        [5.0, 7.0]
    """
    followed, seen = np.asarray(times, np.float64), np.asarray(events, np.bool_)
    members = np.ones(followed.shape, np.bool_) if counted is None else np.asarray(counted, np.bool_)
    followed = np.where(members, followed, -np.inf)
    first = np.argsort(~seen, axis=1, kind="stable")
    order = np.take_along_axis(
        first, np.argsort(np.take_along_axis(followed, first, axis=1), axis=1, kind="stable"), axis=1
    )
    ordered = np.take_along_axis(followed, order, axis=1)
    dying = np.take_along_axis(seen & members, order, axis=1)
    at_risk = np.arange(followed.shape[1], 0, -1, dtype=np.float64)
    survival = np.cumprod(np.where(dying, 1 - 1 / at_risk, 1.0), axis=1)
    reached = survival <= HALF
    below = survival < 1 - HALF
    at = _take_first(ordered, reached & dying)
    after = _take_first(ordered, below & dying)
    stays = np.isclose(np.where(reached, survival, 0.0).max(axis=1), 0.5, rtol=0, atol=1e-9)
    median = np.where(stays & np.isfinite(after), (at + after) / 2, at)
    return np.where(members.any(axis=1), median, np.nan)


def compute_log_ranks(
    times: ArrayLike, events: ArrayLike, is_second: ArrayLike, counted: ArrayLike
) -> LogRankBatch:
    """Compute the log-rank test of two arms in each trial, with patients of other arms left out.

    Args:
        times: shape (trials, patients); not negative.
        events: shape (trials, patients).
        is_second: shape (trials, patients); true in the second arm.
        counted: shape (trials, patients); who belongs to either arm.

    Returns:
        Statistic, p value and signed root of each trial.

    Example:
        >>> found = compute_log_ranks(
        ...     [[2, 3, 3, 5, 8, 9, 1]], [[1, 1, 0, 1, 0, 1, 1]], [[0, 1, 0, 1, 0, 1, 0]], [[1] * 6 + [0]])
        >>> found.p_value.round(4).tolist()
        [0.7822]
    """
    members = np.asarray(counted, np.bool_)
    # Only the order of times matters. Whoever is left out leaves at time 0, before everybody else.
    followed = np.where(members, np.asarray(times, np.float64) + 1.0, 0.0)
    return compute_log_rank_batch(
        followed, np.asarray(events, np.bool_) & members, np.asarray(is_second, np.bool_) & members
    )


def _take_first(values: Floats, wanted: Flags) -> Floats:
    """The value at the first wanted place of each row; infinite where there is none."""
    place = wanted.argmax(axis=1)
    found = np.take_along_axis(values, place[:, None], axis=1)[:, 0]
    return np.where(wanted.any(axis=1), found, np.inf)
