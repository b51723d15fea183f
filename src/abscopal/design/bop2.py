"""BOP2: Bayesian looks for futility whose limits are tuned until the exact error rates hold."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from abscopal.design.single_stage import assert_errors, assert_rates
from abscopal.design.stopping_rule import StoppingRule, assert_looks, compute_behaviour, compute_stopping
from abscopal.errors import OptionError

CERTAINTIES = np.round(np.arange(0.5, 1.0, 0.005), 3)
GROWTHS = np.round(np.arange(0.0, 1.0 + 1e-9, 0.02), 2)


@dataclass(frozen=True, slots=True)
class Bop2Design:
    """At each look stop for futility with few successes; after the last, more of them decide for the treatment.

    Args:
        looks: patients at each look, the last being everyone.
        stop_at_or_below: successes at or below which the trial stops; -1 never stops.
        p0: uninteresting rate.
        p1: hoped-for rate.
        certainty: the tuned certainty. Several pairs of certainty and growth give the same limits.
        growth: the tuned growth of the certainty with the share of patients seen.
    """

    looks: tuple[int, ...]
    stop_at_or_below: tuple[int, ...]
    p0: float
    p1: float
    certainty: float
    growth: float

    @property
    def rule(self) -> StoppingRule:
        """The rule as looks with limits."""
        return StoppingRule(
            looks=self.looks,
            low=tuple(limit if limit >= 0 else None for limit in self.stop_at_or_below),
            high=(*(None for _ in self.looks[:-1]), self.stop_at_or_below[-1] + 1),
        )

    @property
    def written(self) -> str:
        """The limits as they are usually printed."""
        return " ".join(
            f"{'–' if limit < 0 else limit}/{look}"
            for limit, look in zip(self.stop_at_or_below, self.looks, strict=True)
        )


def compute_bop2_limits(
    looks: tuple[int, ...], *, p0: float, certainty: float, growth: float
) -> tuple[int, ...]:
    """Compute the limits that one pair of tuning numbers gives.

    Stop at n patients when the posterior probability that the rate passes p0 is below certainty * (n / N)^growth.
    The prior is beta with mean p0 and the weight of one patient.

    Args:
        looks: patients at each look.
        p0: uninteresting rate.
        certainty: the certainty asked for at the end.
        growth: how it grows with the share of patients seen.

    Returns:
        Successes at or below which the trial stops; -1 never stops.

    Reference:
        Zhou, Lee and Yuan 2017 (doi:10.1002/sim.7338), section 2.

    Example:
        >>> compute_bop2_limits((10, 15, 20, 25, 30, 36), p0=0.2, certainty=0.925, growth=0.96)
        (1, 2, 4, 5, 7, 11)
    """
    limits = _list_limits(looks, p0, np.array([certainty]), np.array([growth]))
    return tuple(int(limit) for limit in limits[0])


def find_bop2_design(
    p0: float, p1: float, *, looks: tuple[int, ...], alpha: float, power: float | None = None
) -> Bop2Design:
    """Search the tuning grid for the limits with the greatest power whose exact alpha is kept.

    Of limits with the same power, those that expect the fewest patients under p0 are taken (our reading).

    Args:
        p0: uninteresting rate.
        p1: hoped-for rate.
        looks: patients at each look, the last being everyone.
        alpha: one-sided false positive rate not to exceed.
        power: power to reach; None takes the greatest, whatever it is.

    Returns:
        The design.

    Raises:
        OptionError: no limits of the grid keep alpha, or the power is not reached.

    Reference:
        Zhou, Lee and Yuan 2017 (doi:10.1002/sim.7338), section 2.

    Example:
        >>> find_bop2_design(0.2, 0.4, looks=(10, 15, 20, 25, 30, 36), alpha=0.05).stop_at_or_below
        (1, 2, 4, 5, 7, 11)
    """
    assert_rates(p0, p1)
    assert_errors(alpha, 0.8 if power is None else power)
    assert_looks(looks)
    found = None if power is None else search_limits(p0, p1, looks=looks, alpha=alpha, least_power=power)
    best = found or search_limits(p0, p1, looks=looks, alpha=alpha, least_power=0.0)
    if best is None:
        raise OptionError(
            f"No limits keep an alpha of {alpha:g} with {looks[-1]} patients.",
            where="design",
            remedy="Add patients, or allow a larger alpha.",
        )
    if power is not None and found is None:
        reached = compute_behaviour(best.rule, rate=p1).high
        raise OptionError(
            f"{looks[-1]} patients do not reach a power of {power:g}.",
            where="looks",
            remedy=f"The best limits have a power of {reached:.4f}; add patients.",
        )
    return best


def search_limits(
    p0: float, p1: float, *, looks: tuple[int, ...], alpha: float, least_power: float
) -> Bop2Design | None:
    """Search the limits of the tuning grid that keep alpha, leaving out those that cannot reach a power.

    Args:
        p0: uninteresting rate.
        p1: hoped-for rate.
        looks: patients at each look, the last being everyone.
        alpha: one-sided false positive rate not to exceed.
        least_power: power to reach; 0 takes whatever is best.

    Returns:
        The limits with the greatest power, or None where none reach it.

    Example:
        >>> search_limits(0.2, 0.4, looks=(10, 20), alpha=0.05, least_power=0.95) is None
        True
    """
    certainty, growth = (axis.ravel() for axis in np.meshgrid(CERTAINTIES, GROWTHS, indexing="ij"))
    limits, first = np.unique(_list_limits(looks, p0, certainty, growth), axis=0, return_index=True)
    # One look alone must not stop more than the power can spare, and the last must leave some success.
    stopped = np.asarray(stats.binom.cdf(limits, np.array(looks), p1)).max(axis=1)
    kept = np.flatnonzero((stopped <= 1 - least_power + 1e-12) & (limits[:, -1] < looks[-1]))
    stop_low, success = _compute_outcomes(looks, limits[kept], rate=p0)
    is_kept = success <= alpha
    kept, expected = kept[is_kept], (stop_low @ np.array(looks, float) + success * looks[-1])[is_kept]
    powers = _compute_outcomes(looks, limits[kept], rate=p1)[1]
    if not kept.size or powers.max() < least_power:
        return None
    best = np.lexsort((expected, -np.round(powers, 12)))[0]
    place = first[kept[best]]
    return Bop2Design(
        looks=looks,
        stop_at_or_below=tuple(int(limit) for limit in limits[kept[best]]),
        p0=p0,
        p1=p1,
        certainty=float(certainty[place]),
        growth=float(growth[place]),
    )


def _compute_outcomes(
    looks: tuple[int, ...], limits: NDArray[np.int64], *, rate: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probability of stopping at each look, and of success, for many limits."""
    high = np.full(limits.shape, looks[-1] + 1)
    high[:, -1] = limits[:, -1] + 1
    stop_low, stop_high = compute_stopping(looks, limits, high, rate=rate)
    return stop_low, stop_high[:, -1]


def _list_limits(
    looks: tuple[int, ...], p0: float, certainty: NDArray[np.float64], growth: NDArray[np.float64]
) -> NDArray[np.int64]:
    limits = np.empty((certainty.size, len(looks)), dtype=np.int64)
    for place, look in enumerate(looks):
        successes = np.arange(look + 1)
        beyond = stats.beta.sf(p0, p0 + successes, 1 - p0 + look - successes)
        asked = certainty * (look / looks[-1]) ** growth
        limits[:, place] = np.searchsorted(beyond, asked, side="left") - 1
    return limits
