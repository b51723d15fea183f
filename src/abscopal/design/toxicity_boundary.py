"""Toxicity boundaries: pause when it has become likely that toxicity passes a limit."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from abscopal.design.stopping_rule import StoppingRule, assert_looks, compute_behaviour
from abscopal.errors import OptionError

TRUE_RATES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)


@dataclass(frozen=True, slots=True)
class ToxicityBoundaryDesign:
    """Pause at a look when P(rate > limit | data) > certainty, with a beta prior.

    Args:
        limit: toxicity rate that must not be passed.
        certainty: posterior probability above which the trial pauses.
        prior_a: first parameter of the beta prior.
        prior_b: second parameter.
        looks: evaluable patients at each look.
        stop_at_or_above: events at or above which the trial pauses; None where no count would.
        n: evaluable patients when nothing stops it.
    """

    limit: float
    certainty: float
    prior_a: float
    prior_b: float
    looks: tuple[int, ...]
    stop_at_or_above: tuple[int | None, ...]
    n: int

    @property
    def rule(self) -> StoppingRule:
        """The boundary as looks with limits."""
        return StoppingRule(
            looks=self.looks,
            low=tuple(None for _ in self.looks),
            high=self.stop_at_or_above,
            planned_n=self.n,
        )


@dataclass(frozen=True, slots=True)
class ToxicityBehaviour:
    """What a boundary does for one true rate of toxicity.

    Args:
        rate: the true rate.
        stop: probability of ever pausing.
        expected_n: evaluable patients expected.
        stop_by_look: probability of having paused, cumulative, look by look.
    """

    rate: float
    stop: float
    expected_n: float
    stop_by_look: tuple[float, ...]


def compute_toxicity_boundary(
    *,
    limit: float,
    certainty: float,
    prior_a: float,
    prior_b: float,
    looks: Sequence[int],
    minimum_patients: int = 1,
    n: int | None = None,
) -> ToxicityBoundaryDesign:
    """Compute the events at which a trial pauses, look by look.

    Args:
        limit: toxicity rate that must not be passed.
        certainty: posterior probability above which the trial pauses.
        prior_a: first parameter of the beta prior.
        prior_b: second parameter.
        looks: evaluable patients at each look.
        minimum_patients: looks at fewer evaluable patients are left out. A look at the first patient pauses a
            harmless trial too often.
        n: evaluable patients planned; the last look unless more are treated after it.

    Returns:
        The boundary.

    Reference:
        Thall and Simon 1994 (doi:10.2307/2533377).

    Example:
        >>> boundary = compute_toxicity_boundary(
        ...     limit=0.3, certainty=0.9, prior_a=0.5, prior_b=0.5, looks=(6, 12, 18, 24, 30, 36, 41))
        >>> boundary.stop_at_or_above
        (4, 6, 8, 11, 13, 15, 17)
    """
    if not (0 < limit < 1 and 0 < certainty < 1):
        nearest = limit / 100 if 1 <= limit < 100 else 0.3
        raise OptionError(
            f"A limit of {limit:g} with a certainty of {certainty:g} makes no boundary.",
            where="toxicity boundary",
            remedy=f"Both lie between 0 and 1, such as {nearest:g} and 0.9.",
        )
    if prior_a <= 0 or prior_b <= 0:
        raise OptionError(
            f"A beta prior of {prior_a:g} and {prior_b:g} cannot be.",
            where="toxicity boundary",
            remedy="Both parameters are above 0, such as 0.5 and 0.5.",
        )
    assert_looks(tuple(looks))
    kept = tuple(look for look in looks if look >= minimum_patients)
    if not kept:
        raise OptionError(
            f"No look comes at {minimum_patients} evaluable patients or more.",
            where="toxicity boundary",
            remedy=f"The last look is at {looks[-1]}: lower the minimum number or add a look.",
        )
    if n is not None and n < kept[-1]:
        raise OptionError(
            f"The last look comes at {kept[-1]} patients, but only {n} are planned.",
            where="looks",
            remedy=f"Plan {kept[-1]} patients, or end the looks at {n}.",
        )
    found: list[int | None] = []
    for look in kept:
        events = np.arange(look + 1)
        beyond = stats.beta.sf(limit, prior_a + events, prior_b + look - events)
        above = np.flatnonzero(beyond > certainty)
        found.append(int(above[0]) if above.size else None)
    return ToxicityBoundaryDesign(
        limit=limit,
        certainty=certainty,
        prior_a=prior_a,
        prior_b=prior_b,
        looks=kept,
        stop_at_or_above=tuple(found),
        n=kept[-1] if n is None else n,
    )


def compute_toxicity_behaviour(
    boundary: ToxicityBoundaryDesign, *, rates: Sequence[float] = TRUE_RATES
) -> tuple[ToxicityBehaviour, ...]:
    """Compute how often a boundary pauses the trial and how many patients are expected, for true rates.

    Args:
        boundary: the boundary.
        rates: true rates of toxicity.

    Returns:
        One entry per rate.

    Reference:
        Exact binomial sums; Thall and Simon 1994 (doi:10.2307/2533377).

    Example:
        >>> boundary = compute_toxicity_boundary(
        ...     limit=0.3, certainty=0.9, prior_a=0.5, prior_b=0.5, looks=(6, 12, 18, 24, 30, 36, 41))
        >>> [round(found.stop, 3) for found in compute_toxicity_behaviour(boundary, rates=(0.2, 0.3, 0.5))]
        [0.039, 0.245, 0.944]
    """
    result = []
    for rate in rates:
        found = compute_behaviour(boundary.rule, rate=rate)
        cumulative = tuple(float(value) for value in np.cumsum(found.stop_high))
        result.append(ToxicityBehaviour(rate, found.high, found.expected_n, cumulative))
    return tuple(result)


def find_crossing(
    boundary: ToxicityBoundaryDesign, *, evaluable: Sequence[int], events: Sequence[int]
) -> int | None:
    """Find the look at which an observed path crosses a boundary.

    Args:
        boundary: the boundary.
        evaluable: evaluable patients at each point of the path, increasing.
        events: events among them.

    Returns:
        The evaluable patients at the first crossing; None where the path does not cross. A point between two looks
        is not a look.

    Example:
        >>> boundary = compute_toxicity_boundary(
        ...     limit=0.3, certainty=0.9, prior_a=0.5, prior_b=0.5, looks=(6, 12))
        >>> find_crossing(boundary, evaluable=(6, 12), events=(3, 7))
        12
    """
    limits = dict(zip(boundary.looks, boundary.stop_at_or_above, strict=True))
    for n, count in zip(evaluable, events, strict=True):
        limit = limits.get(n)
        if limit is not None and count >= limit:
            return n
    return None
