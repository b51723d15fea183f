"""After a two-stage trial: estimate, p value and interval that know that the trial could have stopped early.

The plain share of successes is biased, since a trial that went on did so because its first stage went well. Stage
sizes are those attained: a trial rarely ends with exactly the numbers it planned.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from abscopal.design.two_stage import DesignCharacteristics, TwoStageDesign, compute_two_stage_characteristics
from abscopal.errors import OptionError
from abscopal.estimation.estimate import assert_level


@dataclass(frozen=True, slots=True)
class TwoStageResult:
    """What a two-stage trial observed.

    Args:
        r1: successes at or below which the trial stopped after the first stage.
        n1: patients of the first stage, as attained.
        n: patients in all, as attained; equal to n1 when the trial stopped.
        successes: successes among all patients.

    Example:
        >>> TwoStageResult(r1=3, n1=13, n=43, successes=12).stage
        2
    """

    r1: int
    n1: int
    n: int
    successes: int

    def __post_init__(self) -> None:
        is_possible = 1 <= self.n1 <= self.n and 0 <= self.successes <= self.n and 0 <= self.r1 < self.n1
        if self.n == self.n1:
            is_possible = is_possible and self.successes <= self.r1
        else:
            is_possible = is_possible and self.successes > self.r1
        if not is_possible:
            raise OptionError(
                f"{self.successes} successes among {self.n} patients cannot follow a first stage of {self.n1} "
                f"that stops at {self.r1} or fewer.",
                where="two-stage result",
                remedy=f"A trial that stopped has {self.n1} patients and at most {self.r1} successes; one that went "
                f"on has more patients and at least {self.r1 + 1} successes.",
            )

    @property
    def stage(self) -> int:
        """The stage after which the trial ended."""
        return 1 if self.n == self.n1 else 2


@dataclass(frozen=True, slots=True)
class TwoStageInference:
    """Estimates after a two-stage trial.

    Args:
        unbiased: uniformly minimum variance unbiased estimate.
        naive: share of successes, biased; shown so that readers recognise it.
        p_value: stage-wise p value against p0.
        lower: lower limit of the stage-wise interval.
        upper: upper limit.
        level: confidence level of the interval.
    """

    unbiased: float
    naive: float
    p_value: float
    lower: float
    upper: float
    level: float


def compute_two_stage_inference(
    result: TwoStageResult, *, p0: float, level: float = 0.90
) -> TwoStageInference:
    """Estimate the rate of success after a two-stage trial.

    Outcomes are ordered by stage, then by successes: a trial that went on ranks above one that stopped.

    Args:
        result: what was observed, with the stage sizes attained.
        p0: uninteresting rate that the p value is against.
        level: confidence level; 0.90 matches a one-sided test at 0.05.

    Returns:
        Unbiased and plain estimate, p value and interval.

    Reference:
        Jung and Kim 2004, Statistics in Medicine 23:881-896; Koyama and Chen 2008 (doi:10.1002/sim.3123).

    Example:
        >>> found = compute_two_stage_inference(TwoStageResult(r1=3, n1=13, n=43, successes=12), p0=0.2)
        >>> round(found.naive, 4), round(found.unbiased, 4), round(found.p_value, 4)
        (0.2791, 0.3603, 0.0825)
    """
    assert_level(level)
    tail = (1 - level) / 2
    at_most_all = result.stage == 2 and result.successes == result.n
    at_least_none = result.stage == 1 and result.successes == 0
    lower = 0.0 if at_least_none else _solve(lambda rate: compute_upper_tail(result, rate=rate) - tail)
    upper = 1.0 if at_most_all else _solve(lambda rate: _compute_lower_tail(result, rate=rate) - tail)
    return TwoStageInference(
        unbiased=_compute_unbiased(result),
        naive=result.successes / result.n,
        p_value=compute_upper_tail(result, rate=p0),
        lower=lower,
        upper=upper,
        level=level,
    )


def compute_upper_tail(result: TwoStageResult, *, rate: float) -> float:
    """Compute the probability of an outcome at least as good as the one observed, stage by stage.

    Example:
        >>> round(compute_upper_tail(TwoStageResult(r1=3, n1=13, n=43, successes=15), rate=0.2), 5)
        0.01302
    """
    if result.stage == 1:
        return float(stats.binom.sf(result.successes - 1, result.n1, rate))
    first = np.arange(result.r1 + 1, result.n1 + 1)
    second = stats.binom.sf(result.successes - first - 1, result.n - result.n1, rate)
    return float(stats.binom.pmf(first, result.n1, rate) @ second)


def _compute_lower_tail(result: TwoStageResult, *, rate: float) -> float:
    if result.stage == 1:
        return float(stats.binom.cdf(result.successes, result.n1, rate))
    first = np.arange(result.r1 + 1, result.n1 + 1)
    second = stats.binom.cdf(result.successes - first, result.n - result.n1, rate)
    stopped = stats.binom.cdf(result.r1, result.n1, rate)
    return float(stopped + stats.binom.pmf(first, result.n1, rate) @ second)


def _compute_unbiased(result: TwoStageResult) -> float:
    if result.stage == 1:
        return result.successes / result.n1
    n2, total = result.n - result.n1, result.successes
    first = range(max(result.r1 + 1, total - n2), min(result.n1, total) + 1)
    above = sum(math.comb(result.n1 - 1, x - 1) * math.comb(n2, total - x) for x in first)
    below = sum(math.comb(result.n1, x) * math.comb(n2, total - x) for x in first)
    return above / below


def _solve(distance: Callable[[float], float]) -> float:
    return float(optimize.brentq(distance, 0.0, 1.0, xtol=1e-13))


def compute_attained_design(
    planned: TwoStageDesign, *, n1: int, n: int, alpha: float
) -> tuple[TwoStageDesign, DesignCharacteristics]:
    """Adapt the final limit of a two-stage design to the stage sizes that the trial attained.

    The first stage was judged by its planned limit; the final limit is the smallest that keeps alpha exactly
    with the attained sizes. This is our reading of the usual advice: the first limit is never moved afterwards.

    Args:
        planned: the design of the protocol.
        n1: patients of the first stage, as attained.
        n: patients of both stages, as attained.
        alpha: one-sided false positive rate not to exceed.

    Returns:
        The design with its attained sizes and its final limit, and its exact behaviour.

    Reference:
        Green and Dahlberg 1992 (doi:10.1002/sim.4780110703); Koyama and Chen 2008 (doi:10.1002/sim.3123).

    Example:
        >>> planned = TwoStageDesign(r1=3, n1=13, r=12, n=43, p0=0.2, p1=0.4)
        >>> attained, exact = compute_attained_design(planned, n1=14, n=41, alpha=0.05)
        >>> attained.written, round(exact.alpha, 4)
        ('3/14 12/41', 0.0412)
    """
    for r in range(planned.r1, n):
        design = TwoStageDesign(r1=planned.r1, n1=n1, r=r, n=n, p0=planned.p0, p1=planned.p1)
        exact = compute_two_stage_characteristics(design)
        if exact.alpha <= alpha:
            return design, exact
    raise OptionError(
        f"No final limit keeps an alpha of {alpha:g} with {n} patients.",
        where="two-stage design",
        remedy="Give an alpha above 0 and at least one patient in the second stage.",
    )
