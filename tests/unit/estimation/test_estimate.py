"""An estimate refuses to hold nonsense."""

import math
from dataclasses import FrozenInstanceError

import pytest

from abscopal.errors import ImpossibleStateError, OptionError
from abscopal.estimation.counts import TwoArmCounts
from abscopal.estimation.estimate import Estimate, TestResult


def make(estimate: float | None, lower: float | None, upper: float | None) -> Estimate:
    return Estimate(estimate, lower, upper, 0.95, 10, 3, "a method", "proportion")


@pytest.mark.parametrize(
    "values",
    [(0.5, 0.6, 0.7), (0.5, 0.1, 0.4), (None, 0.6, 0.5), (math.nan, 0.1, 0.2), (0.5, -math.inf, 0.6)],
)
def test_an_interval_that_misses_its_estimate_is_a_bug(
    values: tuple[float | None, float | None, float | None],
):
    with pytest.raises(ImpossibleStateError, match="a method"):
        make(*values)


def test_rounding_in_the_last_digit_is_forgiven():
    found = make(0.5, 0.5 + 1e-12, 0.5 - 1e-12)
    assert (found.lower, found.upper) == (0.5, 0.5)


def test_a_median_not_reached_keeps_its_lower_limit():
    assert make(None, 60.0, None).lower == 60.0


@pytest.mark.parametrize("level", [0.0, 1.0, 95])
def test_a_level_is_between_0_and_1(level: float):
    with pytest.raises(OptionError, match="between 0 and 1"):
        Estimate(0.5, 0.4, 0.6, level, 10, 3, "a method", "proportion")


@pytest.mark.parametrize(("n", "events"), [(-1, 0), (3, -1)])
def test_counts_are_not_negative(n: int, events: int):
    with pytest.raises(ImpossibleStateError, match="negative"):
        Estimate(0.5, 0.4, 0.6, 0.95, n, events, "a method", "proportion")


def test_an_estimate_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        make(0.5, 0.4, 0.6).estimate = 0.7  # type: ignore[misc]


def test_a_p_value_is_a_probability():
    assert TestResult(1.0 + 1e-12, None, "a test", "two").p_value == 1.0
    with pytest.raises(ImpossibleStateError, match="a test"):
        TestResult(1.2, None, "a test", "two")


@pytest.mark.parametrize("counts", [(5, 4, 1, 3), (1, 3, -1, 3), (0, -1, 0, 3)])
def test_counts_that_no_arm_can_have(counts: tuple[int, int, int, int]):
    with pytest.raises(OptionError, match="cannot be"):
        TwoArmCounts(*counts)
