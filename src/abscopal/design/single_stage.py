"""One-stage designs: their exact behaviour, beside what an approximation promised."""

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from abscopal.errors import OptionError

LARGEST_N = 1000


@dataclass(frozen=True, slots=True)
class SingleStageDesign:
    """A rule: with n patients, at least so many successes decide for the treatment.

    Args:
        n: evaluable patients.
        minimum_successes: least number of successes that decides for the treatment.
        p0: uninteresting rate of success.
        p1: hoped-for rate of success.

    Example:
        >>> SingleStageDesign(n=38, minimum_successes=23, p0=0.5, p1=0.7).minimum_successes
        23
    """

    n: int
    minimum_successes: int
    p0: float
    p1: float

    def __post_init__(self) -> None:
        assert_rates(self.p0, self.p1)
        if self.n < 1 or not 0 <= self.minimum_successes <= self.n:
            raise OptionError(
                f"{self.minimum_successes} successes among {self.n} patients cannot be a rule.",
                where="design",
                remedy="The least number of successes must lie between 0 and the number of patients.",
            )


@dataclass(frozen=True, slots=True)
class OperatingCharacteristics:
    """What a rule does exactly: its false positive rate under p0 and its power under p1."""

    alpha: float
    power: float


def assert_rates(p0: float, p1: float) -> None:
    """Refuse rates between which no design can choose.

    Example:
        >>> assert_rates(0.5, 0.7)
    """
    if not 0.0 < p0 < p1 < 1.0:
        raise OptionError(
            f"No design can tell an uninteresting rate of {p0:g} from a hoped-for rate of {p1:g}.",
            where="design",
            remedy=f"p0 must be above 0, p1 below 1, and p0 below p1{_suggest_rates(p0, p1)}.",
        )


def _suggest_rates(p0: float, p1: float) -> str:
    if 0 < p1 < p0 < 1:
        return f"; exchanged, p0 {p1:g} and p1 {p0:g} would work"
    if 1 <= max(p0, p1) < 100 and 0 < p0 < p1:
        return f"; as shares, p0 {p0 / 100:g} and p1 {p1 / 100:g} would work"
    low = min(max(p0, 0.01), 0.98) if math.isfinite(p0) else 0.3
    return f"; p0 {low:g} and p1 {min(round(low + 0.2, 10), round((1 + low) / 2, 10)):g} would work"


def compute_operating_characteristics(design: SingleStageDesign) -> OperatingCharacteristics:
    """Compute the exact error rates of a rule from the binomial distribution.

    Args:
        design: the rule.

    Returns:
        The probability of deciding for the treatment under p0 (alpha) and under p1 (power).

    Reference:
        A'Hern 2001 (doi:10.1002/sim.721).

    Example:
        >>> exact = compute_operating_characteristics(SingleStageDesign(n=38, minimum_successes=23, p0=0.5, p1=0.7))
        >>> round(exact.alpha, 4), round(exact.power, 4)
        (0.1279, 0.9238)
    """
    return OperatingCharacteristics(
        alpha=compute_success_probability(design, rate=design.p0),
        power=compute_success_probability(design, rate=design.p1),
    )


def compute_success_probability(design: SingleStageDesign, *, rate: float) -> float:
    """Compute the probability that the rule decides for a treatment with a given true rate.

    Example:
        >>> design = SingleStageDesign(n=38, minimum_successes=23, p0=0.5, p1=0.7)
        >>> round(compute_success_probability(design, rate=0.6), 4)
        0.5439
    """
    return float(stats.binom.sf(design.minimum_successes - 1, design.n, rate))


def compute_fleming_design(p0: float, p1: float, *, alpha: float, power: float) -> SingleStageDesign:
    """Size a one-stage design by the normal approximation.

    It can miss its own error rates; print `compute_operating_characteristics` beside it.

    Args:
        p0: uninteresting rate.
        p1: hoped-for rate.
        alpha: nominal one-sided false positive rate.
        power: nominal power.

    Returns:
        The design.

    Reference:
        Fleming 1982 (doi:10.2307/2530297), one stage.

    Example:
        >>> compute_fleming_design(0.5, 0.7, alpha=0.10, power=0.90)
        SingleStageDesign(n=38, minimum_successes=23, p0=0.5, p1=0.7)
    """
    n = math.ceil(compute_fleming_size(p0, p1, alpha=alpha, power=power))
    z = float(stats.norm.isf(alpha))
    minimum = math.floor(n * p0 + z * math.sqrt(n * p0 * (1 - p0))) + 1
    return SingleStageDesign(n=n, minimum_successes=minimum, p0=p0, p1=p1)


def compute_fleming_size(p0: float, p1: float, *, alpha: float, power: float) -> float:
    """Compute the size that the normal approximation asks for, before rounding up.

    Example:
        >>> round(compute_fleming_size(0.5, 0.7, alpha=0.10, power=0.90), 2)
        37.7
    """
    assert_rates(p0, p1)
    assert_errors(alpha, power)
    spread = stats.norm.isf(alpha) * math.sqrt(p0 * (1 - p0)) + stats.norm.isf(1 - power) * math.sqrt(
        p1 * (1 - p1)
    )
    return float((spread / (p1 - p0)) ** 2)


