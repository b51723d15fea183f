"""Fleming's designs with several stages: stop early for or against the treatment."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import stats

from abscopal.design.single_stage import assert_rates
from abscopal.design.stopping_rule import StoppingRule, assert_looks
from abscopal.errors import OptionError


@dataclass(frozen=True, slots=True)
class MultiStageDesign:
    """At each stage: stop against the treatment with few successes, for it with many.

    Args:
        looks: patients at each look, cumulative.
        accept_at_or_below: successes at or below which the treatment is given up.
        reject_at_or_above: successes at or above which it is declared promising.
        p0: uninteresting rate.
        p1: hoped-for rate.
        adjusted_rate: the rate between which and p0 the limits are drawn.
    """

    looks: tuple[int, ...]
    accept_at_or_below: tuple[int | None, ...]
    reject_at_or_above: tuple[int | None, ...]
    p0: float
    p1: float
    adjusted_rate: float

    @property
    def rule(self) -> StoppingRule:
        """The rule as looks with limits."""
        return StoppingRule(looks=self.looks, low=self.accept_at_or_below, high=self.reject_at_or_above)

    @property
    def written(self) -> str:
        """The limits of each look: stop low, stop high, patients."""
        parts = []
        for look, low, high in zip(self.looks, self.accept_at_or_below, self.reject_at_or_above, strict=True):
            limits = [] if low is None else [f"≤{low}"]
            limits += [] if high is None else [f"≥{high}"]
            parts.append(f"{' '.join(limits) or '–'}/{look}")
        return ", ".join(parts)


def compute_fleming_stages(p0: float, p1: float, *, stages: Sequence[int], alpha: float) -> MultiStageDesign:
    """Draw Fleming's limits for given stage sizes.

    The limits come from a normal approximation; the exact error rates belong beside them.

    Args:
        p0: uninteresting rate.
        p1: hoped-for rate, for which the power is computed; the limits themselves do not use it.
        stages: patients added at each stage.
        alpha: nominal one-sided false positive rate.

    Returns:
        The design. A limit that no count can reach is None.

    Reference:
        Fleming 1982 (doi:10.2307/2530297), several stages.

    Example:
        >>> design = compute_fleming_stages(0.2, 0.4, stages=(20, 15, 15), alpha=0.05)
        >>> design.accept_at_or_below, design.reject_at_or_above
        ((2, 9, 15), (10, 13, 16))
    """
    assert_rates(p0, p1)
    if not 0 < alpha < 0.5:
        raise OptionError(
            f"An alpha of {alpha:g} makes no design.", where="alpha", remedy="Give one such as 0.05."
        )
    if any(size < 1 for size in stages):
        raise OptionError(
            "A stage without patients cannot be.", where="stages", remedy="Give sizes such as 20, 20."
        )
    looks = tuple(sum(stages[: place + 1]) for place in range(len(stages)))
    assert_looks(looks)
    n, z = looks[-1], float(stats.norm.isf(alpha))
    adjusted = (math.sqrt(n * p0) + math.sqrt(1 - p0) * z) ** 2 / (n + z**2)
    above, below = z * math.sqrt(n * p0 * (1 - p0)), z * math.sqrt(n * adjusted * (1 - adjusted))
    reject = [_round(look * p0 + above) + 1 for look in looks]
    accept = [_round(look * adjusted - below) for look in looks]
    accept[-1] = reject[-1] - 1
    return MultiStageDesign(
        looks=looks,
        accept_at_or_below=tuple(limit if limit >= 0 else None for limit in accept),
        reject_at_or_above=tuple(
            limit if limit <= look else None for limit, look in zip(reject, looks, strict=True)
        ),
        p0=p0,
        p1=p1,
        adjusted_rate=adjusted,
    )


def _round(value: float) -> int:
    return math.floor(value + 0.5)
