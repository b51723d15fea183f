"""The difference between two proportions, with intervals that hold in small trials."""

import math
from typing import Literal

from scipy import optimize, stats

from abscopal.estimation.counts import TwoArmCounts
from abscopal.estimation.estimate import Estimate, assert_level
from abscopal.estimation.proportions import compute_wilson_limits

DifferenceMethod = Literal["miettinen-nurminen", "mee", "newcombe", "agresti-caffo", "wald"]

_NAMES: dict[DifferenceMethod, str] = {
    "miettinen-nurminen": "Miettinen-Nurminen score",
    "mee": "Mee score",
    "newcombe": "Newcombe hybrid score",
    "agresti-caffo": "Agresti-Caffo",
    "wald": "Wald",
}
UNIT = "difference of proportions"


def compute_constrained_rates(counts: TwoArmCounts, *, difference: float) -> tuple[float, float]:
    """Find the most likely rates of two arms that differ by exactly a given amount.

    Args:
        counts: events and patients of the arms.
        difference: rate of the first arm minus rate of the second, strictly between -1 and 1.

    Returns:
        The rate of the first arm and of the second.

    Reference:
        Miettinen and Nurminen 1985, appendix I (doi:10.1002/sim.4780040211).

    Example:
        >>> rates = compute_constrained_rates(TwoArmCounts(9, 37, 12, 21), difference=0.0)
        >>> [round(rate, 4) for rate in rates]
        [0.3621, 0.3621]
    """
    n_1, x_1, n_2, x_2 = counts.n_1, counts.events_1, counts.n_2, counts.events_2
    total, events = n_1 + n_2, x_1 + x_2
    cubic = float(total)
    square = (n_1 + 2 * n_2) * difference - total - events
    linear = (n_2 * difference - total - 2 * x_2) * difference + events
    constant = x_2 * difference * (1 - difference)
    u = square**3 / (27 * cubic**3) - square * linear / (6 * cubic**2) + constant / (2 * cubic)
    v = math.copysign(math.sqrt(max(square**2 / (9 * cubic**2) - linear / (3 * cubic), 0.0)), u)
    cosine = u / v**3 if v != 0.0 else 0.0
    angle = (math.pi + math.acos(min(max(cosine, -1.0), 1.0))) / 3
    rate_2 = 2 * v * math.cos(angle) - square / (3 * cubic)
    rate_2 = min(max(rate_2, 0.0, -difference), 1.0, 1.0 - difference)
    return min(max(rate_2 + difference, 0.0), 1.0), rate_2


def _score(counts: TwoArmCounts, difference: float, variance_factor: float) -> float:
    observed = counts.events_1 / counts.n_1 - counts.events_2 / counts.n_2
    rate_1, rate_2 = compute_constrained_rates(counts, difference=difference)
    variance = rate_1 * (1 - rate_1) / counts.n_1 + rate_2 * (1 - rate_2) / counts.n_2
    gap = observed - difference
    if variance <= 0.0:
        return math.copysign(math.inf, gap) if gap != 0.0 else 0.0
    return gap / math.sqrt(variance * variance_factor)


def _score_limits(counts: TwoArmCounts, z: float, variance_factor: float) -> tuple[float, float]:
    observed = counts.events_1 / counts.n_1 - counts.events_2 / counts.n_2
    edge = 1.0 - 1e-13

    def _solve(target: float, near: float, far: float) -> float:
        def _gap(difference: float) -> float:
            score = _score(counts, difference, variance_factor) - target
            return min(max(score, -1e9), 1e9)  # the root finder wants finite ends

        if near == far or _gap(near) * _gap(far) > 0.0:
            return math.copysign(1.0, far)
        return float(optimize.brentq(_gap, near, far, xtol=1e-13, rtol=1e-13))

    inside = min(max(observed, -edge), edge)
    return _solve(z, inside, -edge), _solve(-z, inside, edge)


def _newcombe_limits(counts: TwoArmCounts, level: float) -> tuple[float, float]:
    rate_1, lower_1, upper_1 = compute_wilson_limits(counts.events_1, counts.n_1, level=level)
    rate_2, lower_2, upper_2 = compute_wilson_limits(counts.events_2, counts.n_2, level=level)
    observed = rate_1 - rate_2
    down = math.hypot(rate_1 - lower_1, upper_2 - rate_2)
    up = math.hypot(upper_1 - rate_1, rate_2 - lower_2)
    return observed - down, observed + up


def _wald_limits(counts: TwoArmCounts, z: float, added: int) -> tuple[float, float]:
    n_1, n_2 = counts.n_1 + 2 * added, counts.n_2 + 2 * added
    rate_1, rate_2 = (counts.events_1 + added) / n_1, (counts.events_2 + added) / n_2
    half = z * math.sqrt(rate_1 * (1 - rate_1) / n_1 + rate_2 * (1 - rate_2) / n_2)
    return rate_1 - rate_2 - half, rate_1 - rate_2 + half


def estimate_risk_difference(
    counts: TwoArmCounts, *, method: DifferenceMethod = "miettinen-nurminen", level: float = 0.95
) -> Estimate:
    """Estimate how far the event rates of two arms lie apart: first arm minus second.

    The Miettinen-Nurminen interval holds the differences that a score test does not reject; it stays honest
    with small arms and empty cells, where the Wald interval (given for comparison only) does not.

    Args:
        counts: events and patients of the arms.
        method: rule of the interval.
        level: confidence level.

    Returns:
        The difference, between -1 and 1; undefined when an arm is empty.

    Reference:
        Miettinen and Nurminen 1985 (doi:10.1002/sim.4780040211); Mee 1984 (doi:10.2307/2531164); Newcombe
        1998, method 10 (doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I); Agresti and
        Caffo 2000 (doi:10.1080/00031305.2000.10474560).

    Example:
        >>> gap = estimate_risk_difference(TwoArmCounts(9, 37, 12, 21))
        >>> [round(value, 4) for value in (gap.estimate, gap.lower, gap.upper)]
        [-0.3282, -0.5559, -0.0671]
    """
    assert_level(level)
    if counts.is_empty:
        return Estimate(None, None, None, level, counts.n, counts.events, _NAMES[method], UNIT)
    z = float(stats.norm.isf((1 - level) / 2))
    observed = counts.events_1 / counts.n_1 - counts.events_2 / counts.n_2
    if method == "miettinen-nurminen":
        lower, upper = _score_limits(counts, z, counts.n / (counts.n - 1))
    elif method == "mee":
        lower, upper = _score_limits(counts, z, 1.0)
    elif method == "newcombe":
        lower, upper = _newcombe_limits(counts, level)
    else:
        lower, upper = _wald_limits(counts, z, 1 if method == "agresti-caffo" else 0)
    # Agresti-Caffo is centred off the observed difference: at low levels it is drawn out to hold it.
    lower, upper = max(min(lower, observed), -1.0), min(max(upper, observed), 1.0)
    return Estimate(observed, lower, upper, level, counts.n, counts.events, _NAMES[method], UNIT)
