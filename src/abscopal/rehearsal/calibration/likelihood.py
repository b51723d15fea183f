"""How well a simulated result agrees with a published one, no tighter than the patients behind it allow.

A share is judged by its binomial; a median by the binomial of how many patients were past it (half of them); a
mean by its standard error.

Reference:
    Clopper and Pearson 1934 (doi:10.1093/biomet/26.4.404); the median is the sign test turned round.
"""

import numpy as np
from scipy.special import betaln
from scipy.stats import beta


def compute_binomial_term(events: float, n: float, share: float) -> float:
    """Log-likelihood of events among n, where each has the chance `share`.

    Args:
        events: number with the event; a printed percentage may give a fraction.
        n: number of patients.
        share: the simulated share, between 0 and 1 and neither of them.

    Returns:
        The logarithm of the binomial probability.

    Example:
        >>> round(float(np.exp(compute_binomial_term(1, 2, 0.5))), 3)
        0.5
    """
    ways = -np.log1p(n) - betaln(n - events + 1, events + 1)
    return float(ways + events * np.log(share) + (n - events) * np.log1p(-share))


def compute_median_term(n: float, share_past: float) -> float:
    """Log-likelihood of a published median: half of n patients had their event by then.

    Args:
        n: number of patients behind the median.
        share_past: simulated share with the event by the published median.

    Returns:
        The logarithm of the binomial probability.
    """
    return compute_binomial_term(n / 2, n, share_past)


def compute_mean_term(observed: float, sd: float, n: float, mean: float) -> float:
    """Log-likelihood of a published mean, normal with the standard error of n patients.

    Args:
        observed: the published mean.
        sd: its standard deviation between patients.
        n: number of patients.
        mean: the simulated mean.

    Returns:
        The logarithm of the normal density.
    """
    error = sd / np.sqrt(n)
    return float(-0.5 * ((observed - mean) / error) ** 2 - np.log(error * np.sqrt(2 * np.pi)))


def estimate_share(events: float, n: float, *, level: float = 0.95) -> tuple[float, float]:
    """Exact interval of a share (Clopper-Pearson); events may be a fraction where only a percentage was printed.

    Args:
        events: number with the event.
        n: number of patients.
        level: confidence level.

    Returns:
        Lower and upper limit.

    Example:
        >>> [round(limit, 3) for limit in estimate_share(9, 37)]
        [0.118, 0.412]
    """
    tail = (1 - level) / 2
    lower = 0.0 if events <= 0 else float(beta.ppf(tail, events, n - events + 1))
    upper = 1.0 if events >= n else float(beta.ppf(1 - tail, events + 1, n - events))
    return lower, upper
