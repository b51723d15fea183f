"""Looks at a growing count: what any rule of this shape does exactly, for every true rate.

One-stage and two-stage designs, several stages, futility looks, BOP2 and toxicity boundaries are all such rules;
they differ in where their limits come from. Their behaviour is added up here, once, from the binomial distribution.
"""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from abscopal.errors import OptionError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
LARGEST_LOOK = 2000


@dataclass(frozen=True, slots=True)
class StoppingRule:
    """A rule that looks at a count once or several times and may stop low or high.

    Args:
        looks: patients at each look, increasing.
        low: stop when the count is at or below this; None where a look cannot stop low.
        high: stop when the count is at or above this; None where a look cannot stop high.
        planned_n: patients when nothing stops it, where more are treated after the last look.

    Example:
        >>> StoppingRule(looks=(10, 29), low=(1, 5), high=(None, 6)).n
        29
    """

    looks: tuple[int, ...]
    low: tuple[int | None, ...]
    high: tuple[int | None, ...]
    planned_n: int | None = None

    def __post_init__(self) -> None:
        assert_looks(self.looks)
        if not len(self.looks) == len(self.low) == len(self.high):
            raise OptionError(
                f"{len(self.looks)} looks have {len(self.low)} low and {len(self.high)} high limits.",
                where="design",
                remedy="Give each look its limits; None where it cannot stop.",
            )
        if self.n < self.looks[-1]:
            raise OptionError(
                f"The last look comes at {self.looks[-1]} patients, but only {self.n} are planned.",
                where="looks",
                remedy=f"Plan {self.looks[-1]} patients, or end the looks at {self.n}.",
            )
        for look, low, high in zip(self.looks, self.low, self.high, strict=True):
            if low is not None and high is not None and low >= high:
                raise OptionError(
                    f"At {look} patients the rule stops both at {low} or fewer and at {high} or more.",
                    where="design",
                    remedy="The low limit must be below the high one.",
                )

    @property
    def n(self) -> int:
        """Patients when nothing stops it."""
        return self.looks[-1] if self.planned_n is None else self.planned_n


@dataclass(frozen=True, slots=True)
class StoppingBehaviour:
    """What a rule does for one true rate.

    Args:
        rate: the true rate.
        stop_low: probability of stopping low, look by look.
        stop_high: probability of stopping high, look by look.
        expected_n: patients expected.
    """

    rate: float
    stop_low: tuple[float, ...]
    stop_high: tuple[float, ...]
    expected_n: float

    @property
    def low(self) -> float:
        """Probability of ever stopping low."""
        return float(sum(self.stop_low))

    @property
    def high(self) -> float:
        """Probability of ever stopping high."""
        return float(sum(self.stop_high))

    @property
    def early_low(self) -> float:
        """Probability of stopping low before the last look."""
        return float(sum(self.stop_low[:-1]))

    @property
    def early(self) -> float:
        """Probability of stopping before the last look, on either side."""
        return float(sum(self.stop_low[:-1]) + sum(self.stop_high[:-1]))


def assert_looks(looks: tuple[int, ...]) -> None:
    """Refuse looks that do not grow.

    Example:
        >>> assert_looks((6, 12, 18))
    """
    if not looks or looks[0] < 1:
        raise OptionError(
            "A rule needs a first look, at one patient or more.", where="looks", remedy="Such as 6, 12, 18."
        )
    if max(looks) > LARGEST_LOOK:
        raise OptionError(
            f"A look at {max(looks)} patients is beyond what is computed.",
            where="looks",
            remedy=f"The last look may come at up to {LARGEST_LOOK} patients.",
        )
    if any(second <= first for first, second in itertools.pairwise(looks)):
        nearest = ", ".join(str(look) for look in sorted(set(looks)))
        raise OptionError(
            f"The looks {', '.join(map(str, looks))} do not increase.",
            where="looks",
            remedy=f"In order they would be {nearest}.",
        )


