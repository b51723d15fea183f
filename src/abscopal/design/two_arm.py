"""Two-arm comparisons of a yes-or-no outcome: the power they really have."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from abscopal.errors import OptionError
from abscopal.estimation.estimate import Sides
from abscopal.estimation.unconditional_tests import compute_fisher_p_values, compute_largest_probability

TIE = 1e-7


def compute_fisher_power(
    n_1: int, n_2: int, *, rate_1: float, rate_2: float, alpha: float, sides: Sides = "two"
) -> float:
    """Compute the exact power of Fisher's test, by adding up every table that it rejects.

    Args:
        n_1: patients of the first arm.
        n_2: patients of the second arm.
        rate_1: true rate of the first arm.
        rate_2: true rate of the second arm; equal rates give the true level of the test.
        alpha: level at which the test rejects.
        sides: alternative.

    Returns:
        The probability of rejecting.

    Reference:
        Fisher 1935 (doi:10.2307/2342435).

    Example:
        >>> round(compute_fisher_power(40, 21, rate_1=0.25, rate_2=0.57, alpha=0.05), 4)
        0.6522
    """
    _assert_arms(n_1, n_2, rate_1=rate_1, rate_2=rate_2, alpha=alpha)
    rejected = compute_fisher_p_values(n_1, n_2, sides=sides) <= alpha
    return _add_up(rejected, rate_1=rate_1, rate_2=rate_2)


def compute_boschloo_power(
    n_1: int, n_2: int, *, rate_1: float, rate_2: float, alpha: float, sides: Sides = "two"
) -> float:
    """Compute the exact power of Boschloo's test, by adding up every table that it rejects.

    Two-sided means twice the smaller one-sided p value, as in `compute_boschloo_test`.

    Args:
        n_1: patients of the first arm.
        n_2: patients of the second arm.
        rate_1: true rate of the first arm.
        rate_2: true rate of the second arm; equal rates give the true level of the test.
        alpha: level at which the test rejects.
        sides: alternative.

    Returns:
        The probability of rejecting; never less than for Fisher's test with one side.

    Reference:
        Boschloo 1970 (doi:10.1111/j.1467-9574.1970.tb00104.x).

    Example:
        >>> round(compute_boschloo_power(40, 21, rate_1=0.25, rate_2=0.57, alpha=0.05), 3)
        0.685
    """
    _assert_arms(n_1, n_2, rate_1=rate_1, rate_2=rate_2, alpha=alpha)
    if sides == "two":
        rejected = _reject(n_1, n_2, alpha=alpha / 2, sides="less")
        rejected |= _reject(n_1, n_2, alpha=alpha / 2, sides="greater")
    else:
        rejected = _reject(n_1, n_2, alpha=alpha, sides=sides)
    return _add_up(rejected, rate_1=rate_1, rate_2=rate_2)


def _reject(n_1: int, n_2: int, *, alpha: float, sides: Sides) -> NDArray[np.bool_]:
    """The tables that Boschloo's one-sided test rejects: those up to the largest Fisher p value it can allow."""
    p_values = compute_fisher_p_values(n_1, n_2, sides=sides)
    levels = np.unique(p_values)
    low, high = 0, levels.size
    # The largest probability of a list of tables grows with the list: the last level allowed is found by halving.
    while low < high:
        middle = (low + high) // 2
        if compute_largest_probability(p_values <= levels[middle] * (1 + TIE)) <= alpha:
            low = middle + 1
        else:
            high = middle
    if low == 0:
        return np.zeros_like(p_values, dtype=bool)
    return np.asarray(p_values <= levels[low - 1] * (1 + TIE))


def _add_up(rejected: NDArray[np.bool_], *, rate_1: float, rate_2: float) -> float:
    n_1, n_2 = rejected.shape[0] - 1, rejected.shape[1] - 1
    first = stats.binom.pmf(np.arange(n_1 + 1), n_1, rate_1)
    second = stats.binom.pmf(np.arange(n_2 + 1), n_2, rate_2)
    return float(first @ rejected.astype(np.float64) @ second)


def _assert_arms(n_1: int, n_2: int, *, rate_1: float, rate_2: float, alpha: float) -> None:
    if min(n_1, n_2) < 1 or not (0 <= rate_1 <= 1 and 0 <= rate_2 <= 1 and 0 < alpha < 1):
        raise OptionError(
            "An arm is empty, or a rate or the level is not between 0 and 1.",
            where="design",
            remedy="Give at least one patient in each arm and rates between 0 and 1.",
        )
