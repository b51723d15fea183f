"""Coins for two arms at 1:1 that lean towards the arm with fewer patients."""

from dataclasses import dataclass, field
from fractions import Fraction

from abscopal.conduct.allocation.laws.law import Outcome, State

HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class CoinLaw:
    """A coin that favours the lagging arm, and is forced once the imbalance reaches its bound.

    With a probability above one half and no bound this is Efron's biased coin; with one half and a bound, the
    big stick; with both, the biased coin with imbalance tolerance. The state is the imbalance: patients of the
    first arm less patients of the second.

    Args:
        favoured: probability of the lagging arm.
        bound: imbalance that is never passed; None for no bound.

    Reference:
        Efron 1971 (doi:10.1093/biomet/58.3.403); Soares and Wu 1983 (doi:10.1080/03610928308828586);
        Chen 1999 (doi:10.1080/15326349908807570).

    Example:
        >>> stick = CoinLaw(favoured=HALF, bound=3)
        >>> [(outcome.arm, str(outcome.probability)) for outcome in stick.list_outcomes((2,))]
        [(0, '1/2'), (1, '1/2')]
        >>> [(outcome.arm, str(outcome.probability)) for outcome in stick.list_outcomes((3,))]
        [(1, '1')]
    """

    favoured: Fraction = field(repr=False)
    bound: int | None = field(repr=False, default=None)
    ratio: tuple[int, ...] = field(default=(1, 1), init=False)
    start: State = field(default=(0,), init=False, repr=False)

    def list_outcomes(self, state: State) -> tuple[Outcome, ...]:
        """List the arms with the coin at this imbalance."""
        imbalance = state[0]
        first = self._compute_first(imbalance)
        outcomes = (Outcome(0, (imbalance + 1,), first), Outcome(1, (imbalance - 1,), 1 - first))
        return tuple(outcome for outcome in outcomes if outcome.probability)

    def _compute_first(self, imbalance: int) -> Fraction:
        if self.bound is not None and abs(imbalance) >= self.bound:
            return Fraction(int(imbalance < 0))
        if imbalance == 0:
            return HALF
        return self.favoured if imbalance < 0 else 1 - self.favoured
