"""Two-arm comparisons of a yes-or-no outcome: the power they really have."""

import numpy as np
from scipy import stats

from abscopal.errors import OptionError
from abscopal.estimation.estimate import Sides
from abscopal.estimation.unconditional_tests import compute_fisher_p_values


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
    if min(n_1, n_2) < 1 or not (0 <= rate_1 <= 1 and 0 <= rate_2 <= 1 and 0 < alpha < 1):
        raise OptionError(
            "An arm is empty, or a rate or the level is not between 0 and 1.",
            where="design",
            remedy="Give at least one patient in each arm and rates between 0 and 1.",
        )
    rejected = compute_fisher_p_values(n_1, n_2, sides=sides) <= alpha
    first = stats.binom.pmf(np.arange(n_1 + 1), n_1, rate_1)
    second = stats.binom.pmf(np.arange(n_2 + 1), n_2, rate_2)
    return float(first @ rejected.astype(np.float64) @ second)
