"""Bryant-Day, group sequential boundaries and two arms: against plain loops, chance and other libraries."""

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import NormalIndPower

from abscopal.design.bryant_day import (
    BryantDayDesign,
    BryantDayRates,
    compute_bryant_day_characteristics,
    compute_joint_rate,
    find_bryant_day_design,
)
from abscopal.design.group_sequential import (
    compute_group_sequential_behaviour,
    compute_group_sequential_design,
    compute_inflation,
)
from abscopal.design.spending import compute_spent_alpha
from abscopal.design.survival_size import compute_schoenfeld_events
from abscopal.design.two_arm import compute_boschloo_power, compute_fisher_power
from abscopal.design.two_arm_size import compute_two_arm_size, find_exact_two_arm_size
from abscopal.errors import OptionError
from abscopal.estimation.counts import TwoArmCounts
from abscopal.estimation.posterior import compute_probability_lower
from abscopal.estimation.unconditional_tests import compute_boschloo_test

RATES = BryantDayRates(0.2, 0.4, 0.6, 0.8)
DESIGN = BryantDayDesign(r1=3, t1=10, n1=17, r=9, t=24, n=36, rates=RATES)


@pytest.mark.parametrize("odds_ratio", [0.2, 1.0, 6.0])
def test_bryant_day_against_chance(odds_ratio: float):
    exact = compute_bryant_day_characteristics(DESIGN, odds_ratio=odds_ratio)
    both = compute_joint_rate(0.4, 0.8, odds_ratio=odds_ratio)
    cells = [both, 0.4 - both, 0.8 - both, 1 - 0.4 - 0.8 + both]
    assert cells[0] * cells[3] / (cells[1] * cells[2]) == pytest.approx(odds_ratio)
    generator, trials = np.random.default_rng(11), 100_000
    first = generator.multinomial(17, cells, trials)
    second = first + generator.multinomial(19, cells, trials)
    go = (first[:, :2].sum(axis=1) > 3) & (first[:, ::2].sum(axis=1) > 10)
    accepted = go & (second[:, :2].sum(axis=1) > 9) & (second[:, ::2].sum(axis=1) > 24)
    assert accepted.mean() == pytest.approx(exact.power, abs=5 * math.sqrt(0.13 / trials))


def test_bryant_day_keeps_its_promises_and_refuses_what_it_cannot():
    found = find_bryant_day_design(
        BryantDayRates(0.1, 0.4, 0.5, 0.8), alpha_response=0.1, alpha_toxicity=0.1, power=0.85
    )
    exact = compute_bryant_day_characteristics(found)
    assert exact.accept_no_response <= 0.1
    assert exact.accept_toxic <= 0.1
    assert exact.power >= 0.85
    with pytest.raises(OptionError, match="within 20 patients"):
        find_bryant_day_design(RATES, alpha_response=0.15, alpha_toxicity=0.15, power=0.85, largest_n=20)
    with pytest.raises(OptionError, match="not between 0 and"):
        find_bryant_day_design(RATES, alpha_response=15, alpha_toxicity=0.15, power=0.85)
    with pytest.raises(OptionError, match="odds ratio of 0"):
        compute_bryant_day_characteristics(DESIGN, odds_ratio=0)


def test_group_sequential_against_the_normal_distribution():
    """The chance of never crossing is one integral over correlated normals, which scipy does in another way."""
    looks = (0.4, 0.7, 1.0)
    design = compute_group_sequential_design(looks, alpha=0.05, boundary="hwang_shih_decani", shape=1.0)
    shares = np.array(looks)
    correlation = np.sqrt(np.minimum.outer(shares, shares) / np.maximum.outer(shares, shares))
    for drift in (0.0, 2.5):
        stay = stats.multivariate_normal.cdf(
            np.array(design.z), drift * np.sqrt(shares), correlation, abseps=1e-7, releps=1e-7
        )
        found = compute_group_sequential_behaviour(design, drift=drift)
        assert found.power == pytest.approx(1 - float(stay), abs=1e-5)
    assert found.expected_information < 1
    assert compute_inflation(design, power=0.9) > 1


def test_one_look_is_a_plain_test():
    design = compute_group_sequential_design((1.0,), alpha=0.05, sides="two", boundary="pocock")
    assert design.z[0] == pytest.approx(stats.norm.isf(0.025), abs=1e-8)
    assert compute_inflation(design, power=0.8) == pytest.approx(1, abs=1e-6)


def test_published_inflation_factors():
    """Jennison and Turnbull 2000, tables 2.2 and 2.4: two-sided alpha 0.05, power 0.9, five looks."""
    looks = tuple((place + 1) / 5 for place in range(5))
    for boundary, factor in (("pocock", 1.207), ("obrien_fleming", 1.026)):
        design = compute_group_sequential_design(looks, alpha=0.05, sides="two", boundary=boundary)  # type: ignore[arg-type]
        assert compute_inflation(design, power=0.9) == pytest.approx(factor, abs=1.5e-3)


