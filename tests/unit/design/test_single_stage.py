"""One-stage designs: published anchors, plain enumeration, and rates that no design can separate."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abscopal.design.alternatives import compare_with_exact, compute_near_misses
from abscopal.design.single_stage import (
    SingleStageDesign,
    compute_exact_design,
    compute_fleming_design,
    compute_operating_characteristics,
    find_lasting_size,
)
from abscopal.design.two_arm import compute_fisher_power
from abscopal.errors import OptionError
from abscopal.estimation.counts import TwoArmCounts
from abscopal.estimation.two_by_two import compute_fisher_test


def add_up(n: int, least: int, rate: float) -> float:
    return math.fsum(math.comb(n, x) * rate**x * (1 - rate) ** (n - x) for x in range(least, n + 1))


@pytest.mark.parametrize(
    ("n", "least", "p0", "p1", "alpha", "power"),
    [
        (38, 23, 0.5, 0.7, 0.127938, 0.923814),
        (39, 24, 0.5, 0.7, 0.099795, 0.905587),
        (41, 18, 0.3, 0.5, 0.0414, 0.8256),
        (39, 17, 0.3, 0.5, 0.049984, 0.831608),
        (78, 13, 0.1, 0.2, 0.0453, 0.8081),
    ],
)
def test_exact_error_rates(n: int, least: int, p0: float, p1: float, alpha: float, power: float):
    exact = compute_operating_characteristics(SingleStageDesign(n, least, p0, p1))
    assert (exact.alpha, exact.power) == pytest.approx((alpha, power), abs=1e-4)
    assert (exact.alpha, exact.power) == pytest.approx(
        (add_up(n, least, p0), add_up(n, least, p1)), abs=1e-12
    )


def test_the_normal_approximation_misses_its_own_alpha_and_says_so():
    plan = compute_fleming_design(0.5, 0.7, alpha=0.10, power=0.90)
    assert (plan.n, plan.minimum_successes) == (38, 23)
    found = compare_with_exact(plan, alpha=0.10, power=0.90)
    assert (found.keeps_alpha, found.keeps_power) == (False, True)
    assert found.sentence == (
        "At least 23 of 38: exact alpha 0.1279 (promised 0.1), exact power 0.9238 (promised 0.9). It misses its "
        "alpha; the smallest rule that keeps both is at least 24 of 39 (alpha 0.0998, power 0.9056)."
    )


def test_a_rule_that_keeps_its_promises_says_so():
    plan = SingleStageDesign(39, 24, 0.5, 0.7)
    assert compare_with_exact(plan, alpha=0.10, power=0.90).sentence.endswith("Both promises are kept.")
    short = compare_with_exact(SingleStageDesign(10, 9, 0.5, 0.7), alpha=0.005, power=0.90)
    assert "misses its alpha and its power" in short.sentence


@settings(deadline=None, max_examples=25)
@given(p0=st.sampled_from([0.05, 0.1, 0.3, 0.5, 0.6]), gain=st.sampled_from([0.2, 0.25, 0.3]))
def test_no_smaller_rule_keeps_both_promises(p0: float, gain: float):
    p1 = p0 + gain
    found = compute_exact_design(p0, p1, alpha=0.1, power=0.8)
    assert add_up(found.n, found.minimum_successes, p0) <= 0.1
    assert add_up(found.n, found.minimum_successes, p1) >= 0.8
    for n in range(1, found.n):
        kept = [
            least for least in range(n + 1) if add_up(n, least, p0) <= 0.1 and add_up(n, least, p1) >= 0.8
        ]
        assert not kept


def test_the_saw_of_power_comes_to_rest():
    asked = {"alpha": 0.10, "power": 0.90}
    lasting = find_lasting_size(0.5, 0.7, **asked)
    assert lasting > compute_exact_design(0.5, 0.7, **asked).n

    def has_rule(n: int) -> bool:
        return any(add_up(n, least, 0.5) <= 0.10 and add_up(n, least, 0.7) >= 0.90 for least in range(n + 1))

    assert not has_rule(lasting - 1)
    assert all(has_rule(n) for n in range(lasting, lasting + 60))


def test_rates_so_far_apart_that_one_patient_tells():
    assert find_lasting_size(0.01, 0.99, alpha=0.1, power=0.9) == 1


def test_near_misses_miss_by_no_more_than_told():
    found = compute_near_misses(0.5, 0.7, alpha=0.10, power=0.90, tolerance=0.03)
    assert (38, 23) in [(option.design.n, option.design.minimum_successes) for option in found]
    for option in found:
        assert option.design.n < 39
        assert option.exact.alpha <= 0.13
        assert option.exact.power >= 0.87
        assert option.exact.alpha > 0.10 or option.exact.power < 0.90
    assert compute_near_misses(0.5, 0.7, alpha=0.10, power=0.90, tolerance=0.0) == ()
    with pytest.raises(OptionError, match="tolerance"):
        compute_near_misses(0.5, 0.7, alpha=0.10, power=0.90, tolerance=-0.1)


@pytest.mark.parametrize(("p0", "p1"), [(0.5, 0.5), (0.7, 0.5), (0.0, 0.3), (0.3, 1.0)])
def test_rates_that_no_design_can_separate(p0: float, p1: float):
    with pytest.raises(OptionError, match="No design can tell") as refused:
        compute_exact_design(p0, p1, alpha=0.1, power=0.8)
    assert "p0" in refused.value.remedy


@pytest.mark.parametrize(("alpha", "power"), [(0.0, 0.8), (0.6, 0.8), (0.1, 0.4), (0.1, 1.0)])
def test_error_rates_without_meaning(alpha: float, power: float):
    with pytest.raises(OptionError, match="makes no design"):
        compute_fleming_design(0.3, 0.5, alpha=alpha, power=power)


def test_a_search_without_success_names_the_power_within_reach():
    with pytest.raises(OptionError, match="No design of up to 20 patients") as refused:
        compute_exact_design(0.3, 0.4, alpha=0.05, power=0.9, largest_n=20)
    assert "has a power of 0." in refused.value.remedy
    with pytest.raises(OptionError, match="not yet lasting"):
        find_lasting_size(0.3, 0.4, alpha=0.05, power=0.9, largest_n=20)


@pytest.mark.parametrize(("n", "least"), [(0, 0), (10, 11), (10, -1)])
def test_rules_that_cannot_be(n: int, least: int):
    with pytest.raises(OptionError, match="cannot be a rule"):
        SingleStageDesign(n, least, 0.3, 0.5)


def test_fisher_power_adds_up_every_table_it_rejects():
    expected = math.fsum(
        (add_up(7, x_1, 0.2) - add_up(7, x_1 + 1, 0.2)) * (add_up(6, x_2, 0.8) - add_up(6, x_2 + 1, 0.8))
        for x_1 in range(8)
        for x_2 in range(7)
        if (compute_fisher_test(TwoArmCounts(x_1, 7, x_2, 6)).p_value or 0.0) <= 0.05
    )
    found = compute_fisher_power(7, 6, rate_1=0.2, rate_2=0.8, alpha=0.05)
    assert found == pytest.approx(expected, abs=1e-12)
    assert compute_fisher_power(7, 6, rate_1=0.4, rate_2=0.4, alpha=0.05) <= 0.05
    with pytest.raises(OptionError, match="empty"):
        compute_fisher_power(0, 6, rate_1=0.2, rate_2=0.8, alpha=0.05)
