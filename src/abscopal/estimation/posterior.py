"""Bayesian comparison of two proportions: how probable it is that one arm has the lower rate."""

from scipy import integrate, special, stats

from abscopal.errors import OptionError
from abscopal.estimation.counts import TwoArmCounts


def compute_probability_lower(
    counts: TwoArmCounts, *, prior_a: float = 1.0, prior_b: float = 1.0
) -> float | None:
    """Compute the posterior probability that the first arm has the lower rate.

    Args:
        counts: events and patients of the arms.
        prior_a: first parameter of the beta prior of both rates; 1 and 1 is uniform.
        prior_b: second parameter.

    Returns:
        The probability; None when an arm is empty.

    Reference:
        Altham 1969 (doi:10.1111/j.2517-6161.1969.tb00785.x), uniform priors unless told otherwise.

    Example:
        >>> round(compute_probability_lower(TwoArmCounts(7, 31, 16, 28)), 5)
        0.99646
    """
    if prior_a <= 0 or prior_b <= 0:
        raise OptionError(
            f"A beta prior of {prior_a:g} and {prior_b:g} cannot be.",
            where="prior",
            remedy="Both parameters are above 0, such as 1 and 1.",
        )
    if counts.is_empty:
        return None
    first = (prior_a + counts.events_1, prior_b + counts.n_1 - counts.events_1)
    second = (prior_a + counts.events_2, prior_b + counts.n_2 - counts.events_2)
    points = [float(special.betaincinv(*first, share)) for share in (1e-9, 1e-3, 0.5, 1 - 1e-3, 1 - 1e-9)]
    found, _ = integrate.quad(
        lambda rate: float(stats.beta.pdf(rate, *first) * special.betaincc(*second, rate)),
        0.0,
        1.0,
        points=points,
        epsabs=1e-12,
        limit=200,
    )
    return min(max(float(found), 0.0), 1.0)
