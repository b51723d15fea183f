"""BOP2: Bayesian looks for futility whose limits are tuned until the exact error rates hold."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from abscopal.design.single_stage import assert_errors, assert_rates
from abscopal.design.stopping_rule import StoppingRule, assert_looks, compute_stopping
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
    certainty, growth = (axis.ravel() for axis in np.meshgrid(CERTAINTIES, GROWTHS, indexing="ij"))
    limits, first = np.unique(_list_limits(looks, p0, certainty, growth), axis=0, return_index=True)
    high = np.full(limits.shape, looks[-1] + 1)
    high[:, -1] = limits[:, -1] + 1
    low_null, high_null = compute_stopping(looks, limits, high, rate=p0)
    _, high_hoped = compute_stopping(looks, limits, high, rate=p1)
    alphas, powers = high_null.sum(axis=1), high_hoped.sum(axis=1)
    expected = (low_null + high_null) @ np.array(looks, dtype=np.float64)
    kept = np.flatnonzero((alphas <= alpha) & (limits[:, -1] < looks[-1]))
    if not kept.size:
        raise OptionError(
            f"No limits keep an alpha of {alpha:g} with {looks[-1]} patients.",
            where="design",
            remedy=f"The smallest alpha within reach is {alphas.min():.4f}.",
        )
    best = kept[np.lexsort((expected[kept], -np.round(powers[kept], 12)))[0]]
    if power is not None and powers[best] < power:
        raise OptionError(
            f"{looks[-1]} patients do not reach a power of {power:g}.",
            where="looks",
            remedy=f"The best limits have a power of {powers[best]:.4f}; add patients.",
        )
    place = first[best]
    return Bop2Design(
        looks=looks,
        stop_at_or_below=tuple(int(limit) for limit in limits[best]),
        p0=p0,
        p1=p1,
        certainty=float(certainty[place]),
        growth=float(growth[place]),
    )


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
