"""One proportion: its interval, and its test against a fixed rate."""

import math
from typing import Literal

from scipy import stats

from abscopal.estimation.counts import assert_counts
from abscopal.estimation.estimate import Estimate, Sides, TestResult, assert_level

ProportionMethod = Literal["clopper-pearson", "wilson", "jeffreys"]
IntervalSides = Literal["two", "lower", "upper"]

_NAMES: dict[ProportionMethod, str] = {
    "clopper-pearson": "Clopper-Pearson (exact)",
    "wilson": "Wilson score",
    "jeffreys": "Jeffreys",
}


def compute_wilson_limits(events: int, n: int, *, level: float) -> tuple[float, float, float]:
    """Compute a proportion with Wilson's two-sided score limits.

    Args:
        events: patients with the event.
        n: patients in all, at least 1.
        level: confidence level.

    Returns:
        The proportion, its lower limit, its upper limit.

    Reference:
        Wilson 1927 (doi:10.1080/01621459.1927.10502953).

    Example:
        >>> [round(value, 4) for value in compute_wilson_limits(9, 37, level=0.95)]
        [0.2432, 0.1336, 0.4012]
    """
    rate, z = events / n, float(stats.norm.isf((1 - level) / 2))
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    lower = 0.0 if events == 0 else centre - half
    return rate, min(lower, rate), max(1.0 if events == n else centre + half, rate)


def _limits(events: int, n: int, tail: float, method: ProportionMethod) -> tuple[float, float]:
    rate = events / n
    if method == "wilson":
        return compute_wilson_limits(events, n, level=1 - 2 * tail)[1:]
    extra = 0.5 if method == "jeffreys" else 0.0
    step = 0.0 if method == "jeffreys" else 1.0
    lower = float(stats.beta.ppf(tail, events + extra, n - events + extra + step)) if events > 0 else 0.0
    upper = float(stats.beta.isf(tail, events + extra + step, n - events + extra)) if events < n else 1.0
    # At low levels a Jeffreys limit can fall short of the observed rate: it is then drawn out to it.
    return min(lower, rate), max(upper, rate)


def estimate_proportion(
    events: int,
    n: int,
    *,
    method: ProportionMethod = "clopper-pearson",
    level: float = 0.95,
    sides: IntervalSides = "two",
) -> Estimate:
    """Estimate the share of patients with an event.

    Clopper-Pearson never covers less than its level and is what a single-arm toxicity read-out prints; Wilson
    is shorter and closer to its level on average; Jeffreys is the equal-tailed posterior interval under
    Beta(1/2, 1/2), with the limit 0 when no event occurred and 1 when all did.

    Args:
        events: patients with the event.
        n: patients in all; 0 gives an undefined estimate.
        method: rule of the interval.
        level: confidence level.
        sides: "two"; "lower" for a lower limit only (the upper is 1), "upper" for an upper limit only.

    Returns:
        The proportion, between 0 and 1.

    Reference:
        Clopper and Pearson 1934 (doi:10.1093/biomet/26.4.404); Wilson 1927
        (doi:10.1080/01621459.1927.10502953); Brown, Cai and DasGupta 2001 (doi:10.1214/ss/1009213286).

    Example:
        >>> share = estimate_proportion(9, 37)
        >>> [round(value, 4) for value in (share.estimate, share.lower, share.upper)]
        [0.2432, 0.1177, 0.412]
        >>> estimate_proportion(0, 0).estimate is None
        True
    """
    assert_counts(events, n)
    assert_level(level)
    name = _NAMES[method] + ("" if sides == "two" else f", one-sided {sides} limit")
    if n == 0:
        return Estimate(None, None, None, level, 0, 0, name, "proportion")
    lower, upper = _limits(events, n, (1 - level) / (2 if sides == "two" else 1), method)
    if sides == "lower":
        upper = 1.0
    elif sides == "upper":
        lower = 0.0
    rate = events / n
    return Estimate(rate, min(lower, rate), max(upper, rate), level, n, events, name, "proportion")


def compute_binomial_test(events: int, n: int, *, null_rate: float, sides: Sides = "two") -> TestResult:
    """Test the share of patients with an event against a fixed rate, exactly.

    The two-sided p value adds up all outcomes that are no more likely than the one observed.

    Args:
        events: patients with the event.
        n: patients in all.
        null_rate: rate under the null hypothesis, between 0 and 1.
        sides: alternative; "greater" asks whether the rate is above `null_rate`.

    Returns:
        The exact p value; the statistic is the number of events.

    Reference:
        Clopper and Pearson 1934 (doi:10.1093/biomet/26.4.404).

    Example:
        >>> round(compute_binomial_test(7, 22, null_rate=0.5).p_value, 4)
        0.1338
    """
    assert_counts(events, n)
    if n == 0:
        return TestResult(None, None, "Exact binomial", sides)
    alternatives: dict[Sides, Literal["two-sided", "less", "greater"]] = {
        "two": "two-sided",
        "less": "less",
        "greater": "greater",
    }
    found = stats.binomtest(events, n, null_rate, alternative=alternatives[sides])
    return TestResult(float(found.pvalue), float(events), "Exact binomial", sides)
