"""What a one-stage design promised, what it does exactly, and what could be chosen instead."""

from dataclasses import dataclass

from abscopal.design.single_stage import (
    OperatingCharacteristics,
    SingleStageDesign,
    assert_errors,
    compute_exact_design,
    compute_operating_characteristics,
    find_lasting_size,
)
from abscopal.errors import OptionError


@dataclass(frozen=True, slots=True)
class DesignOption:
    """A rule with its exact error rates."""

    design: SingleStageDesign
    exact: OperatingCharacteristics


@dataclass(frozen=True, slots=True)
class DesignComparison:
    """A planned rule beside its promises and beside the smallest rule that keeps them.

    Args:
        planned: the rule of the protocol, with its exact error rates.
        nominal_alpha: false positive rate promised.
        nominal_power: power promised.
        smallest: the smallest rule that keeps both promises exactly.
        lasting_n: size from which every larger size keeps them too.
    """

    planned: DesignOption
    nominal_alpha: float
    nominal_power: float
    smallest: DesignOption
    lasting_n: int

    @property
    def keeps_alpha(self) -> bool:
        """Whether the planned rule keeps its false positive rate."""
        return self.planned.exact.alpha <= self.nominal_alpha

    @property
    def keeps_power(self) -> bool:
        """Whether the planned rule reaches its power."""
        return self.planned.exact.power >= self.nominal_power

    @property
    def sentence(self) -> str:
        """The comparison in words."""
        design, exact = self.planned.design, self.planned.exact
        broken = [
            promise
            for promise, kept in (("alpha", self.keeps_alpha), ("power", self.keeps_power))
            if not kept
        ]
        start = (
            f"At least {design.minimum_successes} of {design.n}: exact alpha {exact.alpha:.4f} "
            f"(promised {self.nominal_alpha:g}), exact power {exact.power:.4f} "
            f"(promised {self.nominal_power:g})."
        )
        if not broken:
            return f"{start} Both promises are kept."
        other = self.smallest
        return (
            f"{start} It misses its {' and its '.join(broken)}; the smallest rule that keeps both is at least "
            f"{other.design.minimum_successes} of {other.design.n} (alpha {other.exact.alpha:.4f}, power "
            f"{other.exact.power:.4f})."
        )


def compare_with_exact(design: SingleStageDesign, *, alpha: float, power: float) -> DesignComparison:
    """Compare a planned rule with the error rates it promised and with the smallest exact rule.

    Args:
        design: the rule of the protocol.
        alpha: one-sided false positive rate that it promised.
        power: power that it promised.

    Returns:
        The comparison, with a sentence ready to print.

    Reference:
        A'Hern 2001 (doi:10.1002/sim.721).

    Example:
        >>> plan = SingleStageDesign(n=38, minimum_successes=23, p0=0.5, p1=0.7)
        >>> found = compare_with_exact(plan, alpha=0.10, power=0.90)
        >>> found.keeps_alpha, found.smallest.design.n, found.smallest.design.minimum_successes
        (False, 39, 24)
    """
    smallest = compute_exact_design(design.p0, design.p1, alpha=alpha, power=power)
    return DesignComparison(
        planned=DesignOption(design, compute_operating_characteristics(design)),
        nominal_alpha=alpha,
        nominal_power=power,
        smallest=DesignOption(smallest, compute_operating_characteristics(smallest)),
        lasting_n=find_lasting_size(design.p0, design.p1, alpha=alpha, power=power),
    )


def compute_near_misses(
    p0: float, p1: float, *, alpha: float, power: float, tolerance: float = 0.01
) -> tuple[DesignOption, ...]:
    """List rules smaller than the exact one that miss a promise by little.

    A team short of patients may prefer such a rule, knowingly and with its exact rates printed.

    Args:
        p0: uninteresting rate.
        p1: hoped-for rate.
        alpha: one-sided false positive rate promised.
        power: power promised.
        tolerance: how far alpha may exceed, and power fall short of, its promise.

    Returns:
        The rules, smallest first.

    Example:
        >>> found = compute_near_misses(0.5, 0.7, alpha=0.10, power=0.90, tolerance=0.02)
        >>> [(option.design.n, option.design.minimum_successes) for option in found]
        [(34, 21), (37, 23)]
    """
    assert_errors(alpha, power)
    if tolerance < 0:
        raise OptionError("A tolerance below 0 leaves no rule.", where="tolerance", remedy="Give 0 or more.")
    smallest = compute_exact_design(p0, p1, alpha=alpha, power=power)
    found = []
    for n in range(1, smallest.n):
        for minimum in range(n + 1):
            design = SingleStageDesign(n=n, minimum_successes=minimum, p0=p0, p1=p1)
            exact = compute_operating_characteristics(design)
            if exact.alpha <= alpha + tolerance and exact.power >= power - tolerance:
                found.append(DesignOption(design, exact))
    return tuple(found)
