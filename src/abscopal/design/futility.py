"""Futility looks added to a one-stage rule: how often they stop, and the power they cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from abscopal.design.single_stage import SingleStageDesign, compute_operating_characteristics
from abscopal.design.stopping_rule import StoppingRule
from abscopal.design.two_stage import DesignCharacteristics, compute_characteristics
from abscopal.errors import OptionError


@dataclass(frozen=True, slots=True)
class FutilityLookDesign:
    """One look: stop with few successes.

    Args:
        n: evaluable patients at the look.
        stop_at_or_below: successes at or below which the trial stops.
    """

    n: int
    stop_at_or_below: int


@dataclass(frozen=True, slots=True)
class FutilityBehaviour:
    """What futility looks do to a rule.

    Args:
        exact: error rates, patients expected and early stops with the looks.
        lost_power: power without the looks minus power with them.
    """

    exact: DesignCharacteristics
    lost_power: float


def combine_with_futility(design: SingleStageDesign, *, looks: Sequence[FutilityLookDesign]) -> StoppingRule:
    """Put futility looks before the final rule of a one-stage design.

    Example:
        >>> final = SingleStageDesign(n=29, minimum_successes=6, p0=0.1, p1=0.3)
        >>> combine_with_futility(final, looks=[FutilityLookDesign(10, 1)]).low
        (1, 5)
    """
    for look in looks:
        if not 1 <= look.n < design.n or not 0 <= look.stop_at_or_below < look.n:
            raise OptionError(
                f"A look at {look.n} patients that stops at {look.stop_at_or_below} successes does not fit a trial of "
                f"{design.n}.",
                where="futility look",
                remedy=f"A look comes before {design.n} patients and stops below its own number.",
            )
    minimum = design.minimum_successes
    return StoppingRule(
        looks=(*(look.n for look in looks), design.n),
        low=(*(look.stop_at_or_below for look in looks), minimum - 1 if minimum > 0 else None),
        high=(*(None for _ in looks), minimum),
    )


def compute_futility_behaviour(
    design: SingleStageDesign, *, looks: Sequence[FutilityLookDesign]
) -> FutilityBehaviour:
    """Compute what futility looks do to the error rates and to the number of patients.

    Args:
        design: the final rule.
        looks: the looks, in order.

    Returns:
        The exact behaviour and the power that the looks cost.

    Reference:
        Exact binomial sums; with one look this is a two-stage design (Simon 1989,
        doi:10.1016/0197-2456(89)90015-9).

    Example:
        >>> final = SingleStageDesign(n=29, minimum_successes=6, p0=0.1, p1=0.3)
        >>> found = compute_futility_behaviour(final, looks=[FutilityLookDesign(10, 1)])
        >>> round(found.exact.power, 4), round(found.lost_power, 4)
        (0.8051, 0.1018)
    """
    exact = compute_characteristics(combine_with_futility(design, looks=looks), p0=design.p0, p1=design.p1)
    return FutilityBehaviour(exact, compute_operating_characteristics(design).power - exact.power)
