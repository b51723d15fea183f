"""Proportions and tests of thousands of trials at once, as arrays.

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
