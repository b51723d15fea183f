"""How many patients two arms need: by the normal approximation, and by the exact power of a test."""

import math
from dataclasses import dataclass
from typing import Literal

from scipy import stats

from abscopal.design.two_arm import compute_boschloo_power, compute_fisher_power
from abscopal.errors import OptionError
from abscopal.estimation.estimate import Sides

ExactTest = Literal["fisher", "boschloo"]
LARGEST_ARM = 200


@dataclass(frozen=True, slots=True)
class TwoArmSize:
    """Patients of two arms.

    Args:
        n_1: patients of the first arm.
        n_2: patients of the second arm.
    """

    n_1: float
    n_2: float

    @property
    def n(self) -> float:
        """Patients of both arms."""
        return self.n_1 + self.n_2


def compute_two_arm_size(
    rate_1: float,
    rate_2: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    sides: Literal["one", "two"] = "two",
    ratio: float = 1.0,
) -> TwoArmSize:
    """Size a comparison of two rates by the normal approximation, before rounding up.

    The variance is pooled under equal rates and separate under the rates hoped for. The exact power belongs beside.

    Args:
        rate_1: rate of the first arm.
        rate_2: rate of the second arm.
        alpha: level of the test.
        power: power to reach.
        sides: sides of the test.
        ratio: patients of the first arm for one of the second.

    Returns:
        The patients of each arm, not rounded.

    Reference:
        Fleiss, Levin and Paik 2003, Statistical Methods for Rates and Proportions, chapter 4, without continuity
        correction.

    Example:
        >>> round(compute_two_arm_size(0.25, 0.57).n, 2), round(compute_two_arm_size(0.25, 0.57, ratio=2).n, 2)
        (71.76, 78.77)
    """
    _assert_asked(rate_1, rate_2, alpha=alpha, power=power, ratio=ratio)
    z_alpha = float(stats.norm.isf(alpha / (2 if sides == "two" else 1)))
    z_power = float(stats.norm.ppf(power))
    pooled = (ratio * rate_1 + rate_2) / (1 + ratio)
    null = math.sqrt(pooled * (1 - pooled) * (1 + 1 / ratio))
    hoped = math.sqrt(rate_1 * (1 - rate_1) / ratio + rate_2 * (1 - rate_2))
    n_2 = ((z_alpha * null + z_power * hoped) / (rate_1 - rate_2)) ** 2
    return TwoArmSize(ratio * n_2, n_2)


def find_exact_two_arm_size(
    rate_1: float,
    rate_2: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    sides: Sides = "two",
    test: ExactTest = "fisher",
    largest_arm: int = LARGEST_ARM,
) -> TwoArmSize:
    """Find the smallest equal arms whose exact power reaches the promise.

    Args:
        rate_1: rate of the first arm.
        rate_2: rate of the second arm.
        alpha: level of the test.
        power: power to reach.
        sides: alternative.
        test: Fisher, or Boschloo (two-sided: twice the smaller one-sided p value), which takes some seconds.
        largest_arm: where the search gives up.

    Returns:
        The patients of each arm.

    Reference:
        Boschloo 1970 (doi:10.1111/j.1467-9574.1970.tb00104.x).

    Example:
        >>> find_exact_two_arm_size(0.1, 0.6).n_1
        17
    """
    _assert_asked(rate_1, rate_2, alpha=alpha, power=power, ratio=1.0)
    compute = compute_fisher_power if test == "fisher" else compute_boschloo_power
    reached = 0.0
    for n in range(2, largest_arm + 1):
        reached = compute(n, n, rate_1=rate_1, rate_2=rate_2, alpha=alpha, sides=sides)
        if reached >= power:
            return TwoArmSize(n, n)
    raise OptionError(
        f"Arms of up to {largest_arm} patients do not reach a power of {power:g}.",
        where="design",
        remedy=f"With {largest_arm} in each arm the exact power is {reached:.3f}; compare rates further apart.",
    )


def _assert_asked(rate_1: float, rate_2: float, *, alpha: float, power: float, ratio: float) -> None:
    if not (0 < rate_1 < 1 and 0 < rate_2 < 1) or rate_1 == rate_2:
        raise OptionError(
            f"Rates of {rate_1:g} and {rate_2:g} cannot be told apart by any trial.",
            where="design",
            remedy="Give two different rates between 0 and 1, such as 0.25 and 0.57.",
        )
    if not (0 < alpha < 1 and alpha < power < 1) or ratio <= 0:
        raise OptionError(
            f"An alpha of {alpha:g}, a power of {power:g} and a ratio of {ratio:g} make no design.",
            where="design",
            remedy="Alpha and power lie between 0 and 1, alpha below power, and the ratio is above 0.",
        )