def assert_rate(rate: float) -> None:
    """Refuse a true rate outside 0 to 1.

    Example:
        >>> assert_rate(0.3)
    """
    if not 0.0 <= rate <= 1.0:
        nearest = f"{rate / 100:g}" if 1 < rate <= 100 else "0.3"
        raise OptionError(
            f"{rate:g} is not a rate.",
            where="rate",
            remedy=f"A rate lies between 0 and 1, such as {nearest}.",
        )


def compute_behaviour(rule: StoppingRule, *, rate: float) -> StoppingBehaviour:
    """Compute exactly what a rule does for one true rate.

    Args:
        rule: looks and limits.
        rate: true rate of what is counted.

    Returns:
        Probabilities of stopping, look by look, and the patients expected.

    Reference:
        Schultz et al. 1973, Biometrics 29:293-300 (recursion over looks).

    Example:
        >>> simon = StoppingRule(looks=(10, 29), low=(1, 5), high=(None, 6))
        >>> found = compute_behaviour(simon, rate=0.1)
        >>> round(found.high, 4), round(found.early, 4), round(found.expected_n, 2)
        (0.0471, 0.7361, 15.01)
    """
    assert_rate(rate)
    low = np.array([[-1 if limit is None else limit for limit in rule.low]])
    high = np.array([[rule.n + 1 if limit is None else limit for limit in rule.high]])
    stop_low, stop_high = compute_stopping(rule.looks, low, high, rate=rate)
    return StoppingBehaviour(
        rate=rate,
        stop_low=tuple(map(float, stop_low[0])),
        stop_high=tuple(map(float, stop_high[0])),
        expected_n=float(compute_expected_n(rule.looks, stop_low + stop_high, n=rule.n)[0]),
    )


def compute_stopping(
    looks: tuple[int, ...], low: Integers, high: Integers, *, rate: float
) -> tuple[Floats, Floats]:
    """Compute stopping probabilities of many rules with the same looks at once.

    Args:
        looks: patients at each look.
        low: shape (rules, looks): stop at or below; -1 never stops.
        high: shape (rules, looks): stop at or above; more than the patients never stops.
        rate: true rate.

    Returns:
        Two arrays of shape (rules, looks): probability of stopping low and high at each look.

    Example:
        >>> low, high = compute_stopping((10,), np.array([[1], [2]]), np.array([[11], [11]]), rate=0.1)
        >>> low.round(4).tolist()
        [[0.7361], [0.9298]]
    """
    counts = np.arange(looks[-1] + 1)
    state = np.zeros((1, counts.size))
    state[:, 0] = 1.0
    owner = np.zeros(low.shape[0], dtype=np.int64)
    stop_low, stop_high = np.zeros(low.shape), np.zeros(low.shape)
    before = 0
    for place, look in enumerate(looks):
        added = stats.binom.pmf(counts[None, :] - counts[:, None], look - before, rate)
        state = state @ added
        # Rules that have had the same limits so far share one row.
        limits = np.column_stack([owner, low[:, place], high[:, place]])
        shared, owner = np.unique(limits, axis=0, return_inverse=True)
        owner = owner.reshape(-1)
        state = state[shared[:, 0]]
        is_low = counts <= shared[:, 1, None]
        is_high = (counts >= shared[:, 2, None]) & ~is_low
        stop_low[:, place] = np.where(is_low, state, 0.0).sum(axis=1)[owner]
        stop_high[:, place] = np.where(is_high, state, 0.0).sum(axis=1)[owner]
        state = np.where(is_low | is_high, 0.0, state)
        before = look
    return stop_low, stop_high


def compute_expected_n(looks: tuple[int, ...], stop: Floats, *, n: int) -> Floats:
    """Compute the patients expected, from the probability of stopping at each look.

    Args:
        looks: patients at each look.
        stop: shape (rules, looks): probability of stopping.
        n: patients when nothing stops.

    Returns:
        Shape (rules,).

    Example:
        >>> compute_expected_n((10, 29), np.array([[0.5, 0.5]]), n=29).tolist()
        [19.5]
    """
    return np.asarray(n - stop @ (n - np.array(looks, dtype=np.float64)))
