"""What every estimation gives back: a number with its interval, its n and the rule that made it."""

import math
from dataclasses import dataclass
from typing import Literal

from abscopal.errors import ImpossibleStateError, OptionError

Sides = Literal["two", "less", "greater"]
"""Alternative of a test: different, first below second (or below the null), first above."""

_ROUNDING = 1e-9


def assert_level(level: float) -> float:
    """Refuse a confidence level that is not strictly between 0 and 1.

    Args:
        level: confidence level, such as 0.95.

    Returns:
        The same level.

    Example:
        >>> assert_level(0.95)
        0.95
    """
    if not 0.0 < level < 1.0:
        raise OptionError(
            f"A confidence level of {level} has no meaning.",
            where="level",
            remedy="Give a number between 0 and 1, such as 0.95.",
        )
    return level


def _plain(value: float | None, name: str) -> float | None:
    if value is None:
        return None
    number = float(value)
    if not math.isfinite(number):
        raise ImpossibleStateError(f"{name} is {number}: an undefined number must be None.")
    return number


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number as it may be printed: never without its interval, its n and its method.

    `None` means undefined (no patient, no event, a median not reached), never zero. The value checks itself:
    no infinite or missing float enters, and the interval holds the estimate.

    Args:
        estimate: the number, in `unit`.
        lower: lower confidence limit, in `unit`.
        upper: upper confidence limit, in `unit`.
        level: confidence level of the interval, such as 0.95.
        n: number of patients (or lesions, where `unit` says so) that the number rests on.
        events: number of events among them; None when events have no meaning.
        method: the rule that made the number and its interval, in words.
        unit: unit of the number, such as "proportion" or "days".

    Example:
        >>> Estimate(0.2432, 0.1177, 0.4120, 0.95, 37, 9, "Clopper-Pearson", "proportion").events
        9
    """

    estimate: float | None
    lower: float | None
    upper: float | None
    level: float
    n: int
    events: int | None
    method: str
    unit: str

    def __post_init__(self) -> None:
        assert_level(self.level)
        if self.n < 0 or (self.events is not None and self.events < 0):
            raise ImpossibleStateError(f"{self.method}: a count is negative.")
        estimate = _plain(self.estimate, f"{self.method}: the estimate")
        lower = _plain(self.lower, f"{self.method}: the lower limit")
        upper = _plain(self.upper, f"{self.method}: the upper limit")
        if lower is not None and estimate is not None and lower > estimate:
            lower = self._snapped(lower, estimate)
        if upper is not None and estimate is not None and upper < estimate:
            upper = self._snapped(upper, estimate)
        if lower is not None and upper is not None and lower > upper:
            raise ImpossibleStateError(f"{self.method}: the lower limit is above the upper limit.")
        object.__setattr__(self, "estimate", estimate)
        object.__setattr__(self, "lower", lower)
        object.__setattr__(self, "upper", upper)
        object.__setattr__(self, "n", int(self.n))
        object.__setattr__(self, "events", None if self.events is None else int(self.events))

    def _snapped(self, limit: float, estimate: float) -> float:
        if abs(limit - estimate) > _ROUNDING * max(1.0, abs(estimate)):
            raise ImpossibleStateError(f"{self.method}: the interval does not hold the estimate.")
        return estimate


@dataclass(frozen=True, slots=True)
class TestResult:
    """The outcome of a test of a hypothesis.

    Args:
        p_value: probability under the null hypothesis; None where the data allow no test.
        statistic: the statistic of the test; None for tests that have none, or where undefined.
        method: the test and its conventions, in words.
        sides: the alternative.
        degrees_of_freedom: of a chi-square statistic; None otherwise.

    Example:
        >>> TestResult(0.0219, None, "Fisher exact", "two").p_value
        0.0219
    """

    __test__ = False  # the name begins with Test: pytest must not collect it

    p_value: float | None
    statistic: float | None
    method: str
    sides: Sides
    degrees_of_freedom: int | None = None

    def __post_init__(self) -> None:
        p_value = _plain(self.p_value, f"{self.method}: the p value")
        if p_value is not None:
            if not -_ROUNDING <= p_value <= 1.0 + _ROUNDING:
                raise ImpossibleStateError(f"{self.method}: the p value is {p_value}.")
            p_value = min(max(p_value, 0.0), 1.0)
        object.__setattr__(self, "p_value", p_value)
        object.__setattr__(self, "statistic", _plain(self.statistic, f"{self.method}: the statistic"))
