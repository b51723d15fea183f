"""How many events a comparison of two survival curves needs."""

import math
from typing import Literal

from scipy import stats

from abscopal.errors import OptionError


def compute_schoenfeld_events(
    hazard_ratio: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    sides: Literal["one", "two"] = "two",
    ratio: float = 1.0,
) -> float:
    """Compute the events that a log-rank test needs under proportional hazards, before rounding up.

    Delayed effects of immunotherapy break proportional hazards: then more events are needed.

    Args:
        hazard_ratio: hazard ratio to detect; not 1.
        alpha: level of the test.
        power: power to reach.
        sides: sides of the test.
        ratio: patients of the first arm for one of the second.

    Returns:
        The events of both arms, not rounded.

    Reference:
        Schoenfeld 1983 (doi:10.2307/2531021).

    Example:
        >>> round(compute_schoenfeld_events(0.5), 2)
        65.35
    """
    if hazard_ratio <= 0 or hazard_ratio == 1 or ratio <= 0 or not 0 < alpha < power < 1:
        raise OptionError(
            f"A hazard ratio of {hazard_ratio:g} with alpha {alpha:g}, power {power:g} and ratio {ratio:g} makes no "
            "design.",
            where="design",
            remedy="Give a hazard ratio above 0 other than 1, such as 0.7, and alpha below power, both below 1.",
        )
    z = float(stats.norm.isf(alpha / (2 if sides == "two" else 1)) + stats.norm.ppf(power))
    shares = ratio / (1 + ratio) ** 2
    return z**2 / (shares * math.log(hazard_ratio) ** 2)
