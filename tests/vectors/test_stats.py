"""The statistics of stats.json: proportions, exact tests, rates and one-stage designs.

Each test is named by its block. Other designs and boundaries are in test_stats_designs.py, survival and competing
risks in test_stats_time_to_event.py, randomisation in test_stats_randomisation.py.
"""

from typing import Any

import pytest

from abscopal.design.single_stage import (
    compute_exact_design,
    compute_fleming_design,
    compute_fleming_size,
    compute_operating_characteristics,
)
from abscopal.design.two_arm import compute_fisher_power
from abscopal.estimation.counts import TwoArmCounts
from abscopal.estimation.difference import estimate_risk_difference
from abscopal.estimation.estimate import Estimate
from abscopal.estimation.poisson import compute_rate_ratio_test, estimate_rate, estimate_rate_ratio
from abscopal.estimation.proportions import compute_binomial_test, estimate_proportion
from abscopal.estimation.two_by_two import (
    compute_chi_square_test,
    compute_cmh_test,
    compute_fisher_test,
    estimate_common_odds_ratio,
    estimate_conditional_odds_ratio,
)
from abscopal.estimation.unconditional_tests import compute_barnard_test, compute_boschloo_test
from vectors.cases import list_block

EXACT_P, SCORE = 1e-7, 1e-6
Case = dict[str, Any]


def limits(estimate: Estimate) -> tuple[float | None, float | None]:
    return estimate.lower, estimate.upper


def name_counts(case: Case) -> str:
    return f"{case['x']}/{case['n']}"


def name_arms(case: Case) -> str:
    return f"{case['x1']}/{case['n1']}v{case['x2']}/{case['n2']}"


def name_design(case: Case) -> str:
    return f"{case['p0']}-{case['p1']}-{case['alpha']}-{case['beta']}"


@pytest.mark.parametrize("case", list_block("one_sample_ci", name=name_counts))
def test_one_sample_ci(case: Case):
    x, n = case["x"], case["n"]
    assert estimate_proportion(x, n).estimate == pytest.approx(case["est"], abs=1e-10)
    assert limits(estimate_proportion(x, n)) == pytest.approx(case["cp"], abs=EXACT_P)
    assert limits(estimate_proportion(x, n, level=0.9)) == pytest.approx(case["cp90"], abs=EXACT_P)
    assert limits(estimate_proportion(x, n, method="wilson")) == pytest.approx(case["wilson"], abs=SCORE)
    assert limits(estimate_proportion(x, n, method="jeffreys")) == pytest.approx(case["jeffreys"], abs=SCORE)
    one_sided = estimate_proportion(x, n, sides="lower")
    assert limits(one_sided) == pytest.approx((case["cp_lower_1s95"], 1.0), abs=EXACT_P)


@pytest.mark.parametrize("case", list_block("binom_test", name=name_counts))
def test_binom_test(case: Case):
    for sides, key in (("two", "p_two"), ("greater", "p_greater"), ("less", "p_less")):
        found = compute_binomial_test(case["x"], case["n"], null_rate=case["p0"], sides=sides)
        assert found.p_value == pytest.approx(case[key], abs=EXACT_P), key


@pytest.mark.parametrize("case", list_block("two_sample", name=name_arms))
def test_two_sample_tests(case: Case):
    table = TwoArmCounts(case["x1"], case["n1"], case["x2"], case["n2"])
    fisher_ordering = compute_boschloo_test(table, convention="fisher-ordering")
    found = {
        "fisher_two": compute_fisher_test(table).p_value,
        "fisher_less": compute_fisher_test(table, sides="less").p_value,
        "fisher_greater": compute_fisher_test(table, sides="greater").p_value,
        "chisq_uncorrected": compute_chi_square_test(table).statistic,
        "chisq_p": compute_chi_square_test(table).p_value,
        "chisq_yates_p": compute_chi_square_test(table, correction="yates").p_value,
        "boschloo_less": compute_boschloo_test(table, sides="less").p_value,
        "boschloo_greater": compute_boschloo_test(table, sides="greater").p_value,
        "boschloo_two_doubled": compute_boschloo_test(table).p_value,
        "boschloo_two_fisher_ordering": fisher_ordering.p_value,
        "barnard_pooled_two": compute_barnard_test(table).p_value,
        "barnard_less": compute_barnard_test(table, sides="less").p_value,
        "barnard_greater": compute_barnard_test(table, sides="greater").p_value,
    }
    expected = {key: case[key] for key in found if case.get(key) is not None}
    assert {key: found[key] for key in expected} == pytest.approx(expected, abs=EXACT_P)