def test_spending_ends_at_alpha_and_refuses_nonsense():
    for spending in ("obrien_fleming_like", "pocock_like", "kim_demets", "hwang_shih_decani"):
        assert compute_spent_alpha(1.0, alpha=0.025, spending=spending) == pytest.approx(0.025)  # type: ignore[arg-type]
    assert compute_spent_alpha(0.3, alpha=0.1, spending="hwang_shih_decani", shape=0) == pytest.approx(0.03)
    with pytest.raises(OptionError, match="share of information"):
        compute_spent_alpha(0.0, alpha=0.025, spending="pocock_like")
    with pytest.raises(OptionError, match="above 0"):
        compute_spent_alpha(0.5, alpha=0.025, spending="kim_demets", shape=-1)
    with pytest.raises(OptionError, match="do not grow to 1") as refused:
        compute_group_sequential_design((0.5, 0.4), alpha=0.025, boundary="pocock")
    assert "0.5, 1" in refused.value.remedy
    with pytest.raises(OptionError, match="makes no boundary"):
        compute_group_sequential_design((0.5, 1), alpha=0.7, boundary="pocock")
    with pytest.raises(OptionError, match="cannot be reached"):
        design = compute_group_sequential_design((0.5, 1), alpha=0.025, boundary="pocock")
        compute_inflation(design, power=1.0)


@pytest.mark.parametrize("sides", ["two", "less"])
def test_boschloo_power_adds_up_every_table_it_rejects(sides: str):
    expected = sum(
        stats.binom.pmf(a, 8, 0.2) * stats.binom.pmf(b, 6, 0.8)
        for a in range(9)
        for b in range(7)
        if (compute_boschloo_test(TwoArmCounts(a, 8, b, 6), sides=sides).p_value or 0) <= 0.05  # type: ignore[arg-type]
    )
    found = compute_boschloo_power(8, 6, rate_1=0.2, rate_2=0.8, alpha=0.05, sides=sides)  # type: ignore[arg-type]
    assert found == pytest.approx(expected, abs=1e-12)
    fisher = compute_fisher_power(8, 6, rate_1=0.2, rate_2=0.8, alpha=0.05, sides=sides)  # type: ignore[arg-type]
    assert found >= (fisher if sides == "less" else 0)
    assert compute_boschloo_power(8, 6, rate_1=0.4, rate_2=0.4, alpha=0.05, sides=sides) <= 0.05  # type: ignore[arg-type]


def test_tiny_arms_reject_nothing():
    assert compute_boschloo_power(1, 1, rate_1=0.1, rate_2=0.9, alpha=0.05) == 0.0


def test_two_arm_sizes():
    exact = find_exact_two_arm_size(0.1, 0.6)
    n = int(exact.n_1)
    assert compute_fisher_power(n, n, rate_1=0.1, rate_2=0.6, alpha=0.05) >= 0.8
    assert all(compute_fisher_power(k, k, rate_1=0.1, rate_2=0.6, alpha=0.05) < 0.8 for k in range(2, n))
    assert find_exact_two_arm_size(0.05, 0.8, test="boschloo").n_1 <= find_exact_two_arm_size(0.05, 0.8).n_1
    # Arcsine power of statsmodels is another approximation: close, not equal.
    effect = 2 * (math.asin(math.sqrt(0.57)) - math.asin(math.sqrt(0.25)))
    other = NormalIndPower().solve_power(effect, alpha=0.05, power=0.8)
    assert compute_two_arm_size(0.25, 0.57).n_1 == pytest.approx(other, rel=0.03)
    with pytest.raises(OptionError, match="do not reach a power"):
        find_exact_two_arm_size(0.4, 0.5, largest_arm=12)
    with pytest.raises(OptionError, match="cannot be told apart"):
        compute_two_arm_size(0.4, 0.4)
    with pytest.raises(OptionError, match="make no design"):
        compute_two_arm_size(0.4, 0.5, power=0.01)


def test_schoenfeld_is_symmetric_and_refuses_no_effect():
    assert compute_schoenfeld_events(0.5) == pytest.approx(compute_schoenfeld_events(2.0))
    assert compute_schoenfeld_events(0.5, ratio=2) == pytest.approx(compute_schoenfeld_events(0.5) * 9 / 8)
    assert compute_schoenfeld_events(0.5, sides="one") < compute_schoenfeld_events(0.5)
    with pytest.raises(OptionError, match="makes no design"):
        compute_schoenfeld_events(1.0)


def test_posterior_against_draws():
    generator = np.random.default_rng(3)
    a = generator.beta(0.5 + 3, 0.5 + 7, 400_000)
    b = generator.beta(0.5 + 6, 0.5 + 2, 400_000)
    found = compute_probability_lower(TwoArmCounts(3, 10, 6, 8), prior_a=0.5, prior_b=0.5)
    assert found == pytest.approx((a < b).mean(), abs=3e-3)
    assert compute_probability_lower(TwoArmCounts(2, 9, 2, 9)) == pytest.approx(0.5)
    assert compute_probability_lower(TwoArmCounts(0, 0, 2, 9)) is None
    with pytest.raises(OptionError, match="beta prior"):
        compute_probability_lower(TwoArmCounts(1, 3, 2, 9), prior_a=0)
