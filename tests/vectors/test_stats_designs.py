"""The designs of stats.json: two and more stages, looks, boundaries, two arms. Each test is named by its block."""

import json
from pathlib import Path
from typing import Any

import pytest

from abscopal.design.bop2 import compute_bop2_limits, find_bop2_design
from abscopal.design.bryant_day import (
    BryantDayRates,
    compute_bryant_day_characteristics,
    find_bryant_day_design,
)
from abscopal.design.group_sequential import compute_group_sequential_design
from abscopal.design.multi_stage import compute_fleming_stages
from abscopal.design.simon import SimonOption, find_simon_designs
from abscopal.design.stopping_rule import compute_behaviour
from abscopal.design.survival_size import compute_schoenfeld_events
from abscopal.design.toxicity_boundary import compute_toxicity_behaviour, compute_toxicity_boundary
from abscopal.design.two_arm_size import compute_two_arm_size
from abscopal.design.two_stage_inference import TwoStageResult, compute_two_stage_inference
from abscopal.estimation.counts import TwoArmCounts
from abscopal.estimation.posterior import compute_probability_lower
from vectors.cases import list_block

EXACT_P, Z = 1e-7, 1e-4
Case = dict[str, Any]
BOUNDARIES = {
    "OF": "obrien_fleming",
    "P": "pocock",
    "asOF": "obrien_fleming_like",
    "asP": "pocock_like",
    "asKD": "kim_demets",
    "asHSD": "hwang_shih_decani",
}


def name_rates(case: Case) -> str:
    return "-".join(str(case[key]) for key in ("p0", "p1", "alpha", "beta") if key in case)


def assert_option(option: SimonOption, expected: Case) -> None:
    design, exact = option.design, option.exact
    assert (design.r1, design.n1, design.r, design.n) == tuple(expected[k] for k in ("r1", "n1", "r", "n"))
    found = {
        "EN0": exact.expected_n_p0,
        "EN1": exact.expected_n_p1,
        "PET0": exact.early_stop_p0,
        "PET1": exact.early_stop_p1,
        "alpha_exact": exact.alpha,
        "power_exact": exact.power,
    }
    known = {key: value for key, value in expected.items() if key in found}
    assert {key: found[key] for key in known} == pytest.approx(known, abs=EXACT_P)


@pytest.mark.parametrize("case", list_block("simon", name=name_rates))
def test_simon(case: Case):
    found = find_simon_designs(case["p0"], case["p1"], alpha=case["alpha"], power=1 - case["beta"])
    assert_option(found.optimal, case["optimal"])
    assert_option(found.minimax, case["minimax"])


@pytest.mark.parametrize("case", list_block("fleming_multi", name=name_rates))
def test_fleming_multi(case: Case):
    found = compute_fleming_stages(case["p0"], case["p1"], stages=case["stages"], alpha=case["alpha"])
    assert found.adjusted_rate == pytest.approx(case["ptilde"], abs=1e-10)
    assert list(found.accept_at_or_below) == case["accept_le"]
    assert list(found.reject_at_or_above) == case["reject_ge"]
    for key, rate in (("at_p0", case["p0"]), ("at_p1", case["p1"])):
        exact, expected = compute_behaviour(found.rule, rate=rate), case[key]
        assert (exact.high, exact.low, exact.expected_n) == pytest.approx(
            (expected["p_reject_H0"], expected["p_accept_H0"], expected["EN"]), abs=EXACT_P
        )


@pytest.mark.parametrize("case", list_block("simon_post_inference"))
def test_simon_post_inference(case: Case):
    r1, n1, _, n = case["design"]
    result = TwoStageResult(r1=r1, n1=n1, n=n1 if case["stage"] == 1 else n, successes=case["x"])
    # The block names no p0: its designs are those for 0.20.
    found = compute_two_stage_inference(result, p0=case.get("p0", 0.2), level=0.90)
    assert found.unbiased == pytest.approx(case["umvue"], abs=EXACT_P)
    assert found.naive == pytest.approx(case["mle"], abs=EXACT_P)
    assert found.p_value == pytest.approx(case["p_value_p0"], abs=EXACT_P)
    assert (found.lower, found.upper) == pytest.approx(case["ci90_stagewise"], abs=EXACT_P)


@pytest.mark.parametrize("case", list_block("bryant_day"))
def test_bryant_day(case: Case):
    rates = BryantDayRates(case["pR0"], case["pR1"], case["pT0_nontox"], case["pT1_nontox"])
    found = find_bryant_day_design(
        rates,
        alpha_response=case["alphaR"],
        alpha_toxicity=case["alphaT"],
        power=1 - case["beta"],
    )
    limits = (found.r1, found.t1, found.n1, found.r, found.t, found.n)
    assert limits == tuple(case[key] for key in ("r1", "t1", "n1", "r", "t", "n"))
    exact = compute_bryant_day_characteristics(found)
    assert (
        exact.largest_expected_n,
        exact.accept_no_response,
        exact.accept_toxic,
        exact.power,
        exact.accept_neither,
    ) == pytest.approx(tuple(case[key] for key in ("max_EN", "a01", "a10", "a11", "a00")), abs=EXACT_P)


