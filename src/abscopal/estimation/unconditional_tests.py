"""Exact tests of two proportions that do not fix the number of events: Boschloo and Barnard.

Both list the tables at least as extreme as the one seen and take the largest probability of that list over
all rates the two arms might share. They differ in what "extreme" means.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats

from abscopal.estimation.counts import TwoArmCounts
from abscopal.estimation.estimate import Sides, TestResult

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
BoschlooConvention = Literal["doubled", "fisher-ordering"]

_TIE = 1e-7
_GRID = np.linspace(0.0, 1.0, 2001)


def _log_choose(n: int) -> Floats:
    k = np.arange(n + 1)
    return special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)


def compute_largest_probability(is_extreme: Mask) -> float:
    """Find the largest probability of a set of two-arm tables over the rate that both arms share.

    Args:
        is_extreme: shape (n_1 + 1, n_2 + 1); true for the tables (events 1, events 2) in the set.

    Returns:
        The largest probability, between 0 and 1.

    Example:
        >>> corner = np.zeros((3, 3), dtype=bool)
        >>> corner[2, 0] = True
        >>> round(compute_largest_probability(corner), 6)
        0.0625
    """
    n_1, n_2 = is_extreme.shape[0] - 1, is_extreme.shape[1] - 1
    weights = np.exp(
        _log_choose(n_1)[:, None]
        + _log_choose(n_2)[None, :]
        - _log_choose(n_1 + n_2)[np.add.outer(np.arange(n_1 + 1), np.arange(n_2 + 1))]
    )
    total = np.add.outer(np.arange(n_1 + 1), np.arange(n_2 + 1))
    share = np.bincount(total[is_extreme], weights=weights[is_extreme], minlength=n_1 + n_2 + 1)
    # Given the total number of events the list has probability `share`; the total itself is binomial.
    events = np.arange(n_1 + n_2 + 1)

    def _probability(rates: Floats) -> Floats:
        total_probability = np.asarray(stats.binom.pmf(events[:, None], n_1 + n_2, rates), dtype=np.float64)
        return np.asarray(share @ total_probability)

    grid = _probability(_GRID)
    best = float(grid.max())
    inner = np.flatnonzero((grid[1:-1] >= grid[:-2]) & (grid[1:-1] >= grid[2:])) + 1
    promising = inner[grid[inner] > best - 1e-3]
    for place in promising[np.argsort(-grid[promising])][:12]:
        found = optimize.minimize_scalar(
            lambda rate: -float(_probability(np.array([rate]))[0]),
            bounds=(float(_GRID[place - 1]), float(_GRID[place + 1])),
            method="bounded",
            options={"xatol": 1e-10},
        )
        best = max(best, -float(found.fun))
    return min(best, 1.0)


def compute_fisher_p_values(n_1: int, n_2: int, *, sides: Sides = "two") -> Floats:
    """Compute Fisher's p value of every table that two arms can give.

    Args:
        n_1: patients of the first arm.
        n_2: patients of the second arm.
        sides: alternative.

    Returns:
        Shape (n_1 + 1, n_2 + 1): the p value at events 1 (rows) and events 2 (columns).

    Example:
        >>> round(float(compute_fisher_p_values(37, 21)[9, 12]), 6)
        0.021934
    """
    x_1, x_2 = np.arange(n_1 + 1)[:, None], np.arange(n_2 + 1)[None, :]
    total = x_1 + x_2
    if sides == "less":
        return np.asarray(stats.hypergeom.cdf(x_1, n_1 + n_2, total, n_1))
    if sides == "greater":
        return np.asarray(stats.hypergeom.sf(x_1 - 1, n_1 + n_2, total, n_1))
    point = np.asarray(stats.hypergeom.pmf(x_1, n_1 + n_2, total, n_1))
    p_values = np.empty_like(point)
    for events in range(n_1 + n_2 + 1):
        first = np.arange(max(0, events - n_2), min(n_1, events) + 1)
        row = point[first, events - first]
        p_values[first, events - first] = ((row[None, :] <= row[:, None] * (1 + _TIE)) * row[None, :]).sum(
            axis=1
        )
    return np.asarray(np.minimum(p_values, 1.0), dtype=np.float64)


def _boschloo(counts: TwoArmCounts, sides: Sides) -> tuple[float, float]:
    p_values = compute_fisher_p_values(counts.n_1, counts.n_2, sides=sides)
    observed = float(p_values[counts.events_1, counts.events_2])
    return compute_largest_probability(p_values <= observed * (1 + _TIE)), observed


def compute_boschloo_test(
    counts: TwoArmCounts, *, sides: Sides = "two", convention: BoschlooConvention = "doubled"
) -> TestResult:
    """Compare two proportions by Boschloo's exact test, always at least as powerful as Fisher's.

    What "two-sided" means is a convention: "doubled" takes twice the smaller one-sided p value;
    "fisher-ordering" ranks tables by Fisher's two-sided p value. The method names the one used.

    Args:
        counts: events and patients of the arms.
        sides: alternative; "less" asks whether the first arm has the lower rate.
        convention: meaning of two-sided; without effect on one-sided tests.

    Returns:
        The p value; the statistic is the Fisher p value that ranks the tables (the smaller one when doubled).

    Reference:
        Boschloo 1970 (doi:10.1111/j.1467-9574.1970.tb00104.x).

    Example:
        >>> table = TwoArmCounts(9, 37, 12, 21)
        >>> round(compute_boschloo_test(table).p_value, 6)
        0.01528
        >>> round(compute_boschloo_test(table, convention="fisher-ordering").p_value, 6)
        0.015031
    """
    wording = {
        "doubled": "Boschloo, twice the smaller one-sided p",
        "fisher-ordering": "Boschloo, Fisher ordering",
    }
    method = wording[convention] if sides == "two" else "Boschloo"
    if counts.is_empty:
        return TestResult(None, None, method, sides)
    if sides != "two" or convention == "fisher-ordering":
        p_value, statistic = _boschloo(counts, sides)
        return TestResult(p_value, statistic, method, sides)
    p_value, statistic = min(_boschloo(counts, "less"), _boschloo(counts, "greater"))
    return TestResult(min(1.0, 2 * p_value), statistic, method, sides)


def compute_barnard_test(counts: TwoArmCounts, *, sides: Sides = "two") -> TestResult:
    """Compare two proportions by Barnard's exact test, tables ranked by the pooled z statistic.

    Tables whose statistic equals the one observed count as extreme, whatever the rounding of the last digit:
    missing such a tie would make the p value too small.

    Args:
        counts: events and patients of the arms.
        sides: alternative; "less" asks whether the first arm has the lower rate.

    Returns:
        The p value; the statistic is the pooled z.

    Reference:
        Barnard 1947 (doi:10.1093/biomet/34.1-2.123); Suissa and Shuster 1985 (doi:10.2307/2981892).

    Example:
        >>> round(compute_barnard_test(TwoArmCounts(9, 10, 3, 10)).p_value, 7)
        0.0079556
    """
    if counts.is_empty:
        return TestResult(None, None, "Barnard, pooled z", sides)
    rate_1 = np.arange(counts.n_1 + 1)[:, None] / counts.n_1
    rate_2 = np.arange(counts.n_2 + 1)[None, :] / counts.n_2
    pooled = (rate_1 * counts.n_1 + rate_2 * counts.n_2) / counts.n
    spread = np.sqrt(np.maximum(pooled * (1 - pooled), 0.0) * (1 / counts.n_1 + 1 / counts.n_2))
    z = np.divide(rate_1 - rate_2, spread, out=np.zeros_like(spread), where=spread > 0)
    observed = float(z[counts.events_1, counts.events_2])
    if sides == "less":
        is_extreme = z <= observed + 1e-9
    elif sides == "greater":
        is_extreme = z >= observed - 1e-9
    else:
        is_extreme = np.abs(z) >= abs(observed) - 1e-9
    return TestResult(compute_largest_probability(is_extreme), observed, "Barnard, pooled z", sides)
