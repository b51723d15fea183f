"""The block `randomisation` of stats.json: exact lists, counts of sequences, minimisation, simulated trials."""

import re
from typing import Any

import numpy as np
import pytest

from abscopal.conduct.allocation.laws.lists import RandomAllocationRuleLaw
from abscopal.conduct.allocation.laws.maximal import count_block_sequences, count_sequences
from abscopal.conduct.allocation.laws.methods import MethodSettings, compute_list_law
from abscopal.conduct.allocation.laws.minimisation import MinimisationLaw, compute_imbalance_scores
from abscopal.design.allocation.measures import compute_imbalances, compute_right_guesses
from abscopal.design.allocation.simulation import Within, compute_groups, simulate_allocations
from abscopal.design.allocation.single_list import (
    compute_list_characteristics,
    compute_right_guesses_in_block,
)
from abscopal.design.allocation.situation import Situation, simulate_arrivals
from vectors.cases import read_block

EXACT = 1e-8
TRIALS, THEIR_TRIALS = 20_000, 20_000
Case = dict[str, Any]


def read_part(part: str) -> Any:
    return (read_block("randomisation") or {}).get(part, {})


def list_part(part: str, *, within: str | None = None) -> list[Any]:
    """The cases of one part as test parameters: name and case; an absent part is one case skipped by name."""
    found = read_part(part)
    found = found.get(within, {}) if within else found
    if not found:
        skip = pytest.mark.skip(reason=f"stats.json has no block randomisation.{part}")
        return [pytest.param(None, None, id=part, marks=skip)]
    named = (
        found.items() if isinstance(found, dict) else ((f"{case['N']}-{case['MTI']}", case) for case in found)
    )
    return [pytest.param(name, case, id=f"{part}-{name}") for name, case in named]


def read_procedure(name: str, patients: int) -> MethodSettings:
    """The method that a name of the cases stands for."""
    numbers = [int(number) for number in re.findall(r"\d+", name)]
    if name == "complete":
        return MethodSettings("simple")
    if name == "random_allocation_rule":
        return MethodSettings("random_allocation_rule", list_length=patients)
    if name.startswith("efron"):
        return MethodSettings("biased_coin", probability=numbers[0] / numbers[1])
    if name.startswith("big_stick"):
        return MethodSettings("big_stick", maximum_imbalance=numbers[0])
    if name.startswith("biased_coin_imbalance_tolerance"):
        bound, above, below = numbers
        return MethodSettings("biased_coin", probability=above / below, maximum_imbalance=bound)
    if name.startswith("permuted_block"):
        return MethodSettings("permuted_blocks", block_lengths=(numbers[0],))
    assert name.startswith("maximal_mti"), name
    return MethodSettings("maximal_procedure", maximum_imbalance=numbers[0], list_length=patients)


@pytest.mark.parametrize(("name", "case"), list_part("procedures_n60_1to1"))
def test_procedure(name: str, case: Case):
    law = compute_list_law(read_procedure(name, case["n"]), (1, 1))
    found = compute_list_characteristics(law, patients=case["n"])
    expected = {
        "right_guesses": case["correct_guess_fraction"],
        "forced": case["deterministic_fraction"],
        "mean_imbalance": case["E_abs_D"],
        "balanced": case["P_D0"],
        "imbalance_of_3": case["P_absD_ge3"],
        "largest_imbalance": case["max_absD_support"],
    }
    assert {key: getattr(found, key) for key in expected} == pytest.approx(expected, abs=EXACT)
    if "n_sequences" in case:
        bound = read_procedure(name, case["n"]).maximum_imbalance
        assert bound is not None
        assert count_sequences(case["n"], maximum_imbalance=bound) == int(case["n_sequences"])


@pytest.mark.parametrize(("name", "case"), list_part("maximal_counts"))
def test_maximal_counts(name: str, case: Case):
    length, bound = case["N"], case["MTI"]
    assert count_sequences(length, maximum_imbalance=bound) == int(case["n_sequences"]), name
    assert count_block_sequences(length, block_length=2 * bound) == int(case["pbr_sequences_block_2MTI"])


@pytest.mark.parametrize(("name", "case"), list_part("blackwell_hodges", within="values"))
def test_blackwell_hodges(name: str, case: float):
    length, guesses = int(name), case
    assert compute_right_guesses_in_block(length) == pytest.approx(guesses, abs=EXACT)
    # The formula and the walk over one whole block of the law must agree.
    walked = compute_list_characteristics(RandomAllocationRuleLaw((1, 1), length), patients=length)
    assert walked.right_guesses * length == pytest.approx(guesses, abs=EXACT)