def assert_errors(alpha: float, power: float) -> None:
    """Refuse error rates that have no meaning.

    Example:
        >>> assert_errors(0.10, 0.90)
    """
    if not 0.0 < alpha < 0.5 <= power < 1.0:
        raise OptionError(
            f"An alpha of {alpha:g} with a power of {power:g} makes no design.",
            where="design",
            remedy=f"Alpha lies between 0 and 0.5, power between 0.5 and 1{_suggest_errors(alpha, power)}.",
        )


def _suggest_errors(alpha: float, power: float) -> str:
    nearest_alpha = alpha if 0 < alpha < 0.5 else alpha / 100 if 1 <= alpha < 50 else 0.05
    nearest_power = (
        power
        if 0.5 <= power < 1
        else power / 100
        if 50 <= power < 100
        else 1 - power
        if 0 < power < 0.5
        else 0.8
    )
    return f"; alpha {nearest_alpha:g} and power {nearest_power:g} would work"


def compute_exact_design(
    p0: float, p1: float, *, alpha: float, power: float, largest_n: int = LARGEST_N
) -> SingleStageDesign:
    """Find the smallest design whose exact error rates keep both promises.

    Args:
        p0: uninteresting rate.
        p1: hoped-for rate.
        alpha: one-sided false positive rate not to exceed.
        power: power to reach.
        largest_n: where the search ends.

    Returns:
        The smallest design.

    Raises:
        OptionError: no design up to `largest_n` keeps both promises; the sentence names the power within reach.

    Reference:
        A'Hern 2001 (doi:10.1002/sim.721).

    Example:
        >>> compute_exact_design(0.5, 0.7, alpha=0.10, power=0.90)
        SingleStageDesign(n=39, minimum_successes=24, p0=0.5, p1=0.7)
    """
    sizes, minima, powers = _search(p0, p1, alpha, power, largest_n)
    reached = np.nonzero(powers >= power)[0]
    if not reached.size:
        raise OptionError(
            f"No design of up to {largest_n} patients reaches a power of {power:g} with an alpha of {alpha:g}.",
            where="design",
            remedy=describe_reach(p0, p1, alpha=alpha, power=power, largest_n=largest_n),
        )
    first = reached[0]
    return SingleStageDesign(n=int(sizes[first]), minimum_successes=int(minima[first]), p0=p0, p1=p1)


def describe_reach(p0: float, p1: float, *, alpha: float, power: float, largest_n: int) -> str:
    """Say what a limit on the number of patients leaves within reach, for designs that ask for more.

    Example:
        >>> describe_reach(0.3, 0.4, alpha=0.05, power=0.9, largest_n=20)
        'The best within that size has a power of 0.245; it reaches 0.9 from a hoped-for rate of 0.62 on.'
    """
    _, _, powers = _search(p0, p1, alpha, power, largest_n)
    said = f"The best within that size has a power of {powers.max():.3f}"
    for cents in range(int(p1 * 100) + 1, 100):
        if cents / 100 > p1 and _search(p0, cents / 100, alpha, power, largest_n)[2].max() >= power:
            return f"{said}; it reaches {power:g} from a hoped-for rate of {cents / 100:g} on."
    return f"{said}; no hoped-for rate would reach {power:g}."


def find_lasting_size(p0: float, p1: float, *, alpha: float, power: float, largest_n: int = LARGEST_N) -> int:
    """Find the size from which every larger size keeps both promises too.

    Power rises with the size as a saw does: a trial that recruits one patient more than planned can lose power.

    Example:
        >>> find_lasting_size(0.5, 0.7, alpha=0.10, power=0.90, largest_n=300)
        44
    """
    sizes, _, powers = _search(p0, p1, alpha, power, largest_n)
    short = np.nonzero(powers < power)[0]
    if not short.size:
        return int(sizes[0])
    if short[-1] + 1 == len(sizes):
        raise OptionError(
            f"The power is not yet lasting at {largest_n} patients.", where="design", remedy="Search further."
        )
    return int(sizes[short[-1] + 1])


def _search(
    p0: float, p1: float, alpha: float, power: float, largest_n: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    assert_rates(p0, p1)
    assert_errors(alpha, power)
    sizes = np.arange(1, largest_n + 1)
    # The least r with P(X >= r | p0) <= alpha; r = n + 1 where even n of n happens too often by chance.
    minima = np.asarray(stats.binom.isf(alpha, sizes, p0)).astype(int) + 1
    minima = np.where(stats.binom.sf(minima - 2, sizes, p0) <= alpha, minima - 1, minima)
    powers = np.where(minima <= sizes, stats.binom.sf(minima - 1, sizes, p1), 0.0)
    return sizes, minima, powers
