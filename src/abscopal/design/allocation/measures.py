"""What simulated allocations amount to: imbalance in the trial, its centres and strata, and right guesses."""

import numpy as np
from numpy.typing import NDArray


def compute_imbalances(
    arms: NDArray[np.int8],
    *,
    ratio: tuple[int, ...],
    groups: NDArray[np.int16] | None = None,
    number_of_groups: int = 1,
) -> NDArray[np.float64]:
    """Compute the final imbalance of each trial, in each group of its patients.

    Args:
        arms: arm of each patient, shape (trials, patients).
        ratio: patients per arm, in lowest terms.
        groups: group of each patient; None for the trial as a whole.
        number_of_groups: how many groups there are.

    Returns:
        Range of patients per share, shape (trials, groups); at 1:1, the difference of the two arms.

    Example:
        >>> compute_imbalances(np.array([[0, 0, 1, 0]], np.int8), ratio=(1, 1)).tolist()
        [[2.0]]
    """
    trials = arms.shape[0]
    rows = np.arange(trials)
    counts = np.zeros((trials, number_of_groups, len(ratio)))
    for patient in range(arms.shape[1]):
        group = 0 if groups is None else groups[:, patient]
        counts[rows, group, arms[:, patient]] += 1
    counts /= np.asarray(ratio)
    spread: NDArray[np.float64] = counts.max(axis=-1) - counts.min(axis=-1)
    return spread


def compute_largest_imbalances(arms: NDArray[np.int8], *, ratio: tuple[int, ...]) -> NDArray[np.float64]:
    """Compute the largest imbalance that each trial passed through, since a trial may stop early.

    Args:
        arms: arm of each patient, shape (trials, patients).
        ratio: patients per arm, in lowest terms.

    Returns:
        One number for each trial.
    """
    trials = arms.shape[0]
    rows, shares = np.arange(trials), 1 / np.asarray(ratio)
    counts, largest = np.zeros((trials, len(ratio))), np.zeros(trials)
    for patient in range(arms.shape[1]):
        arm = arms[:, patient]
        counts[rows, arm] += shares[arm]
        largest = np.maximum(largest, counts.max(axis=1) - counts.min(axis=1))
    return largest


def compute_right_guesses(
    arms: NDArray[np.int8],
    *,
    ratio: tuple[int, ...],
    groups: NDArray[np.int16] | None = None,
    number_of_groups: int = 1,
) -> float:
    """Compute the share of right guesses of somebody who bets on the arm that lags in a group.

    The arm that lags most behind its share once the next patient is counted; ties are guessed at random.

    Args:
        arms: arm of each patient, shape (trials, patients).
        ratio: patients per arm, in lowest terms.
        groups: the patients whose arms the guesser sees, such as those of a centre and stratum; None for all.
        number_of_groups: how many groups there are.

    Returns:
        A share between 0 and 1.

    Reference:
        Blackwell and Hodges 1957 (doi:10.1214/aoms/1177706973).

    Example:
        >>> compute_right_guesses(np.array([[0, 1, 0, 1]], np.int8), ratio=(1, 1))
        0.75
    """
    trials = arms.shape[0]
    rows = np.arange(trials)
    shares = np.asarray(ratio, np.int32)
    # How far each arm lags, times the sum of the ratio, so that ties are exact.
    lags = np.zeros((trials, number_of_groups, len(ratio)), np.int32) + shares
    right = 0.0
    for patient in range(arms.shape[1]):
        group = np.zeros(trials, np.int16) if groups is None else groups[:, patient]
        arm = arms[:, patient]
        here = lags[rows, group]
        bets = here == here.max(axis=1, keepdims=True)
        right += float((bets[rows, arm] / bets.sum(axis=1)).sum())
        here += shares
        here[rows, arm] -= int(shares.sum())
        lags[rows, group] = here
    return right / arms.size