@pytest.mark.parametrize("case", list_block("two_sample", name=name_arms))
def test_two_sample_intervals(case: Case):
    table = TwoArmCounts(case["x1"], case["n1"], case["x2"], case["n2"])
    assert estimate_risk_difference(table).estimate == pytest.approx(case["rd"], abs=1e-10)
    methods = {
        "ci_mn": estimate_risk_difference(table),
        "ci_mn90": estimate_risk_difference(table, level=0.9),
        "ci_mee": estimate_risk_difference(table, method="mee"),
        "ci_newcombe": estimate_risk_difference(table, method="newcombe"),
        "ci_agresti_caffo": estimate_risk_difference(table, method="agresti-caffo"),
        "ci_wald": estimate_risk_difference(table, method="wald"),
    }
    for key, interval in methods.items():
        if case.get(key) is not None:
            # A difference lies between -1 and 1: limits are cut there.
            cut = [min(max(value, -1.0), 1.0) for value in case[key]]
            assert limits(interval) == pytest.approx(cut, abs=SCORE), key


@pytest.mark.parametrize("case", list_block("two_sample", name=name_arms))
def test_two_sample_odds_ratio(case: Case):
    if case.get("cond_or_ci") is None:
        pytest.skip("no conditional odds ratio in this case")
    # The reference stops its search once the root is within 1.2e-4, on the scale of the ratio or of its inverse.
    ratio = estimate_conditional_odds_ratio(TwoArmCounts(case["x1"], case["n1"], case["x2"], case["n2"]))
    values = (case["cond_or"], *case["cond_or_ci"])
    for found, value in zip((ratio.estimate, *limits(ratio)), values, strict=True):
        if found is None or value is None:
            assert found is value
        else:
            power = -1 if value > 1 else 1
            assert found**power == pytest.approx(value**power, abs=1.3e-4)


@pytest.mark.parametrize("case", list_block("cmh"))
def test_cmh(case: Case):
    # a and b are events of the two arms, c and d their patients without it.
    strata = [
        TwoArmCounts(layer["a"], layer["a"] + layer["c"], layer["b"], layer["b"] + layer["d"])
        for layer in case["strata"]
    ]
    found = compute_cmh_test(strata)
    assert (found.statistic, found.p_value) == pytest.approx((case["stat"], case["p"]), abs=EXACT_P)
    ratio = estimate_common_odds_ratio(strata)
    assert ratio.estimate == pytest.approx(case["common_or"], abs=EXACT_P)
    assert limits(ratio) == pytest.approx(case["ci"], abs=SCORE)


@pytest.mark.parametrize("case", list_block("fisher_power"))
def test_fisher_power(case: Case):
    power = compute_fisher_power(
        case["n1"], case["n2"], rate_1=case["p1"], rate_2=case["p2"], alpha=case["alpha"]
    )
    assert power == pytest.approx(case["power"], abs=EXACT_P)


@pytest.mark.parametrize("case", list_block("poisson_ci"))
def test_poisson_ci(case: Case):
    found = estimate_rate(case["x"], case["t"], patients=10)
    expected = (case["rate"], case["lo"], case["hi"])
    assert (found.estimate, found.lower, found.upper) == pytest.approx(expected, abs=EXACT_P)


@pytest.mark.parametrize("case", list_block("poisson_ratio"))
def test_poisson_ratio(case: Case):
    # The block carries no counts: they are the two rates of poisson_ci whose ratio it gives.
    rates = [rate.values[0] for rate in list_block("poisson_ci") if not rate.marks]
    pairs = [
        (first, second)
        for first in rates
        for second in rates
        if second["x"] and first["rate"] / second["rate"] == pytest.approx(case["rr"], abs=1e-9)
    ]
    if not pairs:
        pytest.skip("no two rates of poisson_ci have the ratio of poisson_ratio")
    first, second = pairs[0]
    observed = (first["x"], first["t"], second["x"], second["t"])
    found = estimate_rate_ratio(*observed, patients=59)
    assert limits(found) == pytest.approx((case["lo"], case["hi"]), abs=EXACT_P)
    assert compute_rate_ratio_test(*observed).p_value == pytest.approx(case["p"], abs=EXACT_P)


@pytest.mark.parametrize("case", list_block("ahern", name=name_design))
def test_ahern(case: Case):
    found = compute_exact_design(case["p0"], case["p1"], alpha=case["alpha"], power=1 - case["beta"])
    assert (found.n, found.minimum_successes) == (case["n"], case["r_reject_at_least"])
    exact = compute_operating_characteristics(found)
    assert (exact.alpha, exact.power) == pytest.approx(
        (case["alpha_exact"], case["power_exact"]), abs=EXACT_P
    )


@pytest.mark.parametrize("case", list_block("fleming_single", name=name_design))
def test_fleming_single(case: Case):
    asked = {"alpha": case["alpha"], "power": 1 - case["beta"]}
    size = compute_fleming_size(case["p0"], case["p1"], **asked)
    assert size == pytest.approx(case["n_formula"], abs=EXACT_P)
    found = compute_fleming_design(case["p0"], case["p1"], **asked)
    assert (found.n, found.minimum_successes) == (case["n"], case["r_reject_at_least"])
    exact = compute_operating_characteristics(found)
    assert (exact.alpha, exact.power) == pytest.approx(
        (case["alpha_exact"], case["power_exact"]), abs=EXACT_P
    )
