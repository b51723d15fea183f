"""Estimates after a two-stage trial: unbiased over every outcome, intervals that cover, sizes as attained."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abscopal.design.two_stage import TwoStageDesign
from abscopal.design.two_stage_inference import (
    TwoStageResult,
    compute_attained_design,
    compute_two_stage_inference,
)
from abscopal.errors import OptionError

R1, N1, N = 1, 6, 14


def list_outcomes(rate: float) -> list[tuple[TwoStageResult, float]]:
    """Every outcome with its probability, from the two binomial stages."""

    def point(n: int, x: int) -> float:
        return math.comb(n, x) * rate**x * (1 - rate) ** (n - x)

    stopped = [(TwoStageResult(R1, N1, N1, x), point(N1, x)) for x in range(R1 + 1)]
    chances: dict[int, float] = {}
    for x in range(R1 + 1, N1 + 1):
        for y in range(N - N1 + 1):
            chances[x + y] = chances.get(x + y, 0.0) + point(N1, x) * point(N - N1, y)
    return stopped + [(TwoStageResult(R1, N1, N, s), chance) for s, chance in sorted(chances.items())]


@settings(deadline=None, max_examples=15)
@given(rate=st.floats(0.02, 0.98))
def test_the_unbiased_estimate_is_unbiased(rate: float):
    outcomes = list_outcomes(rate)
    found = [(compute_two_stage_inference(result, p0=0.2), chance) for result, chance in outcomes]
    assert sum(chance for _, chance in found) == pytest.approx(1)
    assert sum(entry.unbiased * chance for entry, chance in found) == pytest.approx(rate, abs=1e-9)
    covered = sum(chance for entry, chance in found if entry.lower <= rate <= entry.upper)
    assert covered >= 0.9 - 1e-9


def test_p_values_fall_along_the_order_of_outcomes():
    results = [result for result, _ in list_outcomes(0.3)]
    p_values = [compute_two_stage_inference(result, p0=0.2).p_value for result in results]
    assert p_values == sorted(p_values, reverse=True)
    assert p_values[0] == pytest.approx(1)
    chances = [chance for _, chance in list_outcomes(0.2)]
    assert p_values[3] == pytest.approx(sum(chances[3:]))


def test_the_plain_share_is_biased_down():
    """Stopping early keeps low shares low: on average the plain share is below the true rate."""
    naive = sum(
        compute_two_stage_inference(result, p0=0.2).naive * chance for result, chance in list_outcomes(0.3)
    )
    assert naive < 0.3 - 0.005


def test_limits_at_the_ends():
    none = compute_two_stage_inference(TwoStageResult(R1, N1, N1, 0), p0=0.2)
    every = compute_two_stage_inference(TwoStageResult(R1, N1, N, N), p0=0.2)
    assert (none.lower, none.unbiased) == (0.0, 0.0)
    assert (every.upper, every.unbiased) == (1.0, 1.0)


def test_attained_sizes_keep_alpha():
    planned = TwoStageDesign(3, 13, 12, 43, 0.2, 0.4)
    for n1, n in ((12, 43), (13, 45), (15, 40), (13, 43)):
        attained, exact = compute_attained_design(planned, n1=n1, n=n, alpha=0.05)
        assert (attained.n1, attained.n, attained.r1) == (n1, n, 3)
        assert exact.alpha <= 0.05
    assert attained.r == 12
    with pytest.raises(OptionError, match="No final limit"):
        compute_attained_design(planned, n1=13, n=43, alpha=0.0)


@pytest.mark.parametrize(("n", "successes"), [(13, 4), (43, 3), (43, 44), (12, 0)])
def test_results_that_cannot_be(n: int, successes: int):
    with pytest.raises(OptionError, match="cannot follow"):
        TwoStageResult(r1=3, n1=13, n=n, successes=successes)
