"""Two arms and a yes-or-no outcome: Fisher, chi-square, odds ratio, and strata by Cochran-Mantel-Haenszel."""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from scipy import stats

from abscopal.estimation.counts import TwoArmCounts
from abscopal.estimation.estimate import Estimate, Sides, TestResult, assert_level

Correction = Literal["none", "yates"]


def compute_fisher_test(counts: TwoArmCounts, *, sides: Sides = "two") -> TestResult:
    """Compare two proportions by Fisher's exact test, given the total number of events.

    The two-sided p value adds up the tables that are no more likely than the one observed.

    Args:
        counts: events and patients of the arms.
        sides: alternative; "less" asks whether the first arm has the lower rate.

    Returns:
        The p value; undefined when an arm is empty.

    Reference:
        Fisher 1935 (doi:10.2307/2342435).

    Example:
        >>> round(compute_fisher_test(TwoArmCounts(9, 37, 12, 21)).p_value, 6)
        0.021934
    """
    if counts.is_empty:
        return TestResult(None, None, "Fisher exact", sides)
    alternatives: dict[Sides, Literal["two-sided", "less", "greater"]] = {
        "two": "two-sided",
        "less": "less",
        "greater": "greater",
    }
    table = np.array(
        [[counts.events_1, counts.n_1 - counts.events_1], [counts.events_2, counts.n_2 - counts.events_2]]
    )
    found = stats.fisher_exact(table, alternative=alternatives[sides])
    return TestResult(float(found.pvalue), None, "Fisher exact", sides)


def estimate_conditional_odds_ratio(counts: TwoArmCounts, *, level: float = 0.95) -> Estimate:
    """Estimate the odds ratio, first arm over second, given the total number of events.

    Args:
        counts: events and patients of the arms.
        level: confidence level of the exact interval.

    Returns:
        The conditional maximum likelihood odds ratio. A limit at infinity, or an odds ratio that no event (or
        no event-free patient) leaves undefined, is None.

    Reference:
        Cornfield 1956, Proceedings of the Third Berkeley Symposium 4:135-148.

    Example:
        >>> ratio = estimate_conditional_odds_ratio(TwoArmCounts(9, 37, 12, 21))
        >>> [round(value, 4) for value in (ratio.estimate, ratio.lower, ratio.upper)]
        [0.2478, 0.0657, 0.8729]
    """
    assert_level(level)
    method = "Conditional odds ratio, exact interval"
    if counts.is_empty or counts.events in (0, counts.n):
        return Estimate(None, None, None, level, counts.n, counts.events, method, "odds ratio")
    found = stats.contingency.odds_ratio(
        [[counts.events_1, counts.n_1 - counts.events_1], [counts.events_2, counts.n_2 - counts.events_2]],
        kind="conditional",
    )
    interval = found.confidence_interval(confidence_level=level)
    ratio, lower, upper = (
        value if math.isfinite(value) else None
        for value in (float(found.statistic), float(interval.low), float(interval.high))
    )
    return Estimate(ratio, lower, upper, level, counts.n, counts.events, method, "odds ratio")


def compute_chi_square_test(counts: TwoArmCounts, *, correction: Correction = "none") -> TestResult:
    """Compare two proportions by the chi-square test of Pearson, for large trials only.

    Args:
        counts: events and patients of the arms.
        correction: "yates" subtracts up to one half from every deviation.

    Returns:
        Statistic and p value; undefined when an arm is empty or all patients had the same outcome.

    Reference:
        Yates 1934 (doi:10.2307/2983604).

    Example:
        >>> round(compute_chi_square_test(TwoArmCounts(9, 37, 12, 21)).p_value, 5)
        0.01244
    """
    method = "Chi-square" + (", Yates correction" if correction == "yates" else "")
    if counts.is_empty or counts.events in (0, counts.n):
        return TestResult(None, None, method, "two", 1)
    a, c = counts.events_1, counts.events_2
    b, d = counts.n_1 - a, counts.n_2 - c
    deviation = float(abs(a * d - b * c))
    if correction == "yates":
        deviation -= min(counts.n / 2, deviation)
    margins = counts.n_1 * counts.n_2 * counts.events * (counts.n - counts.events)
    statistic = counts.n * deviation**2 / margins
    return TestResult(float(stats.chi2.sf(statistic, 1)), statistic, method, "two", 1)


def compute_cmh_test(strata: Sequence[TwoArmCounts]) -> TestResult:
    """Compare two proportions within strata by Cochran-Mantel-Haenszel, without continuity correction.

    Args:
        strata: events and patients of the arms in each stratum; a stratum with an empty arm brings nothing.

    Returns:
        Statistic with one degree of freedom and p value; undefined when no stratum is informative.

    Reference:
        Mantel and Haenszel 1959 (doi:10.1093/jnci/22.4.719).

    Example:
        >>> round(compute_cmh_test([TwoArmCounts(3, 15, 6, 13), TwoArmCounts(4, 16, 10, 15)]).p_value, 5)
        0.00744
    """
    method = "Cochran-Mantel-Haenszel, no continuity correction"
    deviation = variance = 0.0
    for table in strata:
        if table.n < 2 or table.is_empty:
            continue
        deviation += table.events_1 - table.n_1 * table.events / table.n
        free = table.n - table.events
        variance += table.n_1 * table.n_2 * table.events * free / (table.n**2 * (table.n - 1))
    if variance <= 0.0:
        return TestResult(None, None, method, "two", 1)
    statistic = deviation**2 / variance
    return TestResult(float(stats.chi2.sf(statistic, 1)), statistic, method, "two", 1)


def estimate_common_odds_ratio(strata: Sequence[TwoArmCounts], *, level: float = 0.95) -> Estimate:
    """Estimate the odds ratio that strata share, by Mantel and Haenszel.

    Args:
        strata: events and patients of the arms in each stratum.
        level: confidence level; the variance is that of Robins, Breslow and Greenland.

    Returns:
        First arm over second; undefined without informative strata.

    Reference:
        Robins, Breslow and Greenland 1986 (doi:10.2307/2531052).

    Example:
        >>> ratio = estimate_common_odds_ratio([TwoArmCounts(3, 15, 6, 13), TwoArmCounts(4, 16, 10, 15)])
        >>> [round(value, 4) for value in (ratio.estimate, ratio.lower, ratio.upper)]
        [0.2166, 0.0696, 0.6743]
    """
    assert_level(level)
    method = "Mantel-Haenszel odds ratio, Robins-Breslow-Greenland variance"
    n, events = sum(table.n for table in strata), sum(table.events for table in strata)
    gain = loss = gain_gain = mixed = loss_loss = 0.0
    for table in strata:
        if table.n == 0:
            continue
        a, c = table.events_1, table.events_2
        b, d = table.n_1 - a, table.n_2 - c
        r, s = a * d / table.n, b * c / table.n
        p, q = (a + d) / table.n, (b + c) / table.n
        gain, loss = gain + r, loss + s
        gain_gain, mixed, loss_loss = gain_gain + p * r, mixed + p * s + q * r, loss_loss + q * s
    if loss == 0.0:
        return Estimate(None, None, None, level, n, events, method, "odds ratio")
    if gain == 0.0:
        return Estimate(0.0, None, None, level, n, events, method, "odds ratio")
    variance = gain_gain / (2 * gain**2) + mixed / (2 * gain * loss) + loss_loss / (2 * loss**2)
    half = float(stats.norm.isf((1 - level) / 2)) * math.sqrt(variance)
    ratio = gain / loss
    return Estimate(
        ratio, ratio * math.exp(-half), ratio * math.exp(half), level, n, events, method, "odds ratio"
    )
