"""Minimisation: the next arm leans towards the one that would leave the patient's own levels best balanced.

Dividing counts by an unequal ratio and keeping one probability for whichever arm is preferred does not keep
the ratio. Two rules do better, and both are here by name:

    equal_parts   each arm is as many equal parts as its share (2:1 is three parts), the parts are minimised as
                  arms of 1:1:1, and a part stands for its arm. By symmetry every part, hence every arm, keeps
                  its share at every allocation.
    biased_coin   counts are divided by the ratio, and each arm has its own probability when it is preferred.
                  The ratio is kept over many patients but not at each allocation: at 2:1 and p = 0.8 the very
                  first patient goes to the larger arm with probability 0.9.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Imbalance = Literal["range", "variance"]
RatioRule = Literal["equal_parts", "biased_coin"]
TIE = 1e-9


def compute_imbalance_scores(
    counts: ArrayLike,
    *,
    ratio: tuple[int, ...],
    imbalance: Imbalance = "range",
    weights: tuple[float, ...] | None = None,
) -> NDArray[np.float64]:
    """Compute, for each arm, the imbalance that would follow if the patient went there.

    Args:
        counts: patients so far by factor (at the patient's level) and arm, shape (..., factors, arms).
        ratio: patients per arm; counts are divided by it.
        imbalance: `range`, or `variance` with arms - 1 in the denominator.
        weights: one weight for each factor; all 1 by default.

    Returns:
        Shape (..., arms); the least score is preferred.

    Reference:
        Pocock and Simon 1975 (doi:10.2307/2529712).

    Example:
        >>> compute_imbalance_scores([[3, 2], [3, 2]], ratio=(1, 1)).tolist()
        [4.0, 0.0]
        >>> compute_imbalance_scores([[3, 2], [3, 2]], ratio=(2, 1)).tolist()
        [0.0, 3.0]
    """
    found = np.asarray(counts, np.float64)
    shares = np.asarray(ratio, np.float64)
    weight = np.ones(found.shape[-2]) if weights is None else np.asarray(weights, np.float64)
    scores = []
    for arm in range(len(ratio)):
        pretended = found.copy()
        pretended[..., arm] += 1
        pretended /= shares
        if imbalance == "range":
            spread = pretended.max(axis=-1) - pretended.min(axis=-1)
        else:
            spread = pretended.var(axis=-1, ddof=1)
        scores.append(spread @ weight)
    return np.stack(scores, axis=-1)


@dataclass(frozen=True, slots=True)
class MinimisationLaw:
    """Minimisation with a random element.

    Args:
        ratio: patients per arm.
        probability: probability of the part, or of the arm with the smallest share, when it alone is preferred.
        weights: one weight for each factor, in the order of the counts.
        imbalance: `range` or `variance`.
        ratio_rule: how an unequal ratio is kept; both rules are the same at equal shares.

    Reference:
        Pocock and Simon 1975 (doi:10.2307/2529712); Han, Enas and McEntegart 2009 (doi:10.1002/sim.3710), for
        `biased_coin`; Kuznetsova and Tymofyeyev 2012 (doi:10.1002/sim.4447), for `equal_parts`.

    Example:
        >>> law = MinimisationLaw(ratio=(2, 1), probability=0.8, weights=(1.0,))
        >>> law.arm_of_part
        (0, 0, 1)
        >>> law.compute_probabilities([[1, 1, 0]]).round(3).tolist()
        [0.1, 0.1, 0.8]
    """

    ratio: tuple[int, ...]
    probability: float = field(repr=False)
    weights: tuple[float, ...]
    imbalance: Imbalance = "range"
    ratio_rule: RatioRule = "equal_parts"

    @property
    def arm_of_part(self) -> tuple[int, ...]:
        """The arm of each part; parts are arms under the biased coin."""
        if self.ratio_rule == "biased_coin":
            return tuple(range(len(self.ratio)))
        return tuple(arm for arm, share in enumerate(self.ratio) for _ in range(share))

    def compute_scores(self, counts: ArrayLike) -> NDArray[np.float64]:
        """Compute the score of each part from counts of shape (..., factors, parts)."""
        ratio = self.ratio if self.ratio_rule == "biased_coin" else (1,) * len(self.arm_of_part)
        return compute_imbalance_scores(counts, ratio=ratio, imbalance=self.imbalance, weights=self.weights)

    def compute_probabilities(self, counts: ArrayLike) -> NDArray[np.float64]:
        """Compute the probability of each part.

        Args:
            counts: patients so far by factor, at the patient's level, and part, shape (..., factors, parts).

        Returns:
            Shape (..., parts).
        """
        scores = self.compute_scores(counts)
        preferred = (scores <= scores.min(axis=-1, keepdims=True) + TIE).astype(np.float64)
        if self.ratio_rule == "biased_coin":
            return self._lean_by_share(preferred)
        return self._lean_equally(preferred)

    def _lean_equally(self, preferred: NDArray[np.float64]) -> NDArray[np.float64]:
        parts = preferred.shape[-1]
        chosen = preferred.sum(axis=-1, keepdims=True)
        others = np.maximum(parts - chosen, 1)
        leaning = preferred * self.probability / chosen + (1 - preferred) * (1 - self.probability) / others
        probabilities: NDArray[np.float64] = np.where(chosen == parts, 1 / parts, leaning)
        return probabilities

    def _lean_by_share(self, preferred: NDArray[np.float64]) -> NDArray[np.float64]:
        shares = np.asarray(self.ratio, np.float64)
        slope = (1 - self.probability) / (shares.sum() - shares.min())
        # Row i: probability of each arm when arm i is preferred.
        rows = np.tile(slope * shares, (shares.size, 1))
        np.fill_diagonal(rows, 1 - slope * (shares.sum() - shares))
        weight = preferred * shares
        chosen: NDArray[np.float64] = (weight / weight.sum(axis=-1, keepdims=True)) @ rows
        return chosen
