"""Compare designs for the same question: what each promises, and what it does exactly."""

from dataclasses import dataclass
from typing import Literal

from abscopal.design.bop2 import Bop2Design, find_bop2_design, search_limits
from abscopal.design.multi_stage import compute_fleming_stages
from abscopal.design.simon import find_simon_designs
from abscopal.design.single_stage import (
    SingleStageDesign,
    assert_errors,
    assert_rates,
    compute_exact_design,
    compute_fleming_design,
)
from abscopal.design.stopping_rule import StoppingRule
from abscopal.design.two_stage import DesignCharacteristics, compute_characteristics

DesignKind = Literal[
    "one_stage_normal",
    "one_stage_exact",
    "simon_minimax",
    "simon_admissible",
    "simon_optimal",
    "fleming_stages",
    "bop2",
]
FIRST_LOOK, BETWEEN_LOOKS, MOST_LOOKS = 10, 5, 8
LARGEST_EXPLORED_N = 250


@dataclass(frozen=True, slots=True)
class ExploredDesign:
    """One design with its exact behaviour.

    Args:
        kind: the method that made it.
        written: its limits, as they are usually printed.
        rule: its looks with limits.
        p0: uninteresting rate.
        p1: hoped-for rate.
        exact: its exact behaviour.
        keeps_alpha: whether it keeps the false positive rate asked for.
        keeps_power: whether it reaches the power asked for.
    """

    kind: DesignKind
    written: str
    rule: StoppingRule
    p0: float
    p1: float
    exact: DesignCharacteristics
    keeps_alpha: bool
    keeps_power: bool


@dataclass(frozen=True, slots=True)
class Exploration:
    """All designs for one question.

    Args:
        p0: uninteresting rate.
        p1: hoped-for rate.
        alpha: one-sided false positive rate asked for.
        power: power asked for.
        designs: the designs, one-stage first; without BOP2 where its looks cost too much.
    """

    p0: float
    p1: float
    alpha: float
    power: float
    designs: tuple[ExploredDesign, ...]


def explore_designs(
    p0: float, p1: float, *, alpha: float, power: float, looks: tuple[int, ...] | None = None
) -> Exploration:
    """Make every design that this room knows for one question about one rate.

    Fleming's two stages split his one-stage number in halves. BOP2 looks at 10 patients and then every 5 (less often
    in large trials, at most eight times); its size is the first found to reach the power. Both are our choices. It is
    left out where half as many patients again as the exact one-stage design would not reach it.

    Args:
        p0: uninteresting rate.
        p1: hoped-for rate.
        alpha: one-sided false positive rate not to exceed.
        power: power to reach.
        looks: looks of BOP2, the last being everyone; None searches the size.

    Returns:
        The designs with their exact behaviour.

    Raises:
        OptionError: the question has no answer, or none within the number of patients that is searched.

    Reference:
        Each method's own; see the file of its name.

    Example:
        >>> found = explore_designs(0.1, 0.4, alpha=0.1, power=0.8)
        >>> [(design.kind, design.written) for design in found.designs][:2]
        [('one_stage_normal', '≥2/8'), ('one_stage_exact', '≥3/10')]
    """
    assert_rates(p0, p1)
    assert_errors(alpha, power)
    made: list[tuple[DesignKind, str, StoppingRule]] = []
    normal = compute_fleming_design(p0, p1, alpha=alpha, power=power)
    exact = compute_exact_design(p0, p1, alpha=alpha, power=power, largest_n=LARGEST_EXPLORED_N)
    made += [
        ("one_stage_normal", f"≥{normal.minimum_successes}/{normal.n}", _as_rule(normal)),
        ("one_stage_exact", f"≥{exact.minimum_successes}/{exact.n}", _as_rule(exact)),
    ]
    simon = find_simon_designs(p0, p1, alpha=alpha, power=power)
    between = [
        option.design
        for option in simon.admissible
        if option.design not in (simon.minimax.design, simon.optimal.design)
    ]
    made.append(("simon_minimax", simon.minimax.design.written, simon.minimax.design.rule))
    made += [("simon_admissible", design.written, design.rule) for design in between]
    made.append(("simon_optimal", simon.optimal.design.written, simon.optimal.design.rule))
    if normal.n >= 2:
        halves = (normal.n - normal.n // 2, normal.n // 2)
        staged = compute_fleming_stages(p0, p1, stages=halves, alpha=alpha)
        made.append(("fleming_stages", staged.written, staged.rule))
    bop2 = (
        _size_bop2(p0, p1, alpha=alpha, power=power, around=exact.n)
        if looks is None
        else find_bop2_design(p0, p1, looks=looks, alpha=alpha)
    )
    if bop2 is not None:
        made.append(("bop2", bop2.written, bop2.rule))
    return Exploration(
        p0=p0,
        p1=p1,
        alpha=alpha,
        power=power,
        designs=tuple(
            _describe(kind, written, rule, p0, p1, alpha=alpha, power=power) for kind, written, rule in made
        ),
    )


def list_looks(n: int) -> tuple[int, ...]:
    """List the looks of a trial of n patients: the tenth patient, then every fifth, at most eight in all.

    Example:
        >>> list_looks(36)
        (10, 15, 20, 25, 30, 36)
    """
    between = max(BETWEEN_LOOKS, -(-(n - FIRST_LOOK) // (MOST_LOOKS - 1)))
    # A look within two patients of the end would only repeat it.
    return (*(look for look in range(FIRST_LOOK, n, between) if n - look > 2), n)


def _size_bop2(p0: float, p1: float, *, alpha: float, power: float, around: int) -> Bop2Design | None:
    """Find a size that reaches the power: by large steps, then back by steps of one patient in forty."""

    def _try(n: int) -> Bop2Design | None:
        return search_limits(p0, p1, looks=list_looks(n), alpha=alpha, least_power=power)

    below, n = 1, max(2, around * 4 // 5)
    while (found := _try(n)) is None:
        below, n = n, n + max(1, n // 10)
        if n > around + around // 2 + FIRST_LOOK:
            return None
    for smaller in range(below + 1, n, max(1, n // 40)) if below > 1 else ():
        if (earlier := _try(smaller)) is not None:
            return earlier
    return found


def _as_rule(design: SingleStageDesign) -> StoppingRule:
    minimum = design.minimum_successes
    return StoppingRule(looks=(design.n,), low=(minimum - 1 if minimum else None,), high=(minimum,))


def _describe(
    kind: DesignKind, written: str, rule: StoppingRule, p0: float, p1: float, *, alpha: float, power: float
) -> ExploredDesign:
    exact = compute_characteristics(rule, p0=p0, p1=p1)
    return ExploredDesign(
        kind=kind,
        written=written,
        rule=rule,
        p0=p0,
        p1=p1,
        exact=exact,
        keeps_alpha=exact.alpha <= alpha + 1e-12,
        keeps_power=exact.power >= power - 1e-12,
    )
