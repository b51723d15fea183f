"""Two-stage designs: stop early when too few patients succeed, and what that does exactly."""

from dataclasses import dataclass

from abscopal.design.single_stage import assert_rates
from abscopal.design.stopping_rule import StoppingRule, compute_behaviour
from abscopal.errors import OptionError


@dataclass(frozen=True, slots=True)
class TwoStageDesign:
    """A rule r1/n1 r/n: stop after n1 patients with at most r1 successes; promising with more than r among n.

    Args:
        r1: successes at or below which the trial stops after the first stage.
        n1: patients of the first stage.
        r: successes at or below which the treatment is not promising at the end.
        n: patients of both stages.
        p0: uninteresting rate.
        p1: hoped-for rate.

    Example:
        >>> TwoStageDesign(r1=1, n1=10, r=5, n=29, p0=0.1, p1=0.3).written
        '1/10 5/29'
    """

    r1: int
    n1: int
    r: int
    n: int
    p0: float
    p1: float

    def __post_init__(self) -> None:
        assert_rates(self.p0, self.p1)
        if not 1 <= self.n1 < self.n:
            raise OptionError(
                f"A first stage of {self.n1} patients does not fit into {self.n}.",
                where="design",
                remedy=f"The first stage has between 1 and {max(self.n - 1, 1)} patients.",
            )
        if not (0 <= self.r1 < self.n1 and self.r1 <= self.r < self.n):
            raise OptionError(
                f"{self.written} cannot be a rule.",
                where="design",
                remedy="Write r1/n1 r/n with r1 below n1, r below n and r at least r1, such as 1/10 5/29.",
            )

    @property
    def written(self) -> str:
        """The rule as it is usually printed."""
        return f"{self.r1}/{self.n1} {self.r}/{self.n}"

    @property
    def rule(self) -> StoppingRule:
        """The rule as looks with limits."""
        return StoppingRule(looks=(self.n1, self.n), low=(self.r1, self.r), high=(None, self.r + 1))


@dataclass(frozen=True, slots=True)
class DesignCharacteristics:
    """What a design does exactly under the uninteresting and under the hoped-for rate.

    Args:
        alpha: probability of deciding for the treatment under p0.
        power: the same under p1.
        expected_n_p0: patients expected under p0.
        expected_n_p1: the same under p1.
        early_stop_p0: probability of stopping early against the treatment under p0.
        early_stop_p1: the same under p1.
    """

    alpha: float
    power: float
    expected_n_p0: float
    expected_n_p1: float
    early_stop_p0: float
    early_stop_p1: float


def compute_characteristics(rule: StoppingRule, *, p0: float, p1: float) -> DesignCharacteristics:
    """Compute what a rule of success does exactly under two rates.

    Args:
        rule: looks and limits; stopping high decides for the treatment.
        p0: uninteresting rate.
        p1: hoped-for rate.

    Returns:
        Error rates, patients expected and probabilities of stopping early.

    Reference:
        Simon 1989 (doi:10.1016/0197-2456(89)90015-9).

    Example:
        >>> design = TwoStageDesign(r1=1, n1=10, r=5, n=29, p0=0.1, p1=0.3)
        >>> exact = compute_characteristics(design.rule, p0=0.1, p1=0.3)
        >>> round(exact.alpha, 4), round(exact.power, 4), round(exact.expected_n_p0, 1)
        (0.0471, 0.8051, 15.0)
    """
    null, hoped = compute_behaviour(rule, rate=p0), compute_behaviour(rule, rate=p1)
    return DesignCharacteristics(
        alpha=null.high,
        power=hoped.high,
        expected_n_p0=null.expected_n,
        expected_n_p1=hoped.expected_n,
        early_stop_p0=null.early_low,
        early_stop_p1=hoped.early_low,
    )


def compute_two_stage_characteristics(design: TwoStageDesign) -> DesignCharacteristics:
    """Compute what a two-stage design does exactly.

    Example:
        >>> wrong = TwoStageDesign(r1=1, n1=8, r=4, n=24, p0=0.1, p1=0.3)
        >>> exact = compute_two_stage_characteristics(wrong)
        >>> round(exact.alpha, 4), round(exact.power, 3)
        (0.0516, 0.708)
    """
    return compute_characteristics(design.rule, p0=design.p0, p1=design.p1)