@pytest.mark.parametrize("case", list_block("bop2"))
def test_bop2(case: Case):
    looks = tuple(case["looks"])
    found = find_bop2_design(case["p0"], case["p1"], looks=looks, alpha=case["alpha"])
    assert list(found.stop_at_or_below) == case["stop_if_responses_le"]
    tuned = compute_bop2_limits(looks, p0=case["p0"], certainty=case["lam"], growth=case["gam"])
    assert list(tuned) == case["stop_if_responses_le"]
    null, hoped = (compute_behaviour(found.rule, rate=case[key]) for key in ("p0", "p1"))
    assert (
        null.high,
        hoped.high,
        null.early_low,
        hoped.early_low,
        null.expected_n,
        hoped.expected_n,
    ) == pytest.approx(
        tuple(case[key] for key in ("type1", "power", "pet_h0", "pet_h1", "EN_h0", "EN_h1")), abs=EXACT_P
    )


def assert_boundary(case: Case, *, looks: list[int]) -> None:
    found = compute_toxicity_boundary(
        limit=case["theta"],
        certainty=case["tau"],
        prior_a=case["a"],
        prior_b=case["b"],
        looks=looks,
        n=case["n"],
    )
    assert list(found.stop_at_or_above) == case["boundary"]
    behaviour = compute_toxicity_behaviour(found, rates=case["true_p"])
    assert [entry.stop for entry in behaviour] == pytest.approx(case["p_stop"], abs=EXACT_P)
    assert [entry.expected_n for entry in behaviour] == pytest.approx(case["e_n"], abs=1e-6)


@pytest.mark.parametrize("case", list_block("beta_binomial_toxicity"))
def test_beta_binomial_toxicity(case: Case):
    assert_boundary(case, looks=list(range(1, case["n"] + 1)))


@pytest.mark.parametrize("case", list_block("beta_binomial_toxicity_looks"))
def test_beta_binomial_toxicity_looks(case: Case):
    assert_boundary(case, looks=case["looks"])


@pytest.mark.parametrize(
    "case", list_block("group_sequential", name=lambda case: f"{case['type']}{case['k']}")
)
def test_group_sequential(case: Case):
    found = compute_group_sequential_design(
        case["info"],
        alpha=case["alpha"],
        sides="one" if case["sided"] == 1 else "two",
        boundary=BOUNDARIES[case["type"]],  # type: ignore[arg-type]
        shape=case.get("gamma"),
    )
    assert list(found.z) == pytest.approx(case["z"], abs=Z)
    assert list(found.spent) == pytest.approx(case["alpha_spent"], abs=1e-6)
    assert list(found.stage_levels) == pytest.approx(case["stage_levels"], abs=1e-6)


@pytest.mark.parametrize("case", list_block("sample_size_rates"))
def test_sample_size_rates(case: Case):
    found = compute_two_arm_size(
        case["pi1"],
        case["pi2"],
        alpha=case.get("alpha", 0.05),
        power=case.get("power", 0.8),
        sides="one" if case.get("sided", 2) == 1 else "two",
        ratio=case.get("ratio", 1),
    )
    assert (found.n, found.n_1, found.n_2) == pytest.approx((case["n"], case["n1"], case["n2"]), abs=1e-6)


@pytest.mark.parametrize("case", list_block("schoenfeld"))
def test_schoenfeld(case: Case):
    found = compute_schoenfeld_events(
        case["hr"], alpha=case["alpha"], power=case["power"], sides="one" if case["sided"] == 1 else "two"
    )
    assert found == pytest.approx(case["events_1to1"], abs=1e-6)


@pytest.mark.parametrize("case", list_block("posterior_p1_lt_p2"))
def test_posterior_p1_lt_p2(case: Case):
    found = compute_probability_lower(TwoArmCounts(case["x1"], case["n1"], case["x2"], case["n2"]))
    assert found == pytest.approx(case["v"], abs=EXACT_P)


def test_every_block_we_ship_is_read_somewhere():
    """A block that no test asks for would pass by silence."""
    here = Path(__file__).parent
    written = "".join(file.read_text(encoding="utf-8") for file in here.glob("test_*.py"))
    shipped = json.loads((here / "stats.json").read_text(encoding="utf-8"))
    unread = {block for block in set(shipped) - {"_meta", "randomisation"} if f'"{block}"' not in written}
    assert not unread