@pytest.fixture
def small_trial() -> Case:
    found = read_part("pocock_simon")
    if not found:
        pytest.skip("stats.json has no block randomisation.pocock_simon")
    return found


def count_marginal(case: Case) -> dict[str, dict[str, int]]:
    return {
        factor: {
            arm: sum(past[factor] == level and past["arm"] == arm for past in case["history"])
            for arm in ("A", "B")
        }
        for factor, level in case["new_patient"].items()
    }


@pytest.mark.parametrize(
    ("key", "ratio", "imbalance", "weights"),
    [
        ("range_1to1", (1, 1), "range", (1, 1)),
        ("variance_1to1", (1, 1), "variance", (1, 1)),
        ("range_weights_site2", (1, 1), "range", (2, 1)),
        ("range_2to1", (2, 1), "range", (1, 1)),
    ],
)
def test_pocock_simon_scores(small_trial: Case, key: str, ratio, imbalance, weights):
    counts = count_marginal(small_trial)
    assert counts == small_trial["marginal_counts"]
    table = [[counts[factor][arm] for arm in ("A", "B")] for factor in ("site", "ldh")]
    scores = compute_imbalance_scores(table, ratio=ratio, imbalance=imbalance, weights=weights)
    assert dict(zip(("A", "B"), scores.tolist(), strict=True)) == pytest.approx(small_trial[key], abs=EXACT)


def test_pocock_simon_decision(small_trial: Case):
    counts = count_marginal(small_trial)
    table = [[counts[factor][arm] for arm in ("A", "B")] for factor in ("site", "ldh")]
    law = MinimisationLaw(ratio=(1, 1), probability=0.8, weights=(1, 1))
    assert small_trial["decision_1to1"].startswith("B ")
    assert law.compute_probabilities(table).tolist() == pytest.approx([0.2, 0.8])


def read_scheme(name: str) -> tuple[MethodSettings, Within]:
    """The method and the place of balance that a name of the simulated cases stands for."""
    if name == "complete":
        return MethodSettings("simple"), "trial"
    if name.startswith("minimisation"):
        probability = float(re.findall(r"p(\d\.\d)", name)[0])
        return MethodSettings("minimisation", probability=probability), "centres_and_strata"
    blocks = name.removeprefix("strat_blocks")
    lengths = tuple(
        int(length) for length in re.findall(r"_?(\d)", blocks.split("_site")[0].split("_ldh")[0])
    )
    within: Within = "centres_and_strata" if name.endswith("site_x_ldh") else "strata"
    return MethodSettings("permuted_blocks", block_lengths=lengths), within


@pytest.mark.parametrize(("name", "case"), list_part("simulation", within="results"))
def test_simulation(name: str, case: Case):
    settings, within = read_scheme(name)
    plan = Situation(61, (1, 1), (0.5, 0.2, 0.15, 0.15), ((0.65, 0.35),))
    generator = np.random.default_rng(20240501)
    coming = simulate_arrivals(plan, trials=TRIALS, generator=generator)
    arms = simulate_allocations(settings, plan, coming, within=within, generator=generator).arms
    centres, levels = compute_groups(plan, coming, "centres"), compute_groups(plan, coming, "strata")
    cells, number = compute_groups(plan, coming, "centres_and_strata")
    overall = compute_imbalances(arms, ratio=(1, 1))[:, 0]
    found = {
        "E_abs_D": overall,
        "P_absD_ge5": (overall >= 5).astype(float),
        "E_abs_D_site": compute_imbalances(
            arms, ratio=(1, 1), groups=centres[0], number_of_groups=centres[1]
        ).mean(axis=1),
        "E_abs_D_ldh": compute_imbalances(
            arms, ratio=(1, 1), groups=levels[0], number_of_groups=levels[1]
        ).mean(axis=1),
    }
    for key, values in found.items():
        # Two simulations of this size differ by less than 4.5 standard errors of their difference.
        allowed = 4.5 * values.std() * np.sqrt(1 / TRIALS + 1 / THEIR_TRIALS) + 1e-3
        assert values.mean() == pytest.approx(case[key], abs=allowed), key
    guesses = compute_right_guesses(arms, ratio=(1, 1), groups=cells, number_of_groups=number)
    assert guesses == pytest.approx(case["correct_guess_own_site_stratum"], abs=0.004)
