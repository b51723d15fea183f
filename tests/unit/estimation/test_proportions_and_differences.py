"""Proportions and their differences: against other programs, and at the edges."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from abscopal.estimation.counts import TwoArmCounts
from abscopal.estimation.difference import compute_constrained_rates, estimate_risk_difference
from abscopal.estimation.estimate import Estimate
from abscopal.estimation.proportions import compute_binomial_test, estimate_proportion

METHODS = ("miettinen-nurminen", "mee", "newcombe", "agresti-caffo", "wald")
INTERVALS = {"clopper-pearson": "beta", "wilson": "wilson", "jeffreys": "jeffreys"}


@st.composite
def two_arms(draw: st.DrawFn) -> TwoArmCounts:
    n_1, n_2 = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    return TwoArmCounts(draw(st.integers(0, n_1)), n_1, draw(st.integers(0, n_2)), n_2)


def limits(estimate: Estimate) -> tuple[float, float]:
    assert estimate.lower is not None
    assert estimate.upper is not None
    return estimate.lower, estimate.upper


@pytest.mark.parametrize("method", INTERVALS)
@pytest.mark.parametrize(("events", "n"), [(1, 7), (9, 37), (20, 21), (250, 1000)])
def test_intervals_equal_those_of_statsmodels(method: str, events: int, n: int):
    found = estimate_proportion(events, n, method=method, level=0.9)
    assert limits(found) == pytest.approx(proportion_confint(events, n, alpha=0.1, method=INTERVALS[method]))


@pytest.mark.parametrize("method", INTERVALS)
@pytest.mark.parametrize("level", [0.01, 0.5, 0.95, 0.999])
def test_no_patient_no_event_and_all_events_are_defined(method: str, level: float):
    nobody = estimate_proportion(0, 0, method=method, level=level)
    assert (nobody.estimate, nobody.lower, nobody.upper) == (None, None, None)
    assert estimate_proportion(0, 6, method=method, level=level).lower == 0.0
    assert estimate_proportion(6, 6, method=method, level=level).upper == 1.0
    assert estimate_proportion(1, 1, method=method, level=level).estimate == 1.0


def test_a_one_sided_limit_is_that_of_the_wider_two_sided_level():
    lower, upper = limits(estimate_proportion(9, 37, level=0.9))
    assert estimate_proportion(9, 37, sides="lower").lower == pytest.approx(lower)
    assert estimate_proportion(9, 37, sides="upper").upper == pytest.approx(upper)
    assert estimate_proportion(9, 37, sides="upper").lower == 0.0


@given(n=st.integers(1, 60), data=st.data())
def test_clopper_pearson_inverts_the_exact_test(n: int, data: st.DataObject):
    events = data.draw(st.integers(1, n))
    lower, _ = limits(estimate_proportion(events, n))
    assert compute_binomial_test(events, n, null_rate=lower, sides="greater").p_value == pytest.approx(0.025)


@pytest.mark.parametrize("rate", [0.05, 0.24, 0.5])
def test_clopper_pearson_covers_at_least_its_level(rate: float):
    n = 25
    covered = [
        limits(estimate_proportion(x, n))[0] <= rate <= limits(estimate_proportion(x, n))[1]
        for x in range(n + 1)
    ]
    assert float(stats.binom.pmf(np.arange(n + 1), n, rate) @ np.array(covered, dtype=float)) >= 0.95


def test_the_binomial_test_without_patients_is_undefined():
    assert compute_binomial_test(0, 0, null_rate=0.5).p_value is None


@pytest.mark.parametrize(("method", "theirs"), [("newcombe", "newcomb"), ("agresti-caffo", "agresti-caffo")])
@pytest.mark.parametrize("counts", [(9, 37, 12, 21), (1, 12, 7, 9), (56, 70, 48, 80)])
def test_difference_intervals_equal_those_of_statsmodels(
    method: str, theirs: str, counts: tuple[int, int, int, int]
):
    found = estimate_risk_difference(TwoArmCounts(*counts), method=method)
    assert limits(found) == pytest.approx(confint_proportions_2indep(*counts, method=theirs, compare="diff"))


def test_miettinen_nurminen_where_a_library_goes_wrong():
    found = limits(estimate_risk_difference(TwoArmCounts(56, 70, 48, 80)))
    assert found == pytest.approx((0.0528, 0.3382), abs=5e-5)


@given(counts=two_arms(), difference=st.floats(-0.99, 0.99))
def test_constrained_rates_are_the_most_likely_ones(counts: TwoArmCounts, difference: float):
    def likelihood(rate_2: np.ndarray) -> np.ndarray:
        first = stats.binom.pmf(counts.events_1, counts.n_1, np.clip(rate_2 + difference, 0, 1))
        return np.asarray(first * stats.binom.pmf(counts.events_2, counts.n_2, np.clip(rate_2, 0, 1)))

    rate_1, rate_2 = compute_constrained_rates(counts, difference=difference)
    assert rate_1 - rate_2 == pytest.approx(difference, abs=1e-9)
    grid = np.linspace(max(0.0, -difference), min(1.0, 1.0 - difference), 501)
    assert likelihood(np.array([rate_2]))[0] >= likelihood(grid).max() * (1 - 1e-6)


@settings(deadline=None)
@given(counts=two_arms(), method=st.sampled_from(METHODS), level=st.sampled_from([0.5, 0.8, 0.95, 0.99]))
def test_the_interval_holds_the_difference_and_swapping_arms_turns_it_over(
    counts: TwoArmCounts, method: str, level: float
):
    one = estimate_risk_difference(counts, method=method, level=level)
    other = estimate_risk_difference(counts.swapped, method=method, level=level)
    lower, upper = limits(one)
    assert one.estimate is not None
    assert other.estimate == pytest.approx(-one.estimate, abs=1e-12)
    assert -1.0 <= lower <= one.estimate <= upper <= 1.0
    assert limits(other) == pytest.approx((-upper, -lower), abs=1e-7)


@given(counts=two_arms())
def test_a_wider_level_gives_a_wider_interval(counts: TwoArmCounts):
    narrow = limits(estimate_risk_difference(counts, level=0.8))
    wide = limits(estimate_risk_difference(counts, level=0.99))
    assert wide[0] <= narrow[0] + 1e-9
    assert wide[1] >= narrow[1] - 1e-9


@pytest.mark.parametrize("method", METHODS)
def test_an_empty_arm_leaves_the_difference_undefined(method: str):
    found = estimate_risk_difference(TwoArmCounts(0, 0, 3, 9), method=method)
    assert (found.estimate, found.lower, found.upper, found.n, found.events) == (None, None, None, 9, 3)


@pytest.mark.parametrize("counts", [(5, 5, 0, 5), (0, 5, 5, 5), (0, 1, 1, 1), (0, 8, 0, 9), (1, 1, 1, 1)])
def test_the_score_interval_stands_at_the_edges(counts: tuple[int, int, int, int]):
    lower, upper = limits(estimate_risk_difference(TwoArmCounts(*counts)))
    assert -1.0 <= lower < upper <= 1.0
